"""Each workflow runs with exactly the rights of its role: take one away and the run fails, as on AWS."""

import json
from typing import Any

import pytest

from tests.workflows.operator import Operator


def policies_of(operator: Operator, construct: str) -> list[tuple[str, str]]:
    """(role, policy) of the one role whose name holds `construct`."""
    iam = operator.aws.client("iam")
    (role,) = (
        role["RoleName"]
        for role in iam.list_roles(MaxItems=1000)["Roles"]
        if f"-{construct}Role" in role["RoleName"] and role["RoleName"].startswith("TrainingPipeline-")
    )
    return [(role, name) for name in iam.list_role_policies(RoleName=role)["PolicyNames"]]


def take_away(operator: Operator, construct: str, action: str) -> None:
    """Remove an action from every policy of a role."""
    iam = operator.aws.client("iam")
    removed = 0
    for role, policy in policies_of(operator, construct):
        document: dict[str, Any] = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        kept = []
        for statement in document["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            removed += action in actions
            if left := [each for each in actions if each != action]:
                kept.append({**statement, "Action": left})
        iam.put_role_policy(
            RoleName=role, PolicyName=policy, PolicyDocument=json.dumps({**document, "Statement": kept})
        )
    assert removed, f"{construct} never had {action}"


@pytest.mark.parametrize(
    ("construct", "action"),
    [
        ("Training", "rekognition:CreateProjectVersion"),
        ("Training", "rekognition:DescribeProjects"),
        ("Training", "ssm:GetParameters"),
        ("Training", "dynamodb:ConditionCheckItem"),
        ("Training", "lambda:InvokeFunction"),
        ("Training", "states:StartExecution"),
        ("Training", "s3:GetObject"),
        ("Deployment", "rekognition:StartProjectVersion"),
        ("Deployment", "dynamodb:GetItem"),
        ("Deployment", "ssm:PutParameter"),
    ],
)
def test_a_missing_permission_fails_the_run_and_is_named(
    stocked: Operator, construct: str, action: str
) -> None:
    take_away(stocked, construct, action)
    found = stocked.run_red()
    assert "cause" in found
    if action.startswith("s3:"):
        # Rekognition met it, with the rights of its caller.
        assert found["error"] in ("DatasetFailed", "Rekognition.InvalidS3ObjectException")
    else:
        assert "not authorized" in found["cause"]
        assert action in found["cause"]
    assert len(stocked.messages()) == 1

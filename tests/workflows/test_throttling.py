"""One throttled call must not end a run: every call of a run is throttled, once each.

The fault matrix (test_fault_matrix.py) throttles them one at a time, among other things.
"""

from __future__ import annotations

from collections import Counter

from tests.workflows.operator import Json, Operator

# What each service says when it is asked too often.
THROTTLE = {
    "rekognition": "ThrottlingException",
    "dynamodb": "ThrottlingException",
    "ssm": "ThrottlingException",
    "sns": "ThrottledException",
    "lambda": "TooManyRequestsException",
    "stepfunctions": "ThrottlingException",
    "s3": "SlowDown",
}

# Whose calls: a part of each role's name. S3 calls of the Training role are Rekognition's own, made with
# its caller's rights; how it takes a throttle is its own affair.
ROLES = ("TrainingRole", "DeploymentRole", "ManifestBuilder", "EvaluationJudge")

Call = tuple[str, str, str]
"""Role, service, operation."""


def calls_of_roles(operator: Operator, *, since: int) -> Counter[Call]:
    """How often each role of the pipeline made each call."""
    return Counter(
        (role, call["service"], call["operation"])
        for call in operator.aws.calls()[since:]
        for role in ROLES
        if role in call["caller"] and call["service"] in THROTTLE
        if (role, call["service"]) != ("TrainingRole", "s3")
    )


def throttle(call: Call, *, after: int = 0) -> Json:
    role, service, operation = call
    return {
        "service": service,
        "operation": operation,
        "error": THROTTLE[service],
        "after": after,
        "times": 1,
        "caller": role,
    }


def clean_run(operator: Operator) -> Counter[Call]:
    before = len(operator.aws.calls())
    assert operator.run()["outcome"] == "deployed"
    return calls_of_roles(operator, since=before)


def test_a_throttle_on_every_call_of_one_run_still_ends_deployed(operator: Operator) -> None:
    """Each call of the whole run is refused once and goes through the second time."""
    operator.upload_fruits()
    operations = clean_run(operator)
    operator.upload_fruits(count=5, first=10)
    operator.aws.faults(
        [throttle(call, after=2 * turn) for call, count in operations.items() for turn in range(count)]
    )
    assert operator.run()["outcome"] == "deployed"
    assert sorted(operator.versions().values()) == ["RUNNING", "STOPPED"]
    assert len(operator.calls("CreateProjectVersion")) == 2
    assert operator.system_parameter()["previous_trained_images"] == 30
    assert operator.item("pointer", "unfinished") is None

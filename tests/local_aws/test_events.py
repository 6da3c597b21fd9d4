"""Rules: whose rights start their targets, and how fast their schedules run here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.resources import create_role, create_stack, error_code, eventually, fresh, without_mends

MAY_START = {"Effect": "Allow", "Action": "states:StartExecution", "Resource": "*"}


@pytest.fixture(scope="module")
def hasty() -> Iterator[LocalAws]:
    """A server on which a minute of a schedule is a fifth of a second."""
    with LocalAws(schedule_scale=1 / 300, without_mends=without_mends()) as running:
        yield running


def machine(aws: LocalAws) -> str:
    definition = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
    arn: str = aws.client("stepfunctions").create_state_machine(
        name=fresh("machine"),
        definition=json.dumps(definition),
        roleArn=create_role(aws, service="states.amazonaws.com"),
    )["stateMachineArn"]
    return arn


def rule(aws: LocalAws, target: dict[str, Any], **when: str) -> None:
    events, name = aws.client("events"), fresh("rule")
    events.put_rule(Name=name, **when)
    events.put_targets(Rule=name, Targets=[{"Id": "machine", **target}])


def starts_by(aws: LocalAws, role: str) -> list[dict[str, Any]]:
    """The starts that a session of the role asked for, from the call log."""
    caller = role.rpartition("/")[2]
    return [
        call
        for call in aws.calls()
        if call["operation"] == "StartExecution" and f":assumed-role/{caller}/" in call["caller"]
    ]


def send(aws: LocalAws, source: str) -> None:
    entry = {"Source": source, "DetailType": "Test", "Detail": json.dumps({"n": 1})}
    aws.client("events").put_events(Entries=[entry])


@pytest.mark.mend("event-targets")
def test_a_rule_starts_its_workflow_as_the_targets_role(aws: LocalAws) -> None:
    role, arn, source = (
        create_role(aws, service="events.amazonaws.com", policy=MAY_START),
        machine(aws),
        fresh("s"),
    )
    target = {"Arn": arn, "RoleArn": role, "Input": json.dumps({"source": "schedule"})}
    rule(aws, target, EventPattern=json.dumps({"source": [source]}))

    send(aws, source)

    sfn = aws.client("stepfunctions")
    assert eventually(lambda: sfn.list_executions(stateMachineArn=arn)["executions"])
    assert starts_by(aws, role)
    (execution,) = sfn.list_executions(stateMachineArn=arn)["executions"]
    described = sfn.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(described["input"]) == {"source": "schedule"}


@pytest.mark.mend("event-targets")
def test_a_role_that_may_not_start_the_workflow_starts_nothing(aws: LocalAws) -> None:
    role, arn, source = create_role(aws, service="events.amazonaws.com"), machine(aws), fresh("s")
    rule(aws, {"Arn": arn, "RoleArn": role}, EventPattern=json.dumps({"source": [source]}))

    send(aws, source)

    assert eventually(lambda: [c for c in starts_by(aws, role) if c["error"] == "AccessDeniedException"])
    assert aws.client("stepfunctions").list_executions(stateMachineArn=arn)["executions"] == []


@pytest.mark.mend("event-targets")
def test_a_throttled_start_is_tried_again(aws: LocalAws) -> None:
    role, arn, source = (
        create_role(aws, service="events.amazonaws.com", policy=MAY_START),
        machine(aws),
        fresh("s"),
    )
    rule(aws, {"Arn": arn, "RoleArn": role}, EventPattern=json.dumps({"source": [source]}))
    throttle = {"service": "stepfunctions", "operation": "StartExecution", "error": "ThrottlingException"}
    aws.faults([throttle])

    send(aws, source)

    sfn = aws.client("stepfunctions")
    assert eventually(lambda: sfn.list_executions(stateMachineArn=arn)["executions"])
    assert [call["error"] for call in starts_by(aws, role)] == ["ThrottlingException", None]


@pytest.mark.mend("schedule-scale")
def test_a_hastened_schedule_starts_its_workflow_again_and_again(hasty: LocalAws) -> None:
    role = create_role(hasty, service="events.amazonaws.com", policy=MAY_START)
    target = {"Arn": machine(hasty), "RoleArn": role}
    rule(hasty, target, ScheduleExpression="rate(1 minute)")

    assert eventually(lambda: len(starts_by(hasty, role)) >= 3, within_seconds=5)


@pytest.mark.mend("rate-grammar")
@pytest.mark.parametrize(
    "expression", ["rate(1 minutes)", "rate(5 minute)", "rate(0 minutes)", "rate(1.5 hours)"]
)
def test_a_rate_that_eventbridge_cannot_read_is_refused(aws: LocalAws, expression: str) -> None:
    events = aws.client("events")

    code = error_code(lambda: events.put_rule(Name=fresh("rule"), ScheduleExpression=expression))

    assert code == "ValidationException"


@pytest.mark.mend("rate-grammar")
def test_a_template_with_a_wrong_rate_fails(aws: LocalAws) -> None:
    properties = {"ScheduleExpression": "rate(1 minutes)"}
    with pytest.raises(AssertionError, match="ScheduleExpression is not valid"):
        create_stack(aws, {"R": {"Type": "AWS::Events::Rule", "Properties": properties}})

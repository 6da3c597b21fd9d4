"""Targets of rules: who gets in, what is tried again, and what a dead-letter queue keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.resources import create_role, eventually, fresh
from tests.local_aws.stepfunctions_lab import Lab

RULES = "arn:aws:events:us-east-1:000000000000:rule"
TWO_RETRIES = {"MaximumRetryAttempts": 2}


@pytest.fixture(scope="module")
def lab(aws: LocalAws) -> Lab:
    return Lab(aws)


@pytest.fixture
def no_faults(aws: LocalAws) -> Iterator[None]:
    yield
    aws.faults([])


class DeadLetters:
    """A dead-letter queue that lets the rules of EventBridge in, unless told otherwise."""

    def __init__(self, aws: LocalAws, *, lets_in: str = f"{RULES}/*") -> None:
        self._sqs, name = aws.client("sqs"), fresh("dead-letters")
        self.arn = f"arn:aws:sqs:us-east-1:000000000000:{name}"
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": self.arn,
            "Condition": {"ArnLike": {"aws:SourceArn": lets_in}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._url = self._sqs.create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"]

    def received(self) -> dict[str, Any]:
        def look() -> Any:
            answer = self._sqs.receive_message(QueueUrl=self._url, MessageAttributeNames=["All"])
            return answer.get("Messages")

        found = eventually(look, within_seconds=5)
        assert found, "nothing in the dead-letter queue"
        message = found[0]
        attributes = {name: each["StringValue"] for name, each in message["MessageAttributes"].items()}
        return {"event": json.loads(message["Body"]), **attributes}


def send(aws: LocalAws, target: Mapping[str, Any], *, name: str = "") -> str:
    """Make a rule with this target, send an event to it; the name of the rule."""
    events, name, source = aws.client("events"), name or fresh("rule"), fresh("source")
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [source]}))
    events.put_targets(Rule=name, Targets=[{"Id": "target", **target}])
    entry = {"Source": source, "DetailType": "Test", "Detail": json.dumps({"n": 1})}
    events.put_events(Entries=[entry])
    return name


def counted(aws: LocalAws, rule: str, metric: str) -> float:
    points = aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Events",
        MetricName=metric,
        Dimensions=[{"Name": "RuleName", "Value": rule}],
        StartTime=0,
        EndTime=4_000_000_000,
        Period=4_000_000_020 - 4_000_000_020 % 60,
        Statistics=["Sum"],
    )["Datapoints"]
    return float(sum(point["Sum"] for point in points))


def allow(aws: LocalAws, function: str, rule: str) -> None:
    aws.client("lambda").add_permission(
        FunctionName=function,
        StatementId=fresh("rule"),
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=f"{RULES}/{rule}",
    )


PRINTS_ITS_EVENT = "import json\ndef handler(event, context):\n    print('GOT ' + json.dumps(event))\n"


def printed(lab: Lab, function: str) -> list[Any]:
    """What the function printed after GOT, from its log."""
    logs = lab.aws.client("logs")
    group = f"/aws/lambda/{function.rpartition(':')[2]}"
    found = logs.filter_log_events(logGroupName=group)["events"] if _has_group(logs, group) else []
    return [json.loads(e["message"][4:]) for e in found if e["message"].startswith("GOT ")]


def _has_group(logs: Any, group: str) -> bool:
    return bool(logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"])


@pytest.mark.mend("event-targets")
def test_a_rule_invokes_a_function_that_lets_it_in(lab: Lab) -> None:
    function = lab.function(PRINTS_ITS_EVENT)
    name = fresh("rule")
    allow(lab.aws, function, name)
    transformer = {"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '{"number": <n>}'}

    send(lab.aws, {"Arn": function, "InputTransformer": transformer}, name=name)

    assert eventually(lambda: printed(lab, function)) == [{"number": 1}]
    as_events = [call for call in lab.aws.calls() if call["caller"] == "events.amazonaws.com"]
    assert ("Invoke", None) in [(call["operation"], call["error"]) for call in as_events]


@pytest.mark.mend("service-principals")
def test_a_function_that_lets_another_rule_in_is_not_invoked(lab: Lab) -> None:
    function = lab.function(PRINTS_ITS_EVENT)
    allow(lab.aws, function, "another-rule")
    kept = DeadLetters(lab.aws)

    send(lab.aws, {"Arn": function, "DeadLetterConfig": {"Arn": kept.arn}})

    found = kept.received()
    assert (found["ERROR_CODE"], found["RETRY_ATTEMPTS"]) == ("NO_PERMISSIONS", "0")
    assert "lambda:InvokeFunction" in found["ERROR_MESSAGE"]
    assert printed(lab, function) == []


@pytest.mark.mend("event-targets")
def test_an_event_that_the_role_may_not_deliver_is_kept_with_its_reasons(lab: Lab) -> None:
    machine = lab.machine({"Done": {"Type": "Succeed"}})
    role, kept = create_role(lab.aws, service="events.amazonaws.com"), DeadLetters(lab.aws)
    target = {"Arn": machine, "RoleArn": role, "DeadLetterConfig": {"Arn": kept.arn}, "Input": "{}"}

    rule = send(lab.aws, target)

    found = kept.received()
    assert (found["event"]["detail"], found["event"]["detail-type"]) == ({"n": 1}, "Test")
    assert (found["RULE_ARN"], found["TARGET_ARN"]) == (f"{RULES}/{rule}", machine)
    assert found["ERROR_CODE"] == "NO_PERMISSIONS"
    assert "states:StartExecution" in found["ERROR_MESSAGE"]
    assert "EXHAUSTED_RETRY_CONDITION" not in found
    assert eventually(lambda: counted(lab.aws, rule, "InvocationsSentToDlq")) == 1
    assert counted(lab.aws, rule, "FailedInvocations") == 1


@pytest.mark.mend("event-targets")
def test_an_event_for_a_workflow_that_is_gone_is_kept(lab: Lab) -> None:
    machine = lab.machine({"Done": {"Type": "Succeed"}})
    lab.sfn.delete_state_machine(stateMachineArn=machine)
    kept = DeadLetters(lab.aws)
    target = {"Arn": machine, "RoleArn": lab.role(service="events"), "DeadLetterConfig": {"Arn": kept.arn}}

    send(lab.aws, target)

    assert kept.received()["ERROR_CODE"] == "NO_RESOURCE"


@pytest.mark.mend("event-targets")
@pytest.mark.usefixtures("no_faults")
def test_a_throttled_event_is_kept_when_its_retries_are_over(lab: Lab) -> None:
    machine = lab.machine({"Done": {"Type": "Succeed"}})
    role, kept = lab.role(service="events"), DeadLetters(lab.aws)
    throttled = {"service": "stepfunctions", "operation": "StartExecution", "error": "ThrottlingException"}
    lab.aws.faults([throttled | {"times": 10, "caller": role.rpartition("/")[2]}])
    target = {"Arn": machine, "RoleArn": role, "RetryPolicy": TWO_RETRIES}

    send(lab.aws, target | {"DeadLetterConfig": {"Arn": kept.arn}})

    found = kept.received()
    assert (found["ERROR_CODE"], found["RETRY_ATTEMPTS"]) == ("THROTTLING", "2")
    assert found["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"
    assert lab.sfn.list_executions(stateMachineArn=machine)["executions"] == []


@pytest.mark.mend("event-targets")
@pytest.mark.usefixtures("no_faults")
def test_an_event_that_got_too_old_is_kept(lab: Lab) -> None:
    machine = lab.machine({"Done": {"Type": "Succeed"}})
    role, kept = lab.role(service="events"), DeadLetters(lab.aws)
    failing = {"service": "stepfunctions", "operation": "StartExecution", "error": "InternalServerError"}
    lab.aws.faults([failing | {"times": 100, "caller": role.rpartition("/")[2]}])
    target = {"Arn": machine, "RoleArn": role, "RetryPolicy": {"MaximumEventAgeInSeconds": 60}}

    send(lab.aws, target | {"DeadLetterConfig": {"Arn": kept.arn}})

    found = kept.received()
    # Pauses of 1, 2, 4, 8 and 16 s; the next one would end after a minute.
    assert found["RETRY_ATTEMPTS"] == "5"
    assert found["EXHAUSTED_RETRY_CONDITION"] == "MaximumEventAgeInSeconds"


@pytest.mark.mend("service-principals")
def test_a_queue_that_lets_no_rule_in_keeps_nothing(lab: Lab) -> None:
    machine = lab.machine({"Done": {"Type": "Succeed"}})
    kept = DeadLetters(lab.aws, lets_in=f"{RULES}/another-rule")
    role = create_role(lab.aws, service="events.amazonaws.com")
    target = {"Arn": machine, "RoleArn": role, "DeadLetterConfig": {"Arn": kept.arn}}

    rule = send(lab.aws, target)

    assert eventually(lambda: counted(lab.aws, rule, "InvocationsFailedToBeSentToDlq")) == 1
    assert counted(lab.aws, rule, "InvocationsSentToDlq") == 0


@pytest.mark.mend("lambda-async-retries")
def test_a_function_that_fails_is_tried_three_times_in_scaled_minutes(lab: Lab) -> None:
    code = "def handler(event, context):\n    print('GOT 1')\n    raise ValueError('no')\n"
    function = lab.function(code)

    lab.aws.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload="{}")

    assert eventually(lambda: len(printed(lab, function)) == 3, within_seconds=1.5)

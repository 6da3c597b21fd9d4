"""Parameter Store: what it refuses and what it tells EventBridge."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.resources import create_stack, error_code, eventually, fresh, user_session

NUMBER = r"^(?:[1-9][0-9]{0,5})$"


def number_parameter(aws: LocalAws) -> str:
    properties = {"Name": f"/{fresh('p')}/Limit", "Type": "String", "Value": "10", "AllowedPattern": NUMBER}
    return create_stack(aws, {"P": {"Type": "AWS::SSM::Parameter", "Properties": properties}})["P"]


@pytest.mark.mend("ssm-allowed-pattern")
@pytest.mark.parametrize("value", ["0", "ten", "10\n", "1234567"])
def test_a_value_outside_the_allowed_pattern_is_refused(aws: LocalAws, value: str) -> None:
    ssm, name = aws.client("ssm"), number_parameter(aws)

    code = error_code(lambda: ssm.put_parameter(Name=name, Value=value, Overwrite=True))

    assert code == "ParameterPatternMismatchException"
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "10"


@pytest.mark.mend("ssm-allowed-pattern")
def test_the_allowed_pattern_outlives_a_new_value(aws: LocalAws) -> None:
    ssm, name = aws.client("ssm"), number_parameter(aws)
    ssm.put_parameter(Name=name, Value="11", Overwrite=True)

    code = error_code(lambda: ssm.put_parameter(Name=name, Value="ten", Overwrite=True))

    assert code == "ParameterPatternMismatchException"


@pytest.mark.mend("ssm-value-limits")
@pytest.mark.parametrize("value", ["x" * 4097, "see {{other}}"])
def test_a_value_that_ssm_cannot_hold_is_refused(aws: LocalAws, value: str) -> None:
    ssm = aws.client("ssm")

    code = error_code(lambda: ssm.put_parameter(Name=fresh("/p"), Value=value, Type="String"))

    assert code == "ValidationException"


def test_at_most_ten_parameters_are_read_at_once(aws: LocalAws) -> None:
    ssm = aws.client("ssm")
    names = [fresh("/p") for _ in range(11)]

    assert error_code(lambda: ssm.get_parameters(Names=names)) == "ValidationException"
    assert error_code(lambda: ssm.get_parameters(Names=names[:10])) is None


@pytest.mark.mend("ssm-several-parameters")
def test_reading_several_parameters_takes_the_right_to_each(aws: LocalAws) -> None:
    allowed, secret = fresh("/allowed"), fresh("/secret")
    resource = f"arn:aws:ssm:us-east-1:000000000000:parameter{allowed}"
    reader = user_session(aws, {"Effect": "Allow", "Action": "ssm:GetParameters", "Resource": resource})
    ssm = aws.client("ssm", session=reader)

    assert error_code(lambda: ssm.get_parameters(Names=[allowed])) is None
    assert error_code(lambda: ssm.get_parameters(Names=[allowed, secret])) == "AccessDeniedException"


@pytest.mark.mend("ssm-change-events")
def test_every_change_of_a_parameter_is_an_event_without_the_value(aws: LocalAws) -> None:
    ssm, name = aws.client("ssm"), fresh("/changed")
    received = event_queue(aws, {"source": ["aws.ssm"], "detail": {"name": [name]}})

    ssm.put_parameter(Name=name, Value="1", Type="String", Description="A limit")
    ssm.put_parameter(Name=name, Value="2", Overwrite=True)
    ssm.delete_parameter(Name=name)
    ssm.put_parameter(Name=name, Value="3", Type="String")
    ssm.delete_parameters(Names=[name])

    events = received(5)
    operations = ["Create", "Update", "Delete", "Create", "Delete"]
    assert [event["detail"]["operation"] for event in events] == operations
    first = events[0]
    assert first["detail-type"] == "Parameter Store Change"
    assert first["resources"] == [f"arn:aws:ssm:us-east-1:000000000000:parameter{name}"]
    expected = {"operation": "Create", "name": name, "type": "String", "description": "A limit"}
    assert first["detail"] == expected


def test_an_earlier_version_is_read_by_its_selector(aws: LocalAws) -> None:
    ssm, name = aws.client("ssm"), fresh("/versions")
    for value in ("1", "2", "3"):
        ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    second = ssm.get_parameter(Name=f"{name}:2")["Parameter"]

    assert (second["Value"], second["Version"], second["Name"]) == ("2", 2, name)
    assert second["Selector"] == ":2"
    assert error_code(lambda: ssm.get_parameter(Name=f"{name}:9")) == "ParameterVersionNotFound"


@pytest.mark.mend("ssm-selectors")
def test_a_version_takes_the_right_to_the_parameter(aws: LocalAws) -> None:
    name, other = fresh("/versions"), fresh("/versions")
    for each in (name, other):
        aws.client("ssm").put_parameter(Name=each, Value="1", Type="String")
    actions = ["ssm:GetParameter", "ssm:GetParameters"]
    resource = f"arn:aws:ssm:us-east-1:000000000000:parameter{name}"
    reader = user_session(aws, {"Effect": "Allow", "Action": actions, "Resource": resource})
    ssm = aws.client("ssm", session=reader)

    assert ssm.get_parameter(Name=f"{name}:1")["Parameter"]["Value"] == "1"
    assert ssm.get_parameters(Names=[f"{name}:1"])["Parameters"][0]["Version"] == 1
    assert error_code(lambda: ssm.get_parameter(Name=f"{other}:1")) == "AccessDeniedException"


def test_a_new_value_keeps_the_description_and_a_new_description_the_pattern(aws: LocalAws) -> None:
    ssm, name = aws.client("ssm"), fresh("/kept")
    ssm.put_parameter(Name=name, Value="1", Type="String", Description="A limit", AllowedPattern=NUMBER)

    ssm.put_parameter(Name=name, Value="2", Overwrite=True)
    ssm.put_parameter(Name=name, Value="2", Description="The limit", Overwrite=True)

    described = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": [name]}])["Parameters"][0]
    assert (described["Description"], described["AllowedPattern"]) == ("The limit", NUMBER)
    versions = ssm.get_parameter_history(Name=name)["Parameters"]
    assert [version["Description"] for version in versions] == ["A limit", "A limit", "The limit"]


@pytest.mark.mend("ssm-change-events")
def test_a_template_that_changes_a_parameter_is_an_update_like_any_other(aws: LocalAws) -> None:
    name = fresh("/deployed")
    received = event_queue(aws, {"source": ["aws.ssm"], "detail": {"name": [name], "operation": ["Update"]}})
    properties = {"Name": name, "Type": "String", "Value": "1"}
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": properties}
    stack = create_stack(aws, {"P": parameter})["StackName"]

    parameter["Properties"] = properties | {"Description": "A limit"}
    body = json.dumps({"Resources": {"P": parameter}})
    aws.client("cloudformation").update_stack(StackName=stack, TemplateBody=body)

    (event,) = received(1)
    assert event["detail"]["description"] == "A limit"


def event_queue(aws: LocalAws, pattern: dict[str, Any]) -> Any:
    """Sends matching events to a queue; the answer reads so many of them, in order."""
    queue = {"Type": "AWS::SQS::Queue"}
    arn = {"Fn::GetAtt": ["Queue", "Arn"]}
    target = {"Arn": arn, "Id": "queue"}
    rule = {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": pattern, "Targets": [target]}}
    may_send = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {"Queues": [{"Ref": "Queue"}], "PolicyDocument": {"Statement": [may_send]}},
    }
    url = create_stack(aws, {"Queue": queue, "Policy": policy, "Rule": rule})["Queue"]
    sqs = aws.client("sqs")
    events: list[dict[str, Any]] = []

    def read(count: int) -> list[dict[str, Any]]:
        def enough() -> bool:
            answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
            events.extend(json.loads(message["Body"]) for message in answer.get("Messages", []))
            return len(events) >= count

        eventually(enough, within_seconds=5)
        return events

    return read

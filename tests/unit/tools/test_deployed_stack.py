"""What a deployment asks of the stack that is there."""

import json
from collections.abc import Iterator
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from tools.deployed_stack import DeployedStack, Listener
from tools.kept_parameters import Release

RULE = "the-listener"


class FakeCloudFormation:
    """Knows the physical id of the one rule."""

    def describe_stack_resource(self, *, StackName: str, LogicalResourceId: str) -> dict[str, Any]:  # noqa: N803
        assert (StackName, LogicalResourceId) == ("stack", "L")
        return {"StackResourceDetail": {"PhysicalResourceId": RULE}}


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[DeployedStack]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        session = boto3.Session(region_name="eu-west-1")
        yield DeployedStack(
            name="stack",
            cloudformation=cast(Any, FakeCloudFormation()),
            events=session.client("events"),
            ssm=session.client("ssm"),
            report=print,
        )


def release(**properties: str) -> Release:
    pattern = {"source": ["aws.ssm"]}
    rule = {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": pattern, **properties}}
    return Release(template={"Resources": {"L": rule}}, tags={})


@pytest.mark.parametrize(
    ("properties", "is_meant_on"),
    [({}, True), ({"State": "ENABLED"}, True), ({"State": "DISABLED"}, False)],
    ids=["says nothing", "on", "off"],
)
def test_a_rule_is_as_it_is_and_meant_to_be_as_it_was_deployed(
    stack: DeployedStack, properties: dict[str, str], is_meant_on: bool
) -> None:
    stack.events.put_rule(Name=RULE, EventPattern=json.dumps({"source": ["aws.ssm"]}))
    stack.switch_off(RULE)
    off = Listener(rule=RULE, is_on=False, is_meant_on=is_meant_on)
    assert stack.listener(release(**properties)) == off
    stack.switch_on(RULE)
    assert stack.listener(release(**properties)) == Listener(rule=RULE, is_on=True, is_meant_on=is_meant_on)


def test_a_rule_that_somebody_deleted_is_none(stack: DeployedStack) -> None:
    assert stack.listener(release()) is None
    stack.switch_on(RULE)


def test_rules_of_other_events_do_not_count(stack: DeployedStack) -> None:
    assert stack.listener(release(EventPattern=json.dumps({"source": ["aws.states"]}))) is None

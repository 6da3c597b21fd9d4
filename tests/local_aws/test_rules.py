"""Rules as operators and workflows change them: what is kept, who may, when the next turn comes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.resources import create_role, error_code, eventually, fresh, user_session, without_mends
from tests.local_aws.stepfunctions_lab import Lab, task

RULES = "arn:aws:events:us-east-1:000000000000:rule"
MINUTE = 0.2
"""Real seconds of a schedule's minute on the hasty server."""
PATIENCE_SECONDS = 60
"""A guard against a hang, not a measure: machines are shared."""


@pytest.fixture(scope="module")
def lab(aws: LocalAws) -> Lab:
    return Lab(aws)


@pytest.fixture(scope="module")
def hasty() -> Iterator[LocalAws]:
    with LocalAws(schedule_scale=MINUTE / 60, without_mends=without_mends()) as running:
        yield running


def scheduled_rule(aws: LocalAws, **options: str) -> str:
    name = fresh("rule")
    aws.client("events").put_rule(Name=name, ScheduleExpression="rate(10 minutes)", **options)
    return name


@pytest.mark.mend("rule-replacement")
def test_what_put_rule_leaves_out_is_gone_and_the_rule_is_enabled(aws: LocalAws) -> None:
    events = aws.client("events")
    name = scheduled_rule(aws, Description="Looks for pictures", State="DISABLED")

    events.put_rule(Name=name, ScheduleExpression="rate(1 minute)")

    rule = events.describe_rule(Name=name)
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 minute)", "ENABLED")
    assert "Description" not in rule


@pytest.mark.mend("rule-replacement")
def test_a_rule_that_nothing_triggers_is_refused(aws: LocalAws) -> None:
    assert error_code(lambda: aws.client("events").put_rule(Name=fresh("rule"))) == "ValidationException"


def test_put_rule_keeps_the_targets(aws: LocalAws) -> None:
    events, name = aws.client("events"), scheduled_rule(aws)
    target = {"Id": "queue", "Arn": "arn:aws:sqs:us-east-1:000000000000:any", "Input": "{}"}
    events.put_targets(Rule=name, Targets=[target])

    events.put_rule(Name=name, ScheduleExpression="rate(1 minute)")

    assert events.list_targets_by_rule(Rule=name)["Targets"] == [target]


@pytest.mark.mend("rule-permissions")
def test_a_workflow_scoped_to_its_rule_rules_it_and_no_other(lab: Lab) -> None:
    name, other = scheduled_rule(lab.aws), scheduled_rule(lab.aws)
    actions = ["PutRule", "DescribeRule", "EnableRule", "DisableRule", "ListTargetsByRule"]
    statement = {
        "Effect": "Allow",
        "Action": [f"events:{action}" for action in actions],
        "Resource": f"{RULES}/{name}",
    }
    role = create_role(lab.aws, service="states.amazonaws.com", policy=statement)
    put = {"Name": name, "ScheduleExpression": "rate(1 hour)", "State": "DISABLED", "Description": "d"}
    states = {
        "Put": task("aws-sdk:eventbridge:putRule", put, Next="On"),
        "On": task("aws-sdk:eventbridge:enableRule", {"Name": name}, Next="Off"),
        "Off": task("aws-sdk:eventbridge:disableRule", {"Name": name}, Next="Targets"),
        "Targets": task("aws-sdk:eventbridge:listTargetsByRule", {"Rule": name}, Next="Look"),
        "Look": task("aws-sdk:eventbridge:describeRule", {"Name": name}),
    }

    found = lab.output(states, role=role)
    refused = lab.run({"Off": task("aws-sdk:eventbridge:disableRule", {"Name": other})}, role=role)

    expected = {"Name", "Arn", "EventBusName", "CreatedBy"}
    assert {key: value for key, value in found.items() if key not in expected} == {
        "ScheduleExpression": "rate(1 hour)",
        "State": "DISABLED",
        "Description": "d",
    }
    assert refused["error"] == "EventBridge.AccessDeniedException"
    assert "events:DisableRule" in refused["cause"]


def test_events_are_put_with_the_right_to_the_bus_only(lab: Lab) -> None:
    entry = {"Source": "lab", "DetailType": "Done", "Detail": {"n": 1}}
    states = {"Put": task("events:putEvents", {"Entries": [entry]})}
    bus = "arn:aws:events:us-east-1:000000000000:event-bus/default"
    statement = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": bus}
    allowed = create_role(lab.aws, service="states.amazonaws.com", policy=statement)
    elsewhere = create_role(
        lab.aws, service="states.amazonaws.com", policy=statement | {"Resource": f"{bus}s"}
    )

    assert lab.run(states, role=allowed)["status"] == "SUCCEEDED"
    refused = lab.run(states, role=elsewhere)

    assert refused["error"] == "EventBridge.AccessDeniedException"
    assert "events:PutEvents" in refused["cause"]


@pytest.mark.mend("event-entries")
@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"Source": "aws.states", "DetailType": "t", "Detail": {}}, "NotAuthorizedForSourceException"),
        ({"Source": "lab", "DetailType": "t", "Detail": "no JSON"}, "MalformedDetail"),
        ({"Source": "lab", "DetailType": "t", "Detail": "[1]"}, "MalformedDetail"),
        ({"Source": "lab", "Detail": {}}, "InvalidArgument"),
    ],
)
def test_an_entry_that_eventbridge_refuses_fails_the_task(lab: Lab, entry: dict[str, Any], code: str) -> None:
    ended = lab.run({"Put": task("events:putEvents", {"Entries": [entry]})})

    assert (ended["status"], ended["error"]) == ("FAILED", "EventBridge.FailedEntry")
    assert json.loads(ended["cause"])["Entries"][0]["ErrorCode"] == code


@pytest.mark.mend("rule-existence")
@pytest.mark.parametrize("call", ["enable_rule", "disable_rule"])
def test_a_rule_that_is_not_there_cannot_be_switched(aws: LocalAws, call: str) -> None:
    events = aws.client("events")

    code = error_code(lambda: getattr(events, call)(Name=fresh("rule")))

    assert code == "ResourceNotFoundException"


def turns(aws: LocalAws, role: str) -> int:
    caller = f":assumed-role/{role.rpartition('/')[2]}/"
    starts = [call for call in aws.calls() if call["operation"] == "StartExecution"]
    return len([call for call in starts if caller in call["caller"]])


def started_by_rule(aws: LocalAws, *, schedule: str, state: str) -> tuple[str, str]:
    """A rule with a workflow as its target; its name, and the role that starts the workflow."""
    lab, name = Lab(aws), fresh("rule")
    arn = lab.machine({"Done": {"Type": "Succeed"}})
    policy = {"Effect": "Allow", "Action": "states:StartExecution", "Resource": arn}
    role = create_role(aws, service="events.amazonaws.com", policy=policy)
    aws.client("events").put_rule(Name=name, ScheduleExpression=schedule, State=state)
    aws.client("events").put_targets(Rule=name, Targets=[{"Id": "m", "Arn": arn, "RoleArn": role}])
    return name, role


def test_a_shorter_rate_takes_effect_at_once_and_a_disabled_rule_rests(hasty: LocalAws) -> None:
    name, role = started_by_rule(hasty, schedule="rate(600 minutes)", state="ENABLED")
    _, others_role = started_by_rule(hasty, schedule="rate(1 minute)", state="ENABLED")
    events = hasty.client("events")

    events.put_rule(Name=name, ScheduleExpression="rate(1 minute)", State="ENABLED")
    assert eventually(lambda: turns(hasty, role) >= 2, within_seconds=PATIENCE_SECONDS)

    events.disable_rule(Name=name)
    before, others_before = turns(hasty, role), turns(hasty, others_role)
    assert eventually(lambda: turns(hasty, others_role) >= others_before + 6, within_seconds=PATIENCE_SECONDS)
    assert turns(hasty, role) <= before + 1, "more than the one turn that may have been under way"


@pytest.mark.mend("rule-countdown")
def test_a_rule_that_is_switched_on_waits_for_its_first_turn(hasty: LocalAws) -> None:
    name, role = started_by_rule(hasty, schedule="rate(4 minutes)", state="DISABLED")
    time.sleep(5 * MINUTE)
    assert turns(hasty, role) == 0

    switched_on_at = time.time()
    hasty.client("events").enable_rule(Name=name)

    assert eventually(lambda: turns(hasty, role) >= 1, within_seconds=PATIENCE_SECONDS)
    assert time.time() - switched_on_at >= 4 * MINUTE


@pytest.mark.mend("rule-permissions")
def test_a_user_scoped_to_a_rule_sees_its_targets(aws: LocalAws) -> None:
    name = scheduled_rule(aws)
    may = {"Effect": "Allow", "Action": "events:ListTargetsByRule", "Resource": f"{RULES}/{name}"}
    events = aws.client("events", session=user_session(aws, may))

    assert error_code(lambda: events.list_targets_by_rule(Rule=name)) is None
    assert error_code(lambda: events.list_targets_by_rule(Rule=fresh("rule"))) == "AccessDeniedException"

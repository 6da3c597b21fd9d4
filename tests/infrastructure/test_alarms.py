"""What raises an alarm, who is told, and where people read on."""

import re

import pytest

from pipeline_stack.alarms import Kind
from tests.infrastructure.templates import Json, Template, flat

WORKFLOWS = ("Training", "Deployment", "Settings", "EndedRuns")
EXPECTED = {
    *(
        f"{kind}/{workflow}"
        for kind in ("RunFailed", "RunTimedOut", "RunThrottled")
        for workflow in WORKFLOWS
    ),
    "StrayModels",
    "MissedChecks",
    "MessagesUndelivered/runs",
    "MessagesUndelivered/alarms",
    "EventsUndelivered",
    "FunctionFailed/record_outcome",
    "FunctionFailed/measure_pipeline",
}


def alarms(template: Template) -> dict[str, Json]:
    """By their names without the stack's."""
    return {
        item["AlarmName"].removeprefix(f"{template.name}/"): item
        for item in template.properties("AWS::CloudWatch::Alarm")
    }


def alarm_topic(template: Template) -> str:
    (name,) = [
        name
        for name, item in template.of_type("AWS::SNS::Topic").items()
        if item["Properties"]["DisplayName"].endswith(": alarms")
    ]
    return f"<{name}>"


def dimensions(alarm: Json) -> dict[str, str]:
    return {item["Name"]: flat(item["Value"]) for item in alarm["Dimensions"]}


def test_there_is_an_alarm_for_each_thing_that_can_go_wrong(template: Template) -> None:
    assert set(alarms(template)) == EXPECTED
    assert {name.partition("/")[0] for name in alarms(template)} == set(Kind)


def test_every_alarm_tells_the_alarm_topic(template: Template) -> None:
    topic = alarm_topic(template)

    for name, alarm in alarms(template).items():
        assert [flat(action) for action in alarm["AlarmActions"]] == [topic], name
        assert alarm.get("ActionsEnabled", True) is True, name


def test_the_end_of_an_alarm_is_told_where_it_means_that_something_is_in_order_again(
    template: Template,
) -> None:
    topic = alarm_topic(template)
    telling = {
        name: [flat(action) for action in alarm["OKActions"]]
        for name, alarm in alarms(template).items()
        if "OKActions" in alarm
    }

    assert telling == {name: [topic] for name in ("StrayModels", "MissedChecks", "EventsUndelivered")}


def test_every_alarm_says_in_words_what_happened_and_ends_with_its_runbook_entry(template: Template) -> None:
    for name, alarm in alarms(template).items():
        words, _, link = alarm["AlarmDescription"].partition(" What to do: ")
        assert link == f"docs/runbook.md#{name.partition('/')[0].lower()}", name
        assert re.fullmatch(r"[A-Z].{30,}[.]", words), name
        assert len(alarm["AlarmDescription"]) <= 1024, name


def test_no_alarm_computes(template: Template) -> None:
    for name, alarm in alarms(template).items():
        assert "Metrics" not in alarm, name
        assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold", name


@pytest.mark.parametrize(
    ("kind", "metric"),
    [
        ("RunFailed", "ExecutionsFailed"),
        ("RunTimedOut", "ExecutionsTimedOut"),
        ("RunThrottled", "ExecutionThrottled"),
    ],
)
def test_one_run_that_goes_wrong_is_an_alarm_of_its_workflow(
    template: Template, kind: str, metric: str
) -> None:
    watched = set()
    for workflow in WORKFLOWS:
        alarm = alarms(template)[f"{kind}/{workflow}"]
        assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/States", metric)
        assert (alarm["Statistic"], alarm["Threshold"], alarm["EvaluationPeriods"]) == ("Sum", 1, 1)
        assert alarm["TreatMissingData"] == "notBreaching"
        machine = dimensions(alarm)["StateMachineArn"]
        assert machine.startswith(f"<{workflow}")
        watched.add(machine)

    assert watched == {f"<{name}>" for name in template.of_type("AWS::StepFunctions::StateMachine")}


def test_a_stray_model_is_an_alarm_after_two_turns_and_stays_one_while_nobody_measures(
    template: Template,
) -> None:
    alarm = alarms(template)["StrayModels"]

    assert (alarm["Statistic"], alarm["Threshold"]) == ("Maximum", 1)
    assert (alarm["Period"], alarm["EvaluationPeriods"]) == (300, 2)
    assert alarm["TreatMissingData"] == "ignore"


def test_three_missed_checks_are_an_alarm_and_so_is_a_meter_that_stopped(template: Template) -> None:
    alarm = alarms(template)["MissedChecks"]

    assert (alarm["Statistic"], alarm["Threshold"]) == ("Minimum", 3)
    assert (alarm["Period"], alarm["EvaluationPeriods"]) == (300, 3)
    assert alarm["TreatMissingData"] == "missing"
    assert [flat(action) for action in alarm["InsufficientDataActions"]] == [alarm_topic(template)]


def test_messages_that_could_not_be_delivered_are_an_alarm_for_each_topic(template: Template) -> None:
    found = {name: alarms(template)[f"MessagesUndelivered/{name}"] for name in ("runs", "alarms")}

    assert {(item["Namespace"], item["MetricName"], item["Threshold"]) for item in found.values()} == {
        ("AWS/SNS", "NumberOfNotificationsFailed", 1)
    }
    assert {item["TreatMissingData"] for item in found.values()} == {"notBreaching"}
    topics = template.of_type("AWS::SNS::Topic")
    titles = {
        name: topics[dimensions(item)["TopicName"].strip("<>").partition(".")[0]]["Properties"]["DisplayName"]
        for name, item in found.items()
    }
    assert titles == {name: f"{template.name}: {name}" for name in found}


def test_an_event_in_the_queue_of_undelivered_ones_is_an_alarm(template: Template) -> None:
    alarm = alarms(template)["EventsUndelivered"]
    (queue,) = template.of_type("AWS::SQS::Queue")

    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/SQS", "ApproximateNumberOfMessagesVisible")
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Maximum", 1)
    assert dimensions(alarm) == {"QueueName": f"<{queue}.QueueName>"}
    assert alarm["TreatMissingData"] == "notBreaching"


@pytest.mark.parametrize("package", ["record_outcome", "measure_pipeline"])
def test_a_function_that_no_workflow_watches_and_that_keeps_failing_is_an_alarm(
    template: Template, package: str
) -> None:
    alarm = alarms(template)[f"FunctionFailed/{package}"]
    name, _ = template.only("AWS::Lambda::Function", Handler=f"{package}.handler.handler")

    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "Errors")
    assert dimensions(alarm) == {"FunctionName": f"<{name}>"}
    assert (alarm["Statistic"], alarm["Threshold"], alarm["Period"]) == ("Sum", 3, 900)
    assert alarm["TreatMissingData"] == "notBreaching"

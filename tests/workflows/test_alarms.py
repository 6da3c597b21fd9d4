"""From a mishap to the message that explains it, by way of the metrics and alarms of the deployed stack.

The rule that measures comes every five real minutes here, far too late for the local AWS's short periods,
so the tests invoke the function themselves.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.event_schema import violations
from tests.workflows.operator import PATIENCE_SECONDS, Json, Operator
from tests.workflows.pictures import noises

STACK = "TrainingPipeline-local"
Datapoints = dict[tuple[str, ...], float]


def until(condition: Callable[[], Any], *, says: str, pause: float = 0.1) -> Any:
    """Wait for a condition; gives what it returned."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline, says
        time.sleep(pause)
    return found


def alarm_message(operator: Operator, name: str, state: str = "ALARM") -> Json:
    """The message that an alarm sent on its change to a state, once it comes."""

    def look() -> Json | None:
        for message in operator.aws.outbox():
            if message["subject"].startswith(f'{state}: "{STACK}/{name}"'):
                assert "AlarmTopic" in message["topic"]
                document: Json = json.loads(message["message"])
                return document
        return None

    found: Json = until(look, says=f"no message {state} of {name}")
    return found


def state_of(operator: Operator, name: str) -> str:
    (alarm,) = operator.aws.client("cloudwatch").describe_alarms(AlarmNames=[f"{STACK}/{name}"])[
        "MetricAlarms"
    ]
    return str(alarm["StateValue"])


def function_name(operator: Operator, package: str) -> str:
    (name,) = (
        function["FunctionName"]
        for function in operator.aws.client("lambda").list_functions()["Functions"]
        if function["Handler"] == f"{package}.handler.handler"
    )
    return str(name)


def measure(operator: Operator) -> None:
    """One turn of measuring."""
    answer = operator.aws.client("lambda").invoke(
        FunctionName=function_name(operator, "measure_pipeline"), Payload=b"{}"
    )
    assert "FunctionError" not in answer, answer["Payload"].read()


def sum_of(operator: Operator, name: str, **dimensions: str) -> float:
    """What a metric's datapoints of the last hour add up to."""
    found = operator.aws.client("cloudwatch").get_metric_statistics(
        Namespace=STACK,
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=datetime.now(tz=UTC) - timedelta(hours=1),
        EndTime=datetime.now(tz=UTC) + timedelta(hours=1),
        Period=7200,
        Statistics=["Sum"],
    )["Datapoints"]
    return float(sum(point["Sum"] for point in found))


def runs(operator: Operator, workflow: str, outcome: str) -> float:
    return sum_of(operator, "Runs", service="record_outcome", workflow=workflow, outcome=outcome)


def test_a_failed_run_is_an_alarm_that_says_where_to_read_on(operator: Operator) -> None:
    operator.run_red(force="yes")

    document = alarm_message(operator, "RunFailed/Training")

    assert document["NewStateValue"] == "ALARM"
    assert document["AlarmDescription"].startswith("A run of Training failed.")
    assert document["AlarmDescription"].endswith(" What to do: docs/runbook.md#runfailed")


def test_a_new_stack_has_no_alarm_and_a_meter_that_stopped_is_told(operator: Operator) -> None:
    until(lambda: state_of(operator, "EventsUndelivered") == "OK", says="no alarm is evaluated")
    assert not [message for message in operator.aws.outbox() if message["subject"].startswith("ALARM")]

    def measured() -> bool:
        measure(operator)
        return state_of(operator, "MissedChecks") == "OK"

    until(measured, says="what is measured reaches no alarm", pause=0.3)
    document = alarm_message(operator, "MissedChecks", "INSUFFICIENT_DATA")  # nobody measures any more
    assert document["AlarmDescription"].endswith(" What to do: docs/runbook.md#missedchecks")


def test_a_model_that_somebody_starts_beside_the_live_one_is_an_alarm_until_a_run_stops_it(
    operator: Operator,
) -> None:
    operator.set("Minimum-F1-Score", "1.0")
    operator.upload(noises(("hiss", "hum"), 40))
    rejected = operator.run()
    assert rejected["outcome"] == "rejected"
    rekognition = operator.aws.client("rekognition")
    (version,) = rekognition.describe_project_versions(ProjectArn=operator.project_arn())[
        "ProjectVersionDescriptions"
    ]
    rekognition.start_project_version(ProjectVersionArn=version["ProjectVersionArn"], MinInferenceUnits=1)

    def raised() -> bool:
        measure(operator)
        return state_of(operator, "StrayModels") == "ALARM"

    until(raised, says="a stray raises no alarm", pause=0.3)
    document = alarm_message(operator, "StrayModels")
    assert document["AlarmDescription"].endswith(" What to do: docs/runbook.md#straymodels")

    operator.run()  # which puts models in order first, as the runbook has it

    def ended() -> bool:
        measure(operator)
        return state_of(operator, "StrayModels") == "OK"

    until(ended, says="the alarm does not end", pause=0.3)
    assert operator.versions() == {rejected["version"]: "STOPPED"}


def test_a_new_pipeline_and_one_that_deploys_give_no_reason_for_an_alarm(operator: Operator) -> None:
    measure(operator)  # before there was any run
    operator.upload_fruits()
    operator.aws.rekognition(start_seconds=3000)
    execution = operator.start()
    until(lambda: operator.item("lock", "deployment"), says="no deployment begins")
    measure(operator)
    assert operator.description(execution)["status"] == "RUNNING"
    assert operator.item("lock", "deployment"), "the deployment was over before it was measured"

    until(
        lambda: runs_measured(operator) == 2,
        says="the two turns are not in the metrics",
    )
    assert sum_of(operator, "StrayModels", service="measure_pipeline") == 0
    assert sum_of(operator, "MissedChecks", service="measure_pipeline") == 0
    operator.finished(execution)


def runs_measured(operator: Operator) -> int:
    """How many turns of measuring there were."""
    found = operator.aws.client("cloudwatch").get_metric_statistics(
        Namespace=STACK,
        MetricName="StrayModels",
        Dimensions=[{"Name": "service", "Value": "measure_pipeline"}],
        StartTime=datetime.now(tz=UTC) - timedelta(hours=1),
        EndTime=datetime.now(tz=UTC) + timedelta(hours=1),
        Period=7200,
        Statistics=["SampleCount"],
    )["Datapoints"]
    return int(sum(point["SampleCount"] for point in found))


def test_an_event_that_cannot_be_delivered_is_kept_and_is_an_alarm(operator: Operator) -> None:
    recorder = function_name(operator, "record_outcome")
    operator.aws.client("lambda").delete_function(FunctionName=recorder)

    operator.run()

    document = alarm_message(operator, "EventsUndelivered")
    assert document["AlarmDescription"].endswith(" What to do: docs/runbook.md#eventsundelivered")
    sqs = operator.aws.client("sqs")
    (queue,) = (url for url in sqs.list_queues()["QueueUrls"] if "UndeliveredEvents" in url)
    (message,) = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])["Messages"]
    assert message["MessageAttributes"]["TARGET_ARN"]["StringValue"].endswith(f":{recorder}")
    event = json.loads(message["Body"])
    assert event["detail"]["outcome"] == "nothing_to_train"
    assert violations(event) == []


def test_what_runs_end_in_is_counted_with_scores_and_hours(stocked: Operator) -> None:
    report = stocked.run()
    until(lambda: runs(stocked, "Training", "deployed"), says="the run is not counted")

    assert runs(stocked, "Training", "deployed") == 1
    assert sum_of(stocked, "F1", service="record_outcome") == pytest.approx(report["f1"])
    assert sum_of(stocked, "MinimumF1", service="record_outcome") == pytest.approx(report["minimum_f1"])
    assert sum_of(stocked, "TrainingHours", service="record_outcome") == pytest.approx(
        report["billed_training_seconds"] / 3600
    )

    measure(stocked)
    until(lambda: sum_of(stocked, "RunningInferenceUnits", service="measure_pipeline"), says="no unit runs")
    assert sum_of(stocked, "StrayModels", service="measure_pipeline") == 0
    assert sum_of(stocked, "MissedChecks", service="measure_pipeline") == 0


def test_an_outcome_that_is_delivered_twice_or_late_counts_once(operator: Operator) -> None:
    detail = {
        "schema_version": 1,
        "pipeline": STACK,
        "workflow": "Training",
        "outcome": "rejected",
        "execution": operator.start(),
        "at": (datetime.now(tz=UTC) - timedelta(minutes=30)).isoformat(),
        "started_by": "operator",
        "subject": "A subject",
        "message": "A message",
        "report": {},
        "error": None,
    }
    entry = {
        "Source": "custom-labels-training-pipeline",
        "DetailType": "Training Outcome",
        "Detail": json.dumps({**detail, "execution": f"{detail['execution']}-of-old"}),
    }
    events = operator.aws.client("events")

    events.put_events(Entries=[entry, entry])
    events.put_events(Entries=[entry])
    log_group = operator.aws.client("lambda").get_function(
        FunctionName=function_name(operator, "record_outcome")
    )["Configuration"]["LoggingConfig"]["LogGroup"]

    def counted_before() -> bool:
        found = operator.aws.client("logs").filter_log_events(
            logGroupName=log_group, filterPattern='"Outcome counted before"'
        )["events"]
        return len(found) == 2

    until(counted_before, says="the second and third deliveries do not come")
    assert runs(operator, "Training", "rejected") == 1

"""Messages that help: one an outcome, none for nothing, none twice; and the event of each outcome."""

from __future__ import annotations

import json
from typing import Any

from tests.workflows.operator import Json, Operator

SOURCE = "custom-labels-training-pipeline"


def scheduled(operator: Operator) -> Json:
    """Run a check as the schedule starts it; gives its description."""
    return operator.finished(operator.start("Training", source="schedule"))


def outcome(description: Json) -> str:
    found: str = json.loads(description["output"])["outcome"]
    return found


def all_messages(operator: Operator) -> list[Json]:
    """Those about outcomes, once nobody is left who might send another."""
    operator.until_all_idle()
    return operator.messages()


def test_a_scheduled_check_that_found_nothing_tells_nobody(operator: Operator) -> None:
    assert outcome(scheduled(operator)) == "nothing_to_train"
    operator.change_setting("Enable-Automatic-Training", "false")
    assert outcome(scheduled(operator)) == "disabled"
    assert all_messages(operator) == []
    assert operator.run()["outcome"] == "disabled"
    (message,) = operator.messages()
    assert "Set it to true in Parameter Store" in message["message"]


def test_a_scheduled_check_that_found_another_at_work_tells_nobody(stocked: Operator) -> None:
    stocked.aws.rekognition(training_seconds=3000)
    first = stocked.start()
    stocked.until_in(first, "Wait for training")
    assert outcome(scheduled(stocked)) == "busy"
    stocked.finished(first)
    (message,) = all_messages(stocked)
    assert "is live" in message["subject"]


def test_a_fault_that_meets_every_scheduled_check_is_told_once_a_day(stocked: Operator) -> None:
    stocked.aws.faults(
        [{"service": "ssm", "operation": "GetParameters", "error": "AccessDeniedException", "times": 1000}]
    )
    for _ in range(3):
        assert scheduled(stocked)["status"] == "FAILED"
    (message,) = all_messages(stocked)
    assert "docs/runbook.md#service-errors" in message["message"]
    # Whoever starts a run hears of it all the same, and another fault is another message.
    stocked.run_red()
    assert len(all_messages(stocked)) == 2
    stocked.aws.faults(
        [{"service": "dynamodb", "operation": "GetItem", "error": "AccessDeniedException", "times": 1000}]
    )
    assert scheduled(stocked)["status"] == "FAILED"
    assert len(all_messages(stocked)) == 3


def test_a_failure_says_what_to_do_and_where_to_look(stocked: Operator) -> None:
    execution = stocked.start(force="yes")
    assert stocked.finished(execution)["status"] == "FAILED"
    (message,) = all_messages(stocked)
    assert message["subject"] == "TrainingPipeline-local: Training FAILED (InvalidInput)"
    assert "What to do: docs/runbook.md#invalidinput" in message["message"]
    assert message["message"].endswith(f"#/v2/executions/details/{execution}")


def test_each_outcome_is_an_event_for_others(operator: Operator, events: Any) -> None:
    operator.upload_fruits()
    trained = operator.start()
    operator.finished(trained)
    nothing = operator.start("Training", source="schedule")
    operator.finished(nothing)
    wrong = operator.start("Deployment", version="no such")
    operator.finished(wrong)
    found = {event["detail"]["execution"]: event for event in events(3)}
    assert found.keys() == {trained, nothing, wrong}

    deployed = found[trained]
    assert deployed["source"] == SOURCE
    assert deployed["detail-type"] == "Training Outcome"
    detail = deployed["detail"]
    assert detail["pipeline"] == "TrainingPipeline-local"
    assert (detail["workflow"], detail["outcome"], detail["started_by"]) == (
        "Training",
        "deployed",
        "operator",
    )
    assert detail["report"]["f1"] >= detail["report"]["minimum_f1"]
    assert detail["report"]["billed_training_seconds"] > 0
    assert detail["report"]["evaluation_report"].endswith(f"/{detail['report']['version']}/report.html")
    assert detail["error"] is None
    assert detail["message"] == operator.messages()[0]["message"]

    assert found[nothing]["detail"]["started_by"] == "schedule"
    assert [found[each]["detail"]["operator_told"] for each in (trained, nothing, wrong)] == [
        True,
        False,
        True,
    ]
    assert found[nothing]["detail"]["outcome"] == "nothing_to_train"
    failed = found[wrong]
    assert failed["detail-type"] == "Deployment Outcome"
    assert failed["detail"]["error"]["name"] == "InvalidInput"


def test_each_change_of_a_setting_is_an_event_of_its_own(operator: Operator, events: Any) -> None:
    operator.set("Minimum-F1-Score", "0.5")
    operator.set("Minimum-F1-Score", "0.6")
    operator.until_messages(2, "setting")
    operator.until_idle("Settings")
    found = sorted(
        (event["detail"] for event in events(2)), key=lambda detail: detail["report"]["parameter_version"]
    )
    assert [each["report"]["value"] for each in found] == ["0.5", "0.6"]
    assert {(each["outcome"], each["operator_told"]) for each in found} == {("applied", True)}
    first, second = (each["report"]["parameter_version"] for each in found)
    assert second == first + 1


def test_a_stopped_run_is_an_event_too(operator: Operator, events: Any) -> None:
    operator.upload_fruits()
    operator.aws.rekognition(training_seconds=3000)
    execution = operator.start()
    operator.until_in(execution, "Wait for training")
    operator.aws.client("stepfunctions").stop_execution(
        executionArn=execution, error="Mine", cause="By hand."
    )
    (event,) = events(1)
    assert event["detail"]["outcome"] == "aborted"
    assert event["detail"]["error"] == {"name": "Mine", "cause": "By hand."}


def test_a_message_that_was_refused_makes_no_second_event(operator: Operator, events: Any) -> None:
    operator.aws.faults(
        [
            {
                "service": "sns",
                "operation": "Publish",
                "error": "AuthorizationErrorException",
                "caller": "TrainingRole",
                "times": 1000,
            }
        ]
    )
    execution = operator.start()
    assert operator.finished(execution)["error"] == "MessageNotSent"
    operator.until_all_idle()
    # Told by EndedRuns, published by the run itself; the next event is that of the next run.
    (message,) = operator.messages()
    assert "MessageNotSent" in message["message"]
    operator.aws.faults([])
    operator.run()
    found = [event["detail"]["outcome"] for event in events(2)]
    assert found == ["nothing_to_train", "nothing_to_train"]


def test_an_event_that_cannot_be_published_fails_no_run(stocked: Operator) -> None:
    stocked.aws.faults(
        [{"service": "events", "operation": "PutEvents", "error": "AccessDeniedException", "times": 1000}]
    )
    assert stocked.run()["outcome"] == "deployed"
    assert len(stocked.messages()) == 1

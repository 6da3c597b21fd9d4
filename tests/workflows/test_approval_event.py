"""That a person is asked, as an event: one for each message that asks, and none without."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.event_schema import violations
from tests.workflows.operator import Json, Operator
from tests.workflows.test_approval import answer, asking, report_of, until_asked

__all__ = ["asking"]

QUESTION = "Approval Requested"
OUTCOME = "Training Outcome"


def refused(service: str, operation: str, **more: Any) -> Json:
    """A fault that no further attempt cures."""
    return {
        "service": service,
        "operation": operation,
        "error": "AccessDeniedException",
        "caller": "TrainingRole",
        "times": 1000,
        **more,
    }


def test_a_question_is_an_event_before_anybody_answers(asking: Operator, events: Any) -> None:
    execution = asking.start()
    item = until_asked(asking, execution)

    (event,) = events(1, QUESTION)

    assert violations(event) == []
    assert item["token"] not in json.dumps(event)
    detail = event["detail"]
    assert (detail["pipeline"], detail["workflow"]) == ("TrainingPipeline-local", "Training")
    assert (detail["execution"], detail["version"]) == (execution, item["version"])
    assert detail["subject"] == f"TrainingPipeline-local: {item['version']} waits for your approval"
    (mail,) = asking.messages("approval")
    assert detail["message"] == mail["message"]
    at, answer_by = (datetime.fromisoformat(detail[field]) for field in ("at", "answer_by"))
    assert answer_by - at == pytest.approx(timedelta(days=7), abs=timedelta(seconds=5))

    answer(asking, decision="reject")
    report_of(asking.finished(execution))
    (outcome,) = events(1, OUTCOME)
    assert outcome["detail"]["outcome"] == "refused"
    assert len(events(1, QUESTION)) == 1


def test_a_question_that_is_taken_up_again_is_an_event_with_its_message(
    asking: Operator, events: Any
) -> None:
    first = asking.start()
    until_asked(asking, first)
    asking.aws.client("stepfunctions").stop_execution(executionArn=first)
    asking.finished(first)
    second = asking.start()
    asking.until_in(second, "Wait for the decision")

    found = [event["detail"] for event in events(2, QUESTION)]

    assert {detail["execution"] for detail in found} == {first, second}
    assert len({detail["version"] for detail in found}) == 1
    assert sorted(detail["message"] for detail in found) == sorted(
        mail["message"] for mail in asking.messages("approval")
    )


def test_an_answer_that_is_none_is_no_further_question(asking: Operator, events: Any) -> None:
    execution = asking.start()
    until_asked(asking, execution)
    answer(asking, decision="perhaps")
    asking.until_messages(2, "approval")
    asking.aws.client("stepfunctions").stop_execution(executionArn=execution)

    events(1, OUTCOME)

    assert len(events(1, QUESTION)) == 1


def test_a_question_that_cannot_be_published_is_asked_all_the_same(asking: Operator, events: Any) -> None:
    asking.aws.faults([refused("events", "PutEvents")])
    execution = asking.start()
    until_asked(asking, execution)
    assert len(asking.messages("approval")) == 1
    asking.aws.faults([])

    answer(asking, decision="approve")

    assert report_of(asking.finished(execution))["outcome"] == "deployed"
    events(1, OUTCOME)
    assert events(0, QUESTION) == []


def test_a_question_that_could_not_be_sent_is_no_event(asking: Operator, events: Any) -> None:
    asking.aws.faults([refused("sns", "Publish", error="AuthorizationErrorException")])
    first = asking.start()
    assert asking.finished(first)["status"] == "FAILED"
    assert asking.messages("approval") == []
    asking.aws.faults([])

    second = asking.start()
    until_asked(asking, second)

    (event,) = events(1, QUESTION)
    assert event["detail"]["execution"] == second
    assert len(asking.messages("approval")) == 1

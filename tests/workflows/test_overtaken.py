"""A version about which a person was asked is deployed or deleted by hand before the answer comes."""

from __future__ import annotations

import json
import time

import pytest

from pipeline_stack.workflows.approval import APPROVAL
from tests.workflows.operator import PATIENCE_SECONDS, Json, Operator
from tests.workflows.test_approval import answer, asking, desk, report_of, until_asked
from tools.approval import ApprovalError

__all__ = ["asking"]


def run_out_of_time(operator: Operator, question: Json) -> None:
    """What Step Functions does after a week."""
    operator.aws.client("stepfunctions").send_task_failure(
        taskToken=question["token"], error="States.Timeout", cause="Nobody answered."
    )


def give(operator: Operator, question: Json, decision: str) -> None:
    """The answer to a question that may be the registry's no more; `none` is a week of silence."""
    if decision == "none":
        run_out_of_time(operator, question)
        return
    operator.aws.client("stepfunctions").send_task_success(
        taskToken=question["token"],
        output=json.dumps({"decision": decision, "version": question["version"], "by": "ada"}),
    )


def asked_next(operator: Operator, former: Json) -> tuple[str, Json]:
    """Another run over other pictures, and its question."""
    operator.upload_fruits(count=10, first=10)
    execution = operator.start()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (item := until_asked(operator, execution))["version"] == former["version"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return execution, item


def delete_version(operator: Operator, version: str) -> None:
    operator.aws.client("rekognition").delete_project_version(ProjectVersionArn=operator.version_arn(version))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while version in operator.versions():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("decision", ["approve", "reject", "none"])
def test_what_was_deployed_by_hand_needs_no_answer_any_more(asking: Operator, decision: str) -> None:
    execution = asking.start()
    question = until_asked(asking, execution)
    version = question["version"]
    assert asking.run("Deployment", version=version)["outcome"] == "deployed"
    row, told = asking.item("version", version), len(asking.messages())

    give(asking, question, decision)
    report = report_of(asking.finished(execution))

    assert report["outcome"] == "superseded"
    assert report["reason"] == "The question was overtaken: it was deployed by hand meanwhile."
    assert asking.item("version", version) == row
    assert asking.item("pointer", APPROVAL) is None
    assert asking.versions() == {version: "RUNNING"}
    messages = asking.messages()[told:]
    if decision == "none":
        assert messages == [], "there is nothing to do, and nobody asked"
    else:
        (message,) = messages
        assert f"the answer of ada, {decision}, changes nothing" in message["message"]
    # The next check finds nothing left over.
    assert asking.run()["outcome"] == "nothing_to_train"
    assert asking.item("pointer", "unfinished") is None


@pytest.mark.parametrize(
    ("by_hand", "decision"), [("deployed", "reject"), ("deployed", "none"), ("deleted", "approve")]
)
def test_an_overtaken_question_takes_nothing_from_the_next(
    asking: Operator, by_hand: str, decision: str
) -> None:
    first = asking.start()
    former = until_asked(asking, first)
    if by_hand == "deployed":
        assert asking.run("Deployment", version=former["version"])["outcome"] == "deployed"
    else:
        delete_version(asking, former["version"])
    second, question = asked_next(asking, former)
    row = asking.item("version", former["version"])

    give(asking, former, decision)
    assert report_of(asking.finished(first))["outcome"] == "superseded"

    assert asking.item("version", former["version"]) == row
    assert asking.item("pointer", APPROVAL) == question
    assert (asking.item("pointer", "unfinished") or {})["version"] == question["version"]
    desk(asking, []).answer("approve", by="ada", version=question["version"])
    assert report_of(asking.finished(second))["outcome"] == "deployed"


@pytest.mark.parametrize("by_hand", ["deployed", "deleted"])
def test_an_overtaken_question_does_not_wait_for_another_training(asking: Operator, by_hand: str) -> None:
    first = asking.start()
    former = until_asked(asking, first)
    if by_hand == "deployed":
        assert asking.run("Deployment", version=former["version"])["outcome"] == "deployed"
    else:
        delete_version(asking, former["version"])
    asking.upload_fruits(count=10, first=10)
    asking.aws.rekognition(hold_trainings=True)
    second = asking.start()
    asking.until_in(second, "Wait for training")

    give(asking, former, "reject")
    assert report_of(asking.finished(first))["outcome"] == "superseded"

    assert asking.description(second)["status"] == "RUNNING"
    asking.aws.rekognition(hold_trainings=False)
    until_asked(asking, second)
    answer(asking, decision="approve")
    assert report_of(asking.finished(second))["outcome"] == "deployed"


def test_an_answer_that_is_none_to_an_overtaken_question_ends_it(asking: Operator) -> None:
    first = asking.start()
    former = until_asked(asking, first)
    assert asking.run("Deployment", version=former["version"])["outcome"] == "deployed"
    second, _ = asked_next(asking, former)
    give(asking, former, "perhaps")
    assert report_of(asking.finished(first))["outcome"] == "superseded"
    answer(asking, decision="reject")
    assert report_of(asking.finished(second))["outcome"] == "refused"


def test_the_make_targets_say_what_overtook_the_question(asking: Operator) -> None:
    execution = asking.start()
    question = until_asked(asking, execution)
    assert asking.run("Deployment", version=question["version"])["outcome"] == "deployed"
    with pytest.raises(ApprovalError, match=f"{question['version']} needs no answer any more: .*deployed"):
        desk(asking, []).answer("reject", by="ada")
    assert asking.description(execution)["status"] == "RUNNING"
    run_out_of_time(asking, question)
    asking.finished(execution)


@pytest.mark.parametrize(
    ("decision", "outcome"), [("approve", "deployed"), ("reject", "refused"), ("none", "approval_timed_out")]
)
def test_a_decision_whose_recording_was_answered_to_nobody_is_carried_out(
    asking: Operator, decision: str, outcome: str
) -> None:
    execution = asking.start()
    question = until_asked(asking, execution)
    asking.aws.faults(
        [
            {
                "service": "dynamodb",
                "operation": "TransactWriteItems",
                "error": "InternalServerError",
                "times": 1,
                "takes_effect": True,
            }
        ]
    )
    give(asking, question, decision)
    report = report_of(asking.finished(execution))
    assert report["outcome"] == outcome
    if decision == "approve":
        assert report["warnings"] == ["Approved by ada."]


def test_the_approval_of_a_deleted_version_says_that_it_is_gone_and_nothing_is_left_over(
    asking: Operator,
) -> None:
    execution = asking.start()
    question = until_asked(asking, execution)
    version = question["version"]
    delete_version(asking, version)
    told = len(asking.messages())

    give(asking, question, "approve")
    found = asking.finished(execution)

    assert (found["status"], found["error"]) == ("FAILED", "VersionNotDeployable")
    assert f"has no version named {version}" in found["cause"]
    (message,) = asking.messages()[told:]
    assert f"has no version named {version}" in message["message"]
    # Somebody deleted it on purpose: its pictures are trained, and only a forced run trains them once more.
    assert asking.run()["outcome"] == "nothing_to_train"
    assert asking.item("pointer", "unfinished") is None
    second = asking.start(force=True)
    again = until_asked(asking, second)["version"]
    desk(asking, []).answer("approve", by="ada", version=again)
    assert report_of(asking.finished(second))["outcome"] == "deployed"

"""A person decides what goes live: approved, refused, nobody answers, and all that may come in between."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping

import pytest

from tests.workflows.operator import PATIENCE_SECONDS, Json, Operator
from tools.approval import Approval, ApprovalError, Decision

WAIT = "Wait for the decision"


@pytest.fixture
def asking(stocked: Operator) -> Operator:
    """An operator of a pipeline whose models need an approval, with pictures to train."""
    stocked.change_setting("Require-Approval", "true")
    return stocked


def until_asked(operator: Operator, execution: str) -> Json:
    """Wait until the answer can be given; the registry's item about the question."""
    operator.until_in(execution, WAIT)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (item := operator.item("pointer", "approval") or {}).get("token"):
        assert time.monotonic() < deadline, f"no token is left in {item}"
        time.sleep(0.02)
    return item


def answer(operator: Operator, **document: str) -> None:
    item = operator.item("pointer", "approval")
    assert item is not None
    operator.aws.client("stepfunctions").send_task_success(
        taskToken=item["token"], output=json.dumps({"version": item["version"], **document})
    )


def report_of(found: Mapping[str, str]) -> Json:
    assert found["status"] == "SUCCEEDED", found
    output: Json = json.loads(found["output"])
    return output


def with_patience(operator: Operator, seconds: int) -> None:
    """Make the workflow wait for an answer for so long instead of a week."""
    sfn, machine = operator.aws.client("stepfunctions"), operator.outputs["TrainingWorkflowArn"]
    definition = sfn.describe_state_machine(stateMachineArn=machine)["definition"]
    document = json.loads(definition)
    document["States"][WAIT]["TimeoutSeconds"] = seconds
    sfn.update_state_machine(stateMachineArn=machine, definition=json.dumps(document))


def test_an_approved_model_goes_live_and_the_message_says_who_approved_it(asking: Operator) -> None:
    execution = asking.start()
    item = until_asked(asking, execution)
    assert asking.item("lock", "training") is None
    assert asking.versions() == {item["version"]: "TRAINING_COMPLETED"}
    (question,) = asking.messages("approval")
    for part in (
        f"{item['version']} goes live only if a person approves it",
        "the minimum of 0.8",
        "make approve ENV=local",
        "No model is live.",
    ):
        assert part in question["message"]
    assert item["token"] not in question["message"]

    answer(asking, decision="approve", by="arn:aws:iam::000000000000:user/ada", comment="Looked at plums.")
    report = report_of(asking.finished(execution))

    assert report["outcome"] == "deployed"
    assert asking.versions() == {item["version"]: "RUNNING"}
    (told,) = asking.messages()
    assert "Approved by arn:aws:iam::000000000000:user/ada: Looked at plums." in told["message"]
    record = asking.item("version", item["version"])
    assert record is not None
    assert (record["outcome"], record["decided_by"]) == ("deployed", "arn:aws:iam::000000000000:user/ada")
    assert asking.item("pointer", "approval") is None


def test_the_command_in_the_message_is_one_that_answers(asking: Operator) -> None:
    execution = asking.start()
    item = until_asked(asking, execution)
    (question,) = asking.messages("approval")
    line = next(line for line in question["message"].splitlines() if "send-task-success" in line)
    found = re.search(
        r"aws stepfunctions send-task-success --region us-east-1 --task-token \"\$\(aws dynamodb get-item "
        r"--region us-east-1 --table-name (\S+) --consistent-read --key '(.+?)' --query Item.token.S "
        r"--output text\)\" --task-output '(.+)'$",
        line,
    )
    assert found is not None, line
    table, key, output = found.groups()
    item = asking.aws.client("dynamodb").get_item(TableName=table, Key=json.loads(key))["Item"]
    asking.aws.client("stepfunctions").send_task_success(taskToken=item["token"]["S"], output=output)
    assert report_of(asking.finished(execution))["outcome"] == "deployed"


def test_a_refused_model_is_kept_and_its_pictures_are_not_trained_again(asking: Operator) -> None:
    execution = asking.start()
    version = until_asked(asking, execution)["version"]
    answer(asking, decision="reject", comment="Too many apples.")
    report = report_of(asking.finished(execution))

    assert report["outcome"] == "refused"
    assert report["reason"] == "rejected by somebody: Too many apples."
    assert asking.versions() == {version: "TRAINING_COMPLETED"}
    again = asking.run()
    assert again["outcome"] == "already_tried"
    assert "refused, rejected by somebody: Too many apples." in again["reason"]
    assert len(asking.calls("CreateProjectVersion")) == 1
    # A person may think again.
    assert asking.run("Deployment", version=version)["outcome"] == "deployed"


def test_a_model_that_nobody_approves_in_time_stays_where_it_is(asking: Operator) -> None:
    with_patience(asking, 2)
    execution = asking.start()
    report = report_of(asking.finished(execution))

    assert report["outcome"] == "approval_timed_out"
    assert asking.versions() == {report["version"]: "TRAINING_COMPLETED"}
    (told,) = asking.messages()
    assert "nobody approved it within 7 days" in told["message"]
    assert asking.run()["outcome"] == "already_tried"
    assert len(asking.calls("CreateProjectVersion")) == 1


@pytest.mark.parametrize("force", [False, True])
def test_while_a_person_decides_another_check_trains_nothing(asking: Operator, force: bool) -> None:
    execution = asking.start()
    version = until_asked(asking, execution)["version"]
    asking.upload_fruits(count=10, first=10)

    meanwhile = asking.run(force=force)

    assert meanwhile["outcome"] == "waiting_for_approval"
    assert meanwhile["version"] == version
    assert asking.run(source="schedule")["outcome"] == "waiting_for_approval"
    assert len(asking.messages()) == 1, "the scheduled check had nothing new to say"
    answer(asking, decision="approve")
    assert report_of(asking.finished(execution))["outcome"] == "deployed"
    assert len(asking.calls("CreateProjectVersion")) == 1


def test_a_stopped_question_is_asked_again_by_the_next_check(asking: Operator) -> None:
    first = asking.start()
    token = until_asked(asking, first)["token"]
    asking.aws.client("stepfunctions").stop_execution(executionArn=first)
    asking.finished(first)

    second = asking.start()
    asking.until_in(second, WAIT)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (item := until_asked(asking, second))["token"] == token:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert item["execution"] == second
    assert len(asking.messages("approval")) == 2
    answer(asking, decision="approve")
    assert report_of(asking.finished(second))["outcome"] == "deployed"
    assert len(asking.calls("CreateProjectVersion")) == 1


@pytest.mark.parametrize(
    "wrong", [{"decision": "yes"}, {"decision": "approve", "version": "another"}, {}], ids=str
)
def test_an_answer_that_is_none_changes_nothing_and_is_said(asking: Operator, wrong: dict[str, str]) -> None:
    execution = asking.start()
    token = until_asked(asking, execution)["token"]
    answer(asking, **wrong)
    asking.until_messages(2, "approval")
    said = asking.messages("approval")[-1]
    assert "it must be an object with the decision approve or reject" in said["message"]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while until_asked(asking, execution)["token"] == token:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    answer(asking, decision="reject")
    assert report_of(asking.finished(execution))["outcome"] == "refused"


def test_what_was_switched_off_asks_nobody(stocked: Operator) -> None:
    assert stocked.run()["outcome"] == "deployed"
    assert stocked.messages("approval") == []


def desk(operator: Operator, said: list[str]) -> Approval:
    """What `make approve` and `make reject` work with."""
    return Approval(
        dynamodb=operator.aws.client("dynamodb"),
        stepfunctions=operator.aws.client("stepfunctions"),
        table=operator.outputs["RegistryTableName"],
        report=said.append,
    )


@pytest.mark.parametrize(("decision", "outcome"), [("approve", "deployed"), ("reject", "refused")])
def test_the_make_targets_answer_once(asking: Operator, decision: Decision, outcome: str) -> None:
    said: list[str] = []
    with pytest.raises(ApprovalError, match="No model waits for an approval"):
        desk(asking, said).answer(decision, by="ada")
    execution = asking.start()
    version = until_asked(asking, execution)["version"]
    with pytest.raises(ApprovalError, match=f"{version} waits for an approval, not older: nothing was"):
        desk(asking, said).answer(decision, by="ada", version="older")

    desk(asking, said).answer(decision, by="ada", version=version, comment="Seen.")

    assert report_of(asking.finished(execution))["outcome"] == outcome
    assert "the minimum of 0.8" in said[0]
    (told,) = asking.messages()
    assert "by ada: Seen." in told["message"]
    with pytest.raises(ApprovalError, match="No model waits for an approval"):
        desk(asking, said).answer(decision, by="ada")


def test_the_make_targets_say_when_nobody_listens_any_more(asking: Operator) -> None:
    execution = asking.start()
    until_asked(asking, execution)
    asking.aws.client("stepfunctions").stop_execution(executionArn=execution)
    asking.finished(execution)
    with pytest.raises(ApprovalError, match="start Training to have it ask now"):
        desk(asking, []).answer("approve", by="ada")

"""Executions that are stopped from outside: the next one recovers, and the operator hears of it once."""

import time

import pytest

from tests.workflows.operator import PATIENCE_SECONDS, Operator

TRAINING_STATES = [
    "Measure the pictures",
    "Write the manifests",
    "Wait for the new datasets",
    "Wait for training",
    "Deploy the version",
]


def stop(operator: Operator, execution: str) -> None:
    operator.aws.client("stepfunctions").stop_execution(
        executionArn=execution, error="Operator.Stopped", cause="Stopped by hand."
    )


def wait_for_messages(operator: Operator, count: int) -> None:
    """Events are delivered a moment after the execution's end."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(operator.messages()) < count and time.monotonic() < deadline:
        time.sleep(0.05)


@pytest.mark.parametrize("state", TRAINING_STATES)
def test_a_stopped_training_is_finished_by_the_next_run_and_paid_once(stocked: Operator, state: str) -> None:
    # Long enough for the stop to come before the end of what is waited for, on a busy machine too.
    stocked.aws.rekognition(training_seconds=1200, start_seconds=3000)
    execution = stocked.start()
    stocked.until_in(execution, state)
    stop(stocked, execution)
    assert stocked.finished(execution)["status"] == "ABORTED"
    wait_for_messages(stocked, 1)
    (message,) = stocked.messages()
    assert "ABORTED" in message["subject"]
    assert "Operator.Stopped: Stopped by hand." in message["message"]

    report = stocked.run()
    assert report["outcome"] == "deployed"
    assert len(stocked.calls("CreateProjectVersion")) == 1
    assert stocked.versions() == {report["version"]: "RUNNING"}
    assert stocked.system_parameter()["previous_trained_images"] == 20
    assert stocked.item("lock", "training") is None
    assert stocked.item("lock", "deployment") is None


@pytest.mark.parametrize("state", ["Wait for the model", "Wait for the other models"])
def test_a_stopped_deployment_is_told_by_its_parent_and_finished_by_the_next_run(
    operator: Operator, state: str
) -> None:
    operator.upload_fruits()
    first = operator.run()["version"]
    operator.upload_fruits(count=5, first=10)
    # Long enough to be met: what is waited for takes minutes of AWS, a stop a tenth of a second.
    operator.aws.rekognition(start_seconds=3000, stop_seconds=3000)
    execution = operator.start()
    operator.until_in(execution, "Deploy the version")
    nested = operator.executions("Deployment")[0]["executionArn"]
    operator.until_in(nested, state)
    stop(operator, nested)
    parent = operator.finished(execution)
    assert parent["status"] == "FAILED"
    assert parent["error"] == "Operator.Stopped"
    assert "ABORTED" in parent["cause"]
    time.sleep(0.5)
    assert len(operator.messages()) == 2

    operator.run()
    assert len(operator.calls("CreateProjectVersion")) == 2
    (second,) = operator.versions().keys() - {first}
    # A stop that was begun ends by itself; nobody waits for it.
    operator.until_status(first, "STOPPED")
    assert operator.versions()[second] == "RUNNING"
    assert operator.system_parameter()["live_model"]["version"] == second


def test_a_lock_whose_holder_is_forgotten_is_taken_over(stocked: Operator) -> None:
    machine = stocked.outputs["TrainingWorkflowArn"].replace(":stateMachine:", ":execution:")
    stocked.aws.client("dynamodb").put_item(
        TableName=stocked.outputs["RegistryTableName"],
        Item={
            "kind": {"S": "lock"},
            "name": {"S": "training"},
            "holder": {"S": f"{machine}:forgotten"},
            "taken_at": {"S": "2026-01-01T00:00:00Z"},
        },
    )
    assert stocked.run()["outcome"] == "deployed"


def test_a_failed_run_is_told_once_although_its_end_is_also_an_event(stocked: Operator) -> None:
    stocked.run_red(force="yes")
    deadline = time.monotonic() + PATIENCE_SECONDS
    machines = stocked.aws.client("stepfunctions").list_state_machines()["stateMachines"]
    (ended_runs,) = (each["stateMachineArn"] for each in machines if "EndedRuns" in each["name"])
    while time.monotonic() < deadline:
        found = stocked.aws.client("stepfunctions").list_executions(stateMachineArn=ended_runs)["executions"]
        if found and found[0]["status"] == "SUCCEEDED":
            break
        time.sleep(0.05)
    else:
        pytest.fail("the event of the failed run started nothing")
    assert len(stocked.messages()) == 1


def test_a_redriven_run_changes_nothing(stocked: Operator) -> None:
    stocked.aws.rekognition(training_seconds=1200)
    execution = stocked.start()
    stocked.until_in(execution, "Wait for training")
    stop(stocked, execution)
    stocked.finished(execution)
    stocked.run()
    before = (stocked.versions(), stocked.item("pointer", "live"))
    stocked.aws.client("stepfunctions").redrive_execution(executionArn=execution)
    found = stocked.finished(execution)
    assert found["status"] == "FAILED"
    assert "redriven" in found["cause"]
    assert (stocked.versions(), stocked.item("pointer", "live")) == before
    assert len(stocked.calls("CreateProjectVersion")) == 1

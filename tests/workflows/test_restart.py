"""Other inference units for the live model: it is stopped and started, and never left down."""

from __future__ import annotations

import json

import pytest

from tests.workflows.operator import Operator
from tests.workflows.test_settings import command_of

UNITS = "Minimum-Inference-Units"
MAXIMUM = "Maximum-Inference-Units"


def units(operator: Operator) -> dict[str, int]:
    """The inference units of each running version."""
    found = operator.aws.client("rekognition").describe_project_versions(ProjectArn=operator.project_arn())
    return {
        version["ProjectVersionArn"].split("/")[3]: version["MinInferenceUnits"]
        for version in found["ProjectVersionDescriptions"]
        if version["Status"] == "RUNNING"
    }


@pytest.fixture
def serving(stocked: Operator) -> tuple[Operator, str]:
    """An operator whose live model runs with one unit; and its name."""
    version = stocked.run()["version"]
    assert units(stocked) == {version: 1}
    return stocked, version


def test_the_message_gives_the_command_that_applies_new_units_now(serving: tuple[Operator, str]) -> None:
    operator, version = serving
    operator.set(UNITS, "2")
    (message,) = operator.until_messages(1, "setting")
    assert units(operator) == {version: 1}
    assert "a running model cannot be changed" in message["message"]
    assert "Detection is down from the stop until the model runs again" in message["message"]
    machine, document = command_of(message)
    assert machine == operator.outputs["DeploymentWorkflowArn"]

    assert operator.run("Deployment", **document)["outcome"] == "deployed"
    assert units(operator) == {version: 2}
    assert "now serves with 2 inference units" in operator.messages()[-1]["message"]
    assert len(operator.calls("StopProjectVersion")) == 1
    pointer = operator.item("pointer", "live")
    assert pointer is not None
    assert pointer["restarting"] == 0


def test_a_running_model_is_said_to_have_the_units_that_it_has(serving: tuple[Operator, str]) -> None:
    operator, version = serving
    operator.set(UNITS, "2")
    assert operator.run("Deployment", version=version)["outcome"] == "deployed"
    assert units(operator) == {version: 1}
    assert "now serves with 1 inference unit;" in operator.messages()[-1]["message"]


def test_a_restart_without_new_units_stops_nothing(serving: tuple[Operator, str]) -> None:
    operator, version = serving
    assert operator.run("Deployment", version=version, restart=True)["outcome"] == "deployed"
    assert operator.calls("StopProjectVersion") == []


def test_new_units_of_a_stopped_live_model_count_from_its_next_start(serving: tuple[Operator, str]) -> None:
    operator, version = serving
    operator.aws.client("rekognition").stop_project_version(ProjectVersionArn=operator.version_arn(version))
    operator.until_status(version, "STOPPED")
    operator.set(UNITS, "2")
    (message,) = operator.until_messages(1, "setting")
    assert "it is STOPPED now" in message["message"]


def test_without_a_live_model_new_units_wait_for_the_first_deployment(stocked: Operator) -> None:
    stocked.set(UNITS, "2")
    (message,) = stocked.until_messages(1, "setting")
    assert "No model is live" in message["message"]
    assert units(stocked) == {}
    version = stocked.run()["version"]
    assert units(stocked) == {version: 2}


def test_units_that_the_account_does_not_have_leave_the_model_running_as_before(
    serving: tuple[Operator, str],
) -> None:
    operator, version = serving
    operator.set(UNITS, "6")  # the quota is 5 a model
    operator.until_messages(1, "setting")
    report = operator.run("Deployment", version=version, restart=True)
    assert report["outcome"] == "deployed"
    assert units(operator) == {version: 1}
    assert "Rekognition refused 6 inference units" in report["warnings"][0]
    assert report["warnings"][0] in operator.messages()[-1]["message"]


def room_to_scale(operator: Operator) -> int | None:
    """Up to how many units the one running version may be scaled; None if it is not."""
    found = operator.aws.client("rekognition").describe_project_versions(ProjectArn=operator.project_arn())
    (version,) = (each for each in found["ProjectVersionDescriptions"] if each["Status"] == "RUNNING")
    most: int | None = version.get("MaxInferenceUnits")
    return most


def test_a_model_may_scale_as_far_as_the_operator_says(serving: tuple[Operator, str]) -> None:
    operator, version = serving
    assert room_to_scale(operator) is None
    operator.set(MAXIMUM, "3")
    (message,) = operator.until_messages(1, "setting")
    assert "a running model cannot be changed" in message["message"]
    _, document = command_of(message)
    assert operator.run("Deployment", **document)["outcome"] == "deployed"
    assert (units(operator), room_to_scale(operator)) == ({version: 1}, 3)
    assert "now serves with 1 to 3 inference units" in operator.messages()[-1]["message"]
    assert operator.run("Deployment", **document)["outcome"] == "deployed"
    assert len(operator.calls("StopProjectVersion")) == 1, "it had them already"

    operator.set(MAXIMUM, "0")
    operator.until_messages(2, "setting")
    assert operator.run("Deployment", **document)["outcome"] == "deployed"
    assert room_to_scale(operator) is None


def test_a_maximum_below_the_minimum_scales_nothing(stocked: Operator) -> None:
    stocked.change_setting(UNITS, "2")
    stocked.change_setting(MAXIMUM, "1")
    version = stocked.run()["version"]
    assert (units(stocked), room_to_scale(stocked)) == ({version: 2}, None)


def test_a_maximum_that_the_account_does_not_have_leaves_the_model_running(
    serving: tuple[Operator, str],
) -> None:
    operator, version = serving
    operator.set(MAXIMUM, "6")  # the quota is 5 a model
    operator.until_messages(1, "setting")
    report = operator.run("Deployment", version=version, restart=True)
    assert report["outcome"] == "deployed"
    assert (units(operator), room_to_scale(operator)) == ({version: 1}, None)
    assert "Rekognition refused 1 to 6 inference units" in report["warnings"][0]


@pytest.mark.parametrize("state", ["Stop the model to restart it", "Wait for the model", "Start the model"])
def test_a_restart_that_was_cut_short_is_finished_by_the_next_check(
    serving: tuple[Operator, str], state: str
) -> None:
    operator, version = serving
    operator.aws.rekognition(stop_seconds=600)
    operator.set(UNITS, "2")
    operator.until_messages(1, "setting")
    operator.aws.stops([{"machine": "Deployment", "state": state}])
    execution = operator.start("Deployment", version=version, restart=True)
    assert operator.finished(execution)["status"] == "ABORTED"
    operator.run()
    operator.until_status(version, "RUNNING")
    assert units(operator) == {version: 2}
    assert operator.system_parameter()["live_model"]["version"] == version


def test_a_check_during_a_restart_leaves_it_alone(serving: tuple[Operator, str]) -> None:
    operator, version = serving
    operator.aws.rekognition(start_seconds=6000)
    operator.set(UNITS, "2")
    operator.until_messages(1, "setting")
    restart = operator.start("Deployment", version=version, restart=True)
    operator.until_in(restart, "Wait for the model")
    before = len(operator.executions("Deployment"))
    assert operator.run()["outcome"] == "nothing_to_train"
    assert len(operator.executions("Deployment")) == before
    assert operator.description(restart)["status"] == "RUNNING"
    operator.aws.client("stepfunctions").stop_execution(executionArn=restart)


@pytest.mark.parametrize("reconcile", [False, True])
def test_a_restart_that_waited_for_the_lock_does_not_bring_back_what_was_replaced(
    serving: tuple[Operator, str], reconcile: bool
) -> None:
    operator, replaced = serving
    operator.upload_fruits(count=10, first=10)
    live = operator.run()["version"]
    if reconcile:
        assert operator.run("Deployment", reconcile=True)["outcome"] == "reconciled"
    else:
        found = operator.run_red("Deployment", version=replaced, restart=True)
        assert found["error"] == "InvalidInput"
        assert f"Only the live model can be restarted, and that is {live}." in found["cause"]
    assert units(operator) == {live: 1}
    assert operator.system_parameter()["live_model"]["version"] == live


def stopped_in_a_restart(operator: Operator, version: str) -> None:
    """Leave the live model stopped, as a restart that was cut short does."""
    operator.set(UNITS, "2")
    operator.until_messages(1, "setting")
    operator.aws.stops([{"machine": "Deployment", "state": "Start the model"}])
    execution = operator.start("Deployment", version=version, restart=True)
    assert operator.finished(execution)["status"] == "ABORTED"
    operator.until_all_idle()


def test_a_live_model_without_a_slot_is_said_to_be_down(serving: tuple[Operator, str]) -> None:
    operator, version = serving
    stopped_in_a_restart(operator, version)
    before = len(operator.messages())
    operator.aws.faults(
        [
            {
                "service": "rekognition",
                "operation": "StartProjectVersion",
                "error": "LimitExceededException",
                "times": 1000,
            }
        ]
    )
    scheduled = operator.start("Training", source="schedule")
    assert json.loads(operator.finished(scheduled)["output"])["outcome"] == "waiting_for_capacity"
    (message,) = operator.messages()[before:]
    assert "the live model waits for a free slot" in message["subject"]
    assert f"Detection is down: the live model {version} was stopped" in message["message"]
    operator.aws.faults([])
    operator.run()
    assert units(operator) == {version: 2}


def test_force_trains_a_model_in_place_of_one_that_does_not_start_again(
    serving: tuple[Operator, str],
) -> None:
    operator, version = serving
    stopped_in_a_restart(operator, version)
    operator.aws.client("rekognition").delete_project_version(ProjectVersionArn=operator.version_arn(version))
    assert operator.run_red()["error"] == "VersionNotDeployable"
    report = operator.run(force=True)
    assert report["outcome"] == "deployed"
    assert report["version"] != version
    assert report["warnings"][0].startswith("VersionNotDeployable: ")
    assert units(operator) == {report["version"]: 2}
    assert operator.run()["outcome"] == "nothing_to_train"

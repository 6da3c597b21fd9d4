"""Other inference units for the live model: it is stopped and started, and never left down."""

from __future__ import annotations

import pytest

from tests.workflows.operator import Operator
from tests.workflows.test_settings import command_of

UNITS = "Minimum-Inference-Units"


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

"""Deployment by hand: rollback, repeats, refusals, and models that run without being live."""

import json

import pytest

from tests.workflows.operator import Operator


@pytest.fixture
def twice(stocked: Operator) -> tuple[Operator, str, str]:
    """Two versions, the second live."""
    first = stocked.run()["version"]
    stocked.upload_fruits(count=5, first=10)
    return stocked, first, stocked.run()["version"]


def test_a_rollback_is_a_deployment_of_the_earlier_version(twice: tuple[Operator, str, str]) -> None:
    operator, first, second = twice
    report = operator.run("Deployment", version=first)
    assert report["outcome"] == "deployed"
    assert operator.versions() == {first: "RUNNING", second: "STOPPED"}
    assert operator.system_parameter()["live_model"]["version"] == first
    assert operator.system_parameter()["previous_trained_images"] == 20
    assert f"{first} is live" in operator.messages()[-1]["subject"]
    # The pictures did not change: the next check does not undo the rollback.
    assert operator.run()["outcome"] == "nothing_to_train"
    assert operator.versions()[first] == "RUNNING"


def test_deploying_the_live_version_changes_nothing(stocked: Operator) -> None:
    live = stocked.run()["version"]
    before = stocked.item("pointer", "live")
    assert stocked.run("Deployment", version=live)["outcome"] == "deployed"
    assert stocked.item("pointer", "live") == before
    assert len(stocked.calls("StartProjectVersion")) == 1


def test_deploying_the_live_version_starts_it_if_it_was_stopped(stocked: Operator) -> None:
    live = stocked.run()["version"]
    rekognition = stocked.aws.client("rekognition")
    rekognition.stop_project_version(ProjectVersionArn=stocked.version_arn(live))
    assert stocked.run("Deployment", version=live)["outcome"] == "deployed"
    assert stocked.versions() == {live: "RUNNING"}


@pytest.mark.parametrize(
    ("document", "error", "words"),
    [
        ({}, "InvalidInput", '{"version": "<VersionName>"}'),
        ({"version": "a b"}, "InvalidInput", "a b"),
        ({"version": 7}, "InvalidInput", "7"),
        ({"version": "set-unknown"}, "VersionNotDeployable", "has no version named set-unknown"),
    ],
)
def test_a_version_that_cannot_be_deployed_is_refused(
    operator: Operator, document: dict[str, object], error: str, words: str
) -> None:
    found = operator.run_red("Deployment", **document)
    assert found["error"] == error
    assert words in found["cause"]
    assert len(operator.messages()) == 1
    assert operator.item("lock", "deployment") is None


def test_a_model_that_runs_without_being_live_is_stopped_by_the_next_check(
    twice: tuple[Operator, str, str],
) -> None:
    operator, first, second = twice
    rekognition = operator.aws.client("rekognition")
    rekognition.start_project_version(ProjectVersionArn=operator.version_arn(first), MinInferenceUnits=1)
    operator.until_status(first, "RUNNING")
    operator.set("Enable-Automatic-Training", "false")
    assert operator.run()["outcome"] == "disabled"
    assert operator.versions() == {first: "STOPPED", second: "RUNNING"}


def test_the_system_parameter_is_rewritten_from_the_registry(stocked: Operator) -> None:
    live = stocked.run()["version"]
    stocked.set("For-System-Use-Only", '{"previous_trained_images": 7}')
    stocked.run()
    assert stocked.system_parameter()["previous_trained_images"] == 20
    assert stocked.system_parameter()["live_model"]["version"] == live


def test_two_deployments_take_turns(twice: tuple[Operator, str, str]) -> None:
    operator, first, second = twice
    runs = [operator.start("Deployment", version=version) for version in (first, second, first)]
    found = [operator.finished(run) for run in runs]
    assert {run["status"] for run in found} == {"SUCCEEDED"}, [run.get("cause") for run in found]
    assert {json.loads(run["output"])["outcome"] for run in found} == {"deployed"}
    running = [version for version, status in operator.versions().items() if status == "RUNNING"]
    assert running == [operator.system_parameter()["live_model"]["version"]]


def test_inference_units_are_the_operators(stocked: Operator) -> None:
    stocked.set("Minimum-Inference-Units", "3")
    live = stocked.run()["version"]
    (described,) = stocked.aws.client("rekognition").describe_project_versions(
        ProjectArn=stocked.project_arn(), VersionNames=[live]
    )["ProjectVersionDescriptions"]
    assert described["MinInferenceUnits"] == 3

"""Starting and stopping models."""

from __future__ import annotations

import pytest

from tests.unit.local_aws.rekognition.fakes import CallError, Lab
from tests.unit.local_aws.rekognition.trained import ready_project, trained_version


@pytest.fixture
def lab() -> Lab:
    return Lab()


def start(lab: Lab, arn: str, units: int = 1) -> None:
    lab.call("StartProjectVersion", ProjectVersionArn=arn, MinInferenceUnits=units)


def test_a_model_starts_runs_stops_and_starts_again(lab: Lab) -> None:
    project = ready_project(lab)
    arn = trained_version(lab, project)
    answer = lab.call("StartProjectVersion", ProjectVersionArn=arn, MinInferenceUnits=2, MaxInferenceUnits=3)
    assert answer == {"Status": "STARTING"}
    lab.time.pass_seconds(299)
    assert lab.describe_version(project)["Status"] == "STARTING"
    lab.time.pass_seconds(1)
    running = lab.describe_version(project)
    assert (running["Status"], running["MinInferenceUnits"], running["MaxInferenceUnits"]) == (
        "RUNNING",
        2,
        3,
    )
    assert lab.call("StopProjectVersion", ProjectVersionArn=arn) == {"Status": "STOPPING"}
    lab.time.pass_seconds(60)
    assert lab.describe_version(project)["Status"] == "STOPPED"
    start(lab, arn)
    assert lab.describe_version(project)["Status"] == "STARTING"


def test_only_a_trained_and_idle_model_starts(lab: Lab) -> None:
    project = ready_project(lab)
    arn = lab.train(project)
    with pytest.raises(CallError, match=r"ResourceInUseException.*TRAINING_IN_PROGRESS"):
        start(lab, arn)
    lab.time.pass_seconds(600)
    start(lab, arn)
    for _ in range(2):
        with pytest.raises(CallError, match="ResourceInUseException"):
            start(lab, arn)
        lab.time.pass_seconds(300)


def test_only_a_running_model_stops(lab: Lab) -> None:
    arn = trained_version(lab, ready_project(lab))
    for seconds in (0, 299):
        with pytest.raises(CallError, match="ResourceInUseException"):
            lab.call("StopProjectVersion", ProjectVersionArn=arn)
        start(lab, arn) if seconds == 0 else None
        lab.time.pass_seconds(seconds)
    lab.time.pass_seconds(1)
    lab.call("StopProjectVersion", ProjectVersionArn=arn)


def test_two_models_run_in_an_account_whatever_their_project(lab: Lab) -> None:
    first, second = ready_project(lab), ready_project(lab, "other")
    old, green, third = (
        trained_version(lab, first, "v1"),
        trained_version(lab, second, "v2"),
        trained_version(lab, first, "v3"),
    )
    start(lab, old)
    start(lab, green)
    with pytest.raises(CallError, match=r"LimitExceededException.*v1, v2"):
        start(lab, third)
    lab.time.pass_seconds(300)
    lab.call("StopProjectVersion", ProjectVersionArn=old)
    with pytest.raises(CallError, match="LimitExceededException"):
        start(lab, third)
    lab.time.pass_seconds(60)
    start(lab, third)


def test_a_model_has_at_most_5_inference_units(lab: Lab) -> None:
    arn = trained_version(lab, ready_project(lab))
    with pytest.raises(CallError, match="LimitExceededException"):
        start(lab, arn, units=6)
    with pytest.raises(CallError, match=r"InvalidParameterException.*at least MinInferenceUnits"):
        lab.call("StartProjectVersion", ProjectVersionArn=arn, MinInferenceUnits=3, MaxInferenceUnits=2)
    start(lab, arn, units=5)


def test_a_running_model_is_not_deleted(lab: Lab) -> None:
    arn = trained_version(lab, ready_project(lab))
    start(lab, arn)
    lab.time.pass_seconds(300)
    with pytest.raises(CallError, match="ResourceInUseException"):
        lab.call("DeleteProjectVersion", ProjectVersionArn=arn)

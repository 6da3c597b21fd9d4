"""Where only one model can run at a time, and the settings allow it, the live one gives way to the new."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from local_aws.launcher import LocalAws
from tests.workflows.conftest import deployed
from tests.workflows.held_out import WRONG, canaries_fail, give_sample
from tests.workflows.operator import Json, Operator
from tests.workflows.optional import synthesised_with

REPLACE: Final = {"when_no_slot": "replace"}
FAILS_TO_START: Final = {"status": "FAILED", "message": "No hosts could be had."}


@pytest.fixture(scope="module")
def replacing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release for environments in which one model takes the other's slot."""
    return synthesised_with(REPLACE, name="local", folder=tmp_path_factory.mktemp("replacing"))


@pytest.fixture
def narrow(shared_aws: LocalAws, replacing: Path) -> tuple[Operator, str]:
    """An operator with one slot, in which the first model runs, and new pictures; and its name."""
    shared_aws.reset()
    operator = deployed(shared_aws, replacing)
    operator.upload_fruits()
    live = operator.run()["version"]
    operator.aws.rekognition(slots=1)
    operator.upload_fruits(count=5, first=10)
    return operator, live


def starts_and_stops(operator: Operator) -> list[str]:
    """Of all models, in order, without what was refused."""
    return [
        call["operation"].removesuffix("ProjectVersion").lower()
        for call in operator.aws.calls()
        if call["operation"] in ("StartProjectVersion", "StopProjectVersion") and call["error"] is None
    ]


def assert_back(operator: Operator, found: Json, live: str, *, error: str) -> str:
    """The run was red and told once, and the live model serves as if nothing had been; the version left."""
    assert found["error"] == error
    (version,) = operator.versions().keys() - {live}
    assert operator.versions()[live] == "RUNNING"
    assert operator.versions()[version] in ("STOPPED", "TRAINING_COMPLETED", "FAILED")
    pointer = operator.item("pointer", "live") or {}
    assert (pointer["version"], pointer["restarting"]) == (live, 0)
    assert operator.system_parameter()["live_model"]["version"] == live
    assert (operator.item("version", version) or {})["outcome"] == "rolled_back"
    assert f"{live}, " in found["cause"]
    assert error in operator.messages()[-1]["message"]
    # Each attempt takes detection down: none is made by itself.
    assert operator.run()["outcome"] == "already_tried"
    assert operator.versions()[live] == "RUNNING"
    return version


def test_the_live_model_gives_way_and_the_gap_is_told(narrow: tuple[Operator, str]) -> None:
    operator, live = narrow
    report = operator.run()
    assert report["outcome"] == "deployed"
    new = report["version"]
    (warning,) = (each for each in report["warnings"] if "free slot" in each)
    assert re.fullmatch(
        rf"There was no free slot for {new}, so {live} was stopped before it was started: detection was down "
        r"for about [1-9]\d* minutes?\.",
        warning,
    )
    assert operator.versions() == {live: "STOPPED", new: "RUNNING"}
    assert warning in operator.messages()[-1]["message"]
    assert starts_and_stops(operator) == ["start", "stop", "start"]
    pointer = operator.item("pointer", "live") or {}
    assert (pointer["version"], pointer["previous"]) == (new, live)
    assert "restarting" not in pointer
    assert operator.run()["outcome"] == "nothing_to_train"


def test_with_a_free_slot_nothing_is_stopped_before(narrow: tuple[Operator, str]) -> None:
    operator, live = narrow
    operator.aws.rekognition(slots=2)
    report = operator.run()
    assert report["outcome"] == "deployed"
    assert not [each for each in report["warnings"] if "free slot" in each]
    assert starts_and_stops(operator) == ["start", "start", "stop"]
    assert operator.versions() == {live: "STOPPED", report["version"]: "RUNNING"}


def test_a_first_model_without_a_slot_waits(shared_aws: LocalAws, replacing: Path) -> None:
    shared_aws.reset()
    operator = deployed(shared_aws, replacing)
    operator.upload_fruits()
    operator.aws.rekognition(slots=0)
    assert operator.run()["outcome"] == "waiting_for_capacity"
    operator.aws.rekognition(slots=1)
    assert operator.run()["outcome"] == "deployed"


def test_a_model_that_does_not_start_brings_the_live_one_back(narrow: tuple[Operator, str]) -> None:
    operator, live = narrow
    operator.aws.rekognition(next_start=FAILS_TO_START)
    found = operator.run_red()
    assert FAILS_TO_START["message"] in found["cause"]
    assert "The next check tries again" not in found["cause"]
    version = assert_back(operator, found, live, error="ModelStartFailed")
    # A person may try it again.
    assert operator.run("Deployment", version=version)["outcome"] == "deployed"


def test_a_model_that_fails_its_smoke_test_brings_the_live_one_back(narrow: tuple[Operator, str]) -> None:
    operator, live = narrow
    operator.aws.rekognition(hold_trainings=True)
    training = operator.start()
    operator.until_in(training, "Wait for training")
    (version,) = operator.versions().keys() - {live}
    operator.aws.stops([{"machine": "Deployment", "state": "Begin"}])
    operator.aws.rekognition(hold_trainings=False)
    assert operator.finished(training)["status"] != "SUCCEEDED"
    give_sample(operator, version, WRONG)
    assert_back(operator, operator.run_red(), live, error="SmokeTestFailed")


def test_units_that_nobody_has_bring_the_live_one_back_with_its_own(narrow: tuple[Operator, str]) -> None:
    operator, live = narrow
    operator.change_setting("Minimum-Inference-Units", "6")  # the quota is 5 a model
    found = operator.run_red()
    assert "even with no other model of the project running: 6 inference units" in found["cause"]
    assert_back(operator, found, live, error="ModelStartFailed")


def test_a_live_model_that_cannot_be_stopped_serves_on(narrow: tuple[Operator, str]) -> None:
    operator, live = narrow
    denied = {
        "service": "rekognition",
        "operation": "StopProjectVersion",
        "error": "AccessDeniedException",
        "times": 1,
    }
    operator.aws.faults([denied])
    found = operator.run_red()
    assert "stopping the model that takes the slot" in found["cause"]
    assert_back(operator, found, live, error="Rekognition.AccessDeniedException")
    assert starts_and_stops(operator) == ["start"]


def test_failing_canaries_bring_the_live_one_back(narrow: tuple[Operator, str]) -> None:
    operator, live = narrow
    new = operator.run()["version"]
    for version in (live, new):
        give_sample(operator, version)
    operator.aws.faults([canaries_fail(2)])
    before = operator.item("pointer", "live") or {}

    found = operator.run_red("Deployment", version=live)

    assert found["error"] == "CanariesFailed"
    assert f"The former model, {new}, has no slot before {live} is stopped" in found["cause"]
    assert operator.versions() == {live: "STOPPED", new: "RUNNING"}
    pointer = operator.item("pointer", "live") or {}
    assert {key: pointer[key] for key in before} == before
    assert pointer["restarting"] == 0
    assert operator.run()["outcome"] == "nothing_to_train"


@pytest.mark.parametrize(
    "state", ["Stop what takes the slot", "Wait for the model", "Try the model out", "Move the live pointer"]
)
def test_a_replacement_that_was_cut_short_leaves_no_gap_behind(
    narrow: tuple[Operator, str], state: str
) -> None:
    operator, live = narrow
    operator.aws.stops([{"machine": "Deployment", "state": state}])
    operator.finished(operator.start())
    operator.until_all_idle()

    report = operator.run()

    assert report["outcome"] == "deployed"
    assert operator.versions() == {live: "STOPPED", report["version"]: "RUNNING"}
    assert len(operator.calls("CreateProjectVersion")) == 2
    # First the live model was brought back, then it gave way again.
    assert starts_and_stops(operator)[-3:] == ["start", "stop", "start"]


@pytest.mark.parametrize("state", ["Start the former model", "The former model takes the slot"])
def test_a_way_back_that_was_cut_short_is_finished_by_the_next_check(
    narrow: tuple[Operator, str], state: str
) -> None:
    operator, live = narrow
    new = operator.run()["version"]
    for version in (live, new):
        give_sample(operator, version)
    operator.aws.faults([canaries_fail(2)])
    operator.aws.stops([{"machine": "Deployment", "state": state}])
    assert operator.finished(operator.start("Deployment", version=live))["status"] == "ABORTED"
    assert operator.versions() == {live: "RUNNING", new: "STOPPED"}

    operator.finished(operator.start())
    assert operator.run()["outcome"] == "nothing_to_train"
    assert operator.versions() == {live: "STOPPED", new: "RUNNING"}
    assert operator.system_parameter()["live_model"]["version"] == new

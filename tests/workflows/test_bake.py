"""A model that has just gone live is watched, with the former one at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_aws.launcher import LocalAws
from tests.workflows.conftest import deployed
from tests.workflows.held_out import LONG_WATCH, canaries_fail, give_sample, trained, with_otherwise
from tests.workflows.operator import Operator
from tests.workflows.optional import synthesised_with


@pytest.fixture
def twice(stocked: Operator) -> tuple[Operator, str, str]:
    """Two versions with samples, the second live."""
    first = stocked.run()["version"]
    give_sample(stocked, first)
    return stocked, first, trained(stocked, first=10)


@pytest.fixture
def watched(shared_aws: LocalAws, assembly: Path, tmp_path: Path) -> tuple[Operator, str, str, str]:
    """An operator whose first version has just gone live again in place of the second, and is watched for
    long; the names of both, and the execution."""
    shared_aws.reset()
    operator = deployed(shared_aws, assembly)
    operator.upload_fruits()
    first = operator.run()["version"]
    second = trained(operator, first=10)
    deployed(shared_aws, with_otherwise(assembly, tmp_path, LONG_WATCH))
    execution = operator.start("Deployment", version=first)
    operator.until_in(execution, "Watch the new model")
    return operator, first, second, execution


def test_failing_canaries_bring_the_former_model_back(twice: tuple[Operator, str, str]) -> None:
    operator, first, second = twice
    before, told = operator.item("pointer", "live"), len(operator.messages())
    operator.aws.faults([canaries_fail(2)])

    found = operator.run_red("Deployment", version=first)

    assert found["error"] == "CanariesFailed"
    assert f"The former model, {second}, serves again" in found["cause"]
    assert operator.item("pointer", "live") == before
    assert operator.versions() == {first: "STOPPED", second: "RUNNING"}
    assert operator.system_parameter()["live_model"]["version"] == second
    assert (operator.item("version", first) or {})["outcome"] == "rolled_back"
    (message,) = operator.messages()[told:]
    assert "failed 2 canaries in a row" in message["message"]
    # The former one served all the time.
    assert all(call["caller"] for call in operator.calls("StopProjectVersion")[-1:])
    assert operator.run()["outcome"] == "nothing_to_train"


def test_one_failing_canary_changes_nothing_and_is_told(twice: tuple[Operator, str, str]) -> None:
    operator, first, second = twice
    operator.aws.faults([canaries_fail(1)])

    report = operator.run("Deployment", version=first)

    assert report["canaries"] == {"made": 2, "failed": 1}
    assert "Of 2 canaries" in report["warnings"][0]
    assert operator.versions() == {first: "RUNNING", second: "STOPPED"}


def test_a_canary_that_cannot_be_made_says_nothing_of_the_model(twice: tuple[Operator, str, str]) -> None:
    operator, first, second = twice
    operator.aws.faults([{**canaries_fail(1000), "error": "AccessDeniedException"}])

    report = operator.run("Deployment", version=first)

    assert "could not be made: StorageDenied" in report["warnings"][0]
    assert operator.versions() == {first: "RUNNING", second: "STOPPED"}


def test_a_former_model_that_does_not_run_is_started_to_come_back(twice: tuple[Operator, str, str]) -> None:
    operator, first, second = twice
    operator.aws.client("rekognition").stop_project_version(ProjectVersionArn=operator.version_arn(second))
    operator.until_status(second, "STOPPED")
    operator.aws.faults([canaries_fail(2)])

    assert operator.run_red("Deployment", version=first)["error"] == "CanariesFailed"
    assert operator.versions() == {first: "STOPPED", second: "RUNNING"}
    assert operator.system_parameter()["live_model"]["version"] == second


def test_without_a_former_model_the_first_one_stays_and_it_is_said_loudly(stocked: Operator) -> None:
    stocked.aws.rekognition(hold_trainings=True)
    training = stocked.start()
    stocked.until_in(training, "Wait for training")
    (version,) = stocked.versions()
    give_sample(stocked, version)
    stocked.aws.rekognition(hold_trainings=False)
    stocked.aws.faults([canaries_fail(2)])

    found = stocked.finished(training)

    assert found["error"] == "CanariesFailed"
    assert f"{version} STAYS LIVE" in found["cause"]
    assert stocked.versions() == {version: "RUNNING"}
    assert stocked.system_parameter()["live_model"]["version"] == version
    assert len(stocked.messages()) == 1


def test_a_former_model_that_is_gone_leaves_the_new_one_live(twice: tuple[Operator, str, str]) -> None:
    operator, first, second = twice
    rekognition = operator.aws.client("rekognition")
    rekognition.stop_project_version(ProjectVersionArn=operator.version_arn(second))
    operator.until_status(second, "STOPPED")
    rekognition.delete_project_version(ProjectVersionArn=operator.version_arn(second))
    operator.aws.faults([canaries_fail(2)])

    found = operator.run_red("Deployment", version=first)

    assert found["error"] == "CanariesFailed"
    assert f"{first} STAYS LIVE" in found["cause"]
    assert operator.versions()[first] == "RUNNING"
    assert (operator.item("pointer", "live") or {})["version"] == first


def test_callers_learn_of_the_switch_when_it_happens(watched: tuple[Operator, str, str, str]) -> None:
    operator, first, _, execution = watched
    assert operator.system_parameter()["live_model"]["version"] == first
    operator.aws.client("stepfunctions").stop_execution(executionArn=execution)
    operator.until_all_idle()


def test_callers_are_sent_to_no_model_that_is_being_stopped(twice: tuple[Operator, str, str]) -> None:
    operator, first, second = twice
    operator.aws.faults([canaries_fail(2)])
    execution = operator.start("Deployment", version=first)
    operator.finished(execution)
    states = operator.states(execution)
    assert states.index("Tell callers of the new model") < states.index("Watch the new model")
    assert states.index("Tell callers of the former model") < states.index("Stop another model")
    assert "Write For-System-Use-Only" not in states, "it was right already"
    assert operator.system_parameter()["live_model"]["version"] == second


def test_callers_who_could_not_be_told_at_once_are_told_at_the_end(twice: tuple[Operator, str, str]) -> None:
    operator, first, _ = twice
    denied = {"service": "ssm", "operation": "PutParameter", "error": "AccessDeniedException", "times": 1}
    operator.aws.faults([denied])
    assert operator.run("Deployment", version=first)["outcome"] == "deployed"
    assert operator.system_parameter()["live_model"]["version"] == first


def test_a_model_that_never_answers_is_rolled_back_whatever_agreement_is_asked_for(
    shared_aws: LocalAws, tmp_path: Path
) -> None:
    shared_aws.reset()
    tolerant = {"smoke_test": {"pictures_per_label": 1, "minimum_agreement": 0}}
    operator = deployed(shared_aws, synthesised_with(tolerant, name="local", folder=tmp_path))
    operator.upload_fruits()
    first = operator.run()["version"]
    give_sample(operator, first)
    second = trained(operator, first=10)
    operator.aws.faults([{**canaries_fail(1000), "error": "InternalServerError"}])

    found = operator.run_red("Deployment", version=first)

    assert found["error"] == "CanariesFailed"
    assert operator.versions() == {first: "STOPPED", second: "RUNNING"}


def test_a_model_with_too_much_to_do_is_left_alone_and_it_is_said(twice: tuple[Operator, str, str]) -> None:
    operator, first, second = twice
    operator.aws.faults([{**canaries_fail(1000), "error": "ProvisionedThroughputExceededException"}])

    report = operator.run("Deployment", version=first)

    assert "had too much to do (ProvisionedThroughputExceededException)" in report["warnings"][0]
    assert operator.versions() == {first: "RUNNING", second: "STOPPED"}


def test_canaries_without_a_picture_to_ask_about_are_said_to_be_none(
    twice: tuple[Operator, str, str],
) -> None:
    operator, first, second = twice
    gone = {**canaries_fail(1000), "error": "InvalidS3ObjectException"}
    operator.aws.faults([gone])

    report = operator.run("Deployment", version=first)

    assert "none of its pictures could be asked about (InvalidS3ObjectException)" in report["warnings"][0]
    assert operator.versions() == {first: "RUNNING", second: "STOPPED"}


def test_a_check_while_a_model_is_watched_leaves_both_alone(watched: tuple[Operator, str, str, str]) -> None:
    operator, first, second, execution = watched

    assert operator.run()["outcome"] == "nothing_to_train"

    assert operator.description(execution)["status"] == "RUNNING"
    assert operator.versions() == {first: "RUNNING", second: "RUNNING"}
    operator.aws.client("stepfunctions").stop_execution(executionArn=execution)
    operator.until_all_idle()


@pytest.mark.parametrize("state", ["Where does the former model stand?", "Move the live pointer back"])
def test_a_way_back_that_was_cut_short_is_finished_by_the_next_check(
    twice: tuple[Operator, str, str], state: str
) -> None:
    operator, first, second = twice
    operator.aws.faults([canaries_fail(2)])
    operator.aws.stops([{"machine": "Deployment", "state": state}])
    assert operator.finished(operator.start("Deployment", version=first))["status"] == "ABORTED"
    assert (operator.item("pointer", "live") or {})["version"] == first

    found = operator.run_red()

    assert found["error"] == "CanariesFailed"
    assert f"The former model, {second}, serves again" in found["cause"]
    assert operator.versions() == {first: "STOPPED", second: "RUNNING"}
    assert (operator.item("version", first) or {})["outcome"] == "rolled_back"
    assert operator.system_parameter()["live_model"]["version"] == second
    assert operator.run()["outcome"] == "nothing_to_train"


def test_a_way_back_that_leads_nowhere_is_not_tried_again(twice: tuple[Operator, str, str]) -> None:
    operator, first, second = twice
    operator.aws.client("rekognition").stop_project_version(ProjectVersionArn=operator.version_arn(second))
    operator.until_status(second, "STOPPED")
    denied = {
        "service": "rekognition",
        "operation": "StartProjectVersion",
        "error": "AccessDeniedException",
        "after": 1,
        "times": 9,
    }
    operator.aws.faults([canaries_fail(2), denied])
    assert f"{first} STAYS LIVE" in operator.run_red("Deployment", version=first)["cause"]
    assert operator.run()["outcome"] == "nothing_to_train"
    assert operator.versions() == {first: "RUNNING", second: "STOPPED"}


def test_a_watch_that_was_cut_short_is_put_in_order_by_the_next_check(
    watched: tuple[Operator, str, str, str],
) -> None:
    operator, first, second, execution = watched
    operator.aws.client("stepfunctions").stop_execution(executionArn=execution)
    operator.until_all_idle()
    assert operator.versions() == {first: "RUNNING", second: "RUNNING"}

    assert operator.run()["outcome"] == "nothing_to_train"

    assert operator.versions() == {first: "RUNNING", second: "STOPPED"}
    assert operator.system_parameter()["live_model"]["version"] == first
    assert (operator.item("pointer", "live") or {})["previous"] == second

"""Going back to an earlier version by hand, whatever else is under way."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from local_aws.launcher import LocalAws
from tests.workflows.conftest import deployed
from tests.workflows.deletion import until
from tests.workflows.held_out import LONG_WATCH, WRONG, give_sample, trained, with_otherwise
from tests.workflows.operator import Operator
from tests.workflows.test_bake import watched
from tools.rollback import Rollback, RollbackError

__all__ = ["watched"]  # a fixture


def test_a_rollback_while_a_training_runs_takes_effect_at_once(stocked: Operator) -> None:
    first = stocked.run()["version"]
    give_sample(stocked, first)
    second = trained(stocked, first=10)
    stocked.aws.rekognition(hold_trainings=True)
    stocked.upload_fruits(count=5, first=20)
    training = stocked.start()
    stocked.until_in(training, "Wait for training")

    assert stocked.run("Deployment", version=first)["outcome"] == "deployed"

    assert stocked.description(training)["status"] == "RUNNING"
    assert {name: stocked.versions()[name] for name in (first, second)} == {
        first: "RUNNING",
        second: "STOPPED",
    }
    stocked.aws.rekognition(hold_trainings=False)
    assert stocked.finished(training)["status"] == "SUCCEEDED"


def test_a_rollback_does_not_wait_for_a_watch(watched: tuple[Operator, str, str, str]) -> None:
    operator, first, second, execution = watched

    rollback = operator.start("Deployment", version=second)
    operator.until_in(rollback, "Watch the new model")

    report = operator.finished(execution)
    assert report["status"] == "SUCCEEDED"
    assert "Make room for who waits" in operator.states(execution)
    assert f"{second} runs on until then." in operator.messages()[-1]["message"]
    # It ran all the time: nobody waited for a start, and the version that was left is still at hand.
    assert "Start the model" not in operator.states(rollback)
    pointer = operator.item("pointer", "live") or {}
    assert (pointer["version"], pointer["previous"]) == (second, first)
    assert operator.versions() == {first: "RUNNING", second: "RUNNING"}
    operator.aws.client("stepfunctions").stop_execution(executionArn=rollback)
    operator.until_all_idle()


def test_a_third_version_gets_the_slot_that_the_watched_one_keeps_for_its_way_back(
    shared_aws: LocalAws, assembly: Path, tmp_path: Path
) -> None:
    shared_aws.reset()
    operator = deployed(shared_aws, assembly)
    operator.upload_fruits()
    oldest = operator.run()["version"]
    give_sample(operator, oldest)
    former, live = trained(operator, first=10), trained(operator, first=20)
    operator.run("Deployment", version=former)
    deployed(shared_aws, with_otherwise(assembly, tmp_path, LONG_WATCH))
    watch = operator.start("Deployment", version=live)
    operator.until_in(watch, "Watch the new model")
    assert operator.versions()[former] == "RUNNING"

    rollback = operator.start("Deployment", version=oldest)
    operator.until_in(rollback, "Watch the new model")

    assert operator.finished(watch)["status"] == "SUCCEEDED"
    assert operator.versions() == {oldest: "RUNNING", former: "STOPPED", live: "RUNNING"}
    assert (operator.item("pointer", "live") or {})["previous"] == live
    operator.aws.client("stepfunctions").stop_execution(executionArn=rollback)
    operator.until_all_idle()


def test_a_rollback_that_was_given_up_ends_no_watch(watched: tuple[Operator, str, str, str]) -> None:
    operator, _, second, execution = watched
    operator.aws.stops([{"machine": "Deployment", "state": "Wait for the deployment lock"}])
    assert operator.finished(operator.start("Deployment", version=second))["status"] == "ABORTED"
    assert (operator.item("lock", "deployment") or {})["wanted_by"]

    operator.until_in(execution, "Does it still wait to deploy?")
    noticed = operator.states(execution).index("Does it still wait to deploy?")
    until(lambda: "Watch the new model" in operator.states(execution)[noticed:])

    assert operator.description(execution)["status"] == "RUNNING"
    operator.aws.client("stepfunctions").stop_execution(executionArn=execution)
    operator.until_all_idle()


def test_two_rollbacks_are_as_good_as_none(stocked: Operator) -> None:
    first = stocked.run()["version"]
    second = trained(stocked, first=10)
    assert (stocked.item("pointer", "live") or {})["previous"] == first

    stocked.run("Deployment", version=first)
    assert (stocked.item("pointer", "live") or {})["previous"] == second
    stocked.run("Deployment", version=second)

    pointer = stocked.item("pointer", "live") or {}
    assert (pointer["version"], pointer["previous"]) == (second, first)
    assert stocked.versions() == {first: "STOPPED", second: "RUNNING"}


def rollback_of(operator: Operator, said: list[str]) -> Rollback:
    """What `make rollback` does once it is signed in."""
    return Rollback(
        dynamodb=operator.aws.client("dynamodb"),
        rekognition=operator.aws.client("rekognition"),
        stepfunctions=operator.aws.client("stepfunctions"),
        outputs=operator.outputs,
        report=said.append,
        sleep=lambda _seconds: time.sleep(0.05),
    )


def test_make_rollback_goes_back_to_the_predecessor_and_says_when_it_cannot(stocked: Operator) -> None:
    said: list[str] = []
    rollback = rollback_of(stocked, said)
    with pytest.raises(RollbackError, match="No model is live, and none was"):
        rollback.plan()
    first = stocked.run()["version"]
    with pytest.raises(RollbackError, match=f"{first} is live, and was the first"):
        rollback.plan()
    with pytest.raises(RollbackError, match="live and runs already"):
        rollback.plan(first)
    second = trained(stocked, first=10)
    with pytest.raises(RollbackError, match=f"set-unknown was deleted, or never was.*{first}"):
        rollback.plan("set-unknown")

    plan = rollback.plan()
    assert plan.lines()[0].startswith(f"Live now:   {second} (since ")
    assert plan.lines()[1] == f"To be live: {first} (STOPPED, F1 1): it has to start first"
    rollback.carry_out(plan)

    assert said[0].startswith("Started arn:")
    assert "Start the model" in said
    assert said[-1] == f"{first} is live."
    assert stocked.versions() == {first: "RUNNING", second: "STOPPED"}


def test_make_rollback_says_why_a_version_did_not_go_live(stocked: Operator) -> None:
    first = stocked.run()["version"]
    second = trained(stocked, first=10)
    give_sample(stocked, first, WRONG)
    rollback = rollback_of(stocked, [])

    with pytest.raises(RollbackError, match=f"SmokeTestFailed.*Live is {second}"):
        rollback.carry_out(rollback.plan())

    rollback.carry_out(rollback.plan(), untested=True)
    assert (stocked.item("pointer", "live") or {})["version"] == first

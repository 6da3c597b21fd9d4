"""Executions stopped on entering a state, which no test could hit by watching."""

from __future__ import annotations

from typing import Any

import pytest

from local_aws.launcher import LocalAws, LocalAwsError
from tests.local_aws.stepfunctions_lab import Lab

STATES = {
    "First": {"Type": "Pass", "Next": "Second"},
    "Second": {"Type": "Pass", "Next": "Third"},
    "Third": {"Type": "Succeed"},
}


@pytest.fixture(scope="module")
def lab(aws: LocalAws) -> Lab:
    return Lab(aws)


def states_of(lab: Lab, execution: str) -> list[str]:
    history = lab.sfn.get_execution_history(executionArn=execution)["events"]
    return [e["stateEnteredEventDetails"]["name"] for e in history if "stateEnteredEventDetails" in e]


def test_an_execution_is_stopped_on_entering_the_state_once(lab: Lab) -> None:
    machine = lab.machine(STATES)
    lab.aws.stops([{"machine": machine.split(":")[-1], "state": "Second"}])

    stopped = lab.end(lab.start(machine))
    assert stopped["status"] == "ABORTED"
    assert (stopped["error"], stopped["cause"]) == ("Local.Stopped", "Stopped as it entered Second.")
    assert states_of(lab, stopped["executionArn"]) == ["First", "Second"]

    assert lab.end(lab.start(machine))["status"] == "SUCCEEDED"


def test_another_machine_and_another_state_go_on(lab: Lab) -> None:
    machine = lab.machine(STATES)
    lab.aws.stops([{"machine": "nobody", "state": "Second"}, {"machine": machine, "state": "Fourth"}])

    assert lab.end(lab.start(machine))["status"] == "SUCCEEDED"
    lab.aws.stops([])


@pytest.mark.parametrize("stops", [{"machine": "m"}, [{"machine": "m"}], [{"machine": "", "state": "s"}]])
def test_a_malformed_stop_is_refused_in_plain_words(lab: Lab, stops: Any) -> None:
    with pytest.raises(LocalAwsError, match=r"machine and state|non-empty|list of stops"):
        lab.aws._admin.put("stops", stops)

"""Executions stopped in every state that a clean run enters, parent and nested: the next run recovers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.workflows.conftest import MakeOperator
from tests.workflows.faults import invariants
from tests.workflows.faults.scenarios import Replacement, until_idle
from tests.workflows.operator import Operator

TIME_SCALE = 0.0002
SHARES = 4
SAMPLE_EVERY = 29
TELLS = "Tell the operator"

Stop = tuple[str, str]
"""A workflow and one of its states."""


def states_of_a_clean_run(scenario: Replacement) -> list[Stop]:
    """Every state that Training and the Deployment in it enter, in order, each once."""
    operator = scenario.operator
    scenario.prepare()
    parent = scenario.act()["executionArn"]
    nested = operator.executions("Deployment")[0]["executionArn"]
    entered = [("Training", state) for state in operator.states(parent)]
    entered += [("Deployment", state) for state in operator.states(nested)]
    return list(dict.fromkeys(entered))


def comes_after_the_message(operator: Operator, execution: str) -> bool:
    return TELLS in operator.states(execution)[:-1]


def broken_promises(scenario: Replacement, stop: Stop) -> Iterator[str]:
    """Stop one run there; each promise that was broken, in words."""
    operator, (workflow, state) = scenario.operator, stop
    scenario.prepare()
    until_idle(operator)
    log_start, told = len(operator.aws.calls()), len(operator.messages())
    operator.aws.stops([{"machine": f"-{workflow}", "state": state}])
    found = scenario.act()
    until_idle(operator)
    if found["status"] != ("ABORTED" if workflow == "Training" else "FAILED"):
        yield f"the run was not stopped, it is {found['status']}"
    yield from invariants.locks_held_by_the_dead_only(operator)
    yield from invariants.live_model_runs(operator)
    messages = operator.messages()[told:]
    if comes_after_the_message(operator, found["executionArn"]):
        # Stopped between its message and remembering that it was sent, the stop itself is told as well.
        messages = messages[:1]
    yield from invariants.told_once(messages, repeats=False)
    if workflow == "Deployment":
        yield from invariants.understandable(found)
    scenario.recover()
    until_idle(operator)
    trainings = invariants.paid_trainings(operator.aws.calls()[log_start:])
    if trainings != 1:
        yield f"{trainings} trainings were begun, not one"
    yield from invariants.in_order(operator)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("share", range(SHARES))
def test_wherever_a_run_is_stopped_the_next_one_recovers(
    make_operator: MakeOperator, share: int, all_faults: bool
) -> None:
    if not all_faults and share:
        pytest.skip("one share in make test, all of them in make test-faults")

    def begun() -> Replacement:
        scenario = Replacement(operator=make_operator(time_scale=TIME_SCALE))
        scenario.begin()
        return scenario

    scenario = begun()
    stops = states_of_a_clean_run(scenario)
    chosen = stops[share::SHARES] if all_faults else stops[::SAMPLE_EVERY]
    failed = {}
    for stop in chosen:
        if broken := list(broken_promises(scenario, stop)):
            failed[stop] = broken
            scenario = begun()
        scenario.forget_old_versions()
    print(f"{share}: {len(stops)} states, {len(chosen)} stopped, {len(failed)} failed")
    assert chosen
    assert failed == {}

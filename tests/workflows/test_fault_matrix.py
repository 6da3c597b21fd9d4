"""Every AWS call of the workflows and functions, made to fail in each way: the state is right all the same.

The calls come from the log of a clean run, so a call that is added is a case that is added. `make test`
runs a sample that is spread over calls and ways, `make test-faults` all.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from tests.workflows.conftest import MakeOperator
from tests.workflows.faults import invariants
from tests.workflows.faults.calls import KINDS, Call, FaultKind, calls_made, roles, was_hit
from tests.workflows.faults.scenarios import SCENARIOS, Replacement, Scenario, until_idle
from tests.workflows.operator import Json
from tests.workflows.optional import synthesised_with

TIME_SCALE = 0.0002
SHARES = 8
"""Of the scenario with most calls, each a test of its own, so that they spread over processes."""
SAMPLE_EVERY = 43
"""Prime to the number of ways, so that the sample has all of them."""

Case = tuple[Call, FaultKind]


def calls_of(scenario: Scenario, among: frozenset[str]) -> list[Call]:
    """What a clean run of the scenario calls."""
    scenario.prepare()
    start = len(scenario.operator.aws.calls())
    scenario.operator.aws.faults(scenario.troubles())
    scenario.act()
    scenario.operator.aws.faults([])
    until_idle(scenario.operator)
    found = calls_made(scenario.operator.aws.calls()[start:], among)
    scenario.recover()
    return found


def cases_of(scenario: Scenario) -> list[Case]:
    """Every call in every way; of the other scenarios those that set them apart from a replacement."""
    among = roles(scenario.operator)
    if type(scenario) is Replacement:
        return [(call, kind) for call in calls_of(scenario, among) for kind in KINDS]
    ordinary = calls_of(Replacement(operator=scenario.operator, fresh=scenario.fresh), among)
    calls = calls_of(scenario, among)
    blocks = SequenceMatcher(
        a=[(call.role, call.operation) for call in ordinary],
        b=[(call.role, call.operation) for call in calls],
        autojunk=False,
    ).get_opcodes()
    parted = next(index for index, block in enumerate(blocks) if block[0] != "equal")
    of_its_own = [block for block in blocks[parted:] if block[0] != "equal" or not scenario.rejoins]
    return [(call, kind) for *_, first, last in of_its_own for call in calls[first:last] for kind in KINDS]


def broken_promises(scenario: Scenario, case: Case) -> Iterator[str]:
    """Run one case; each promise that it broke, in words."""
    operator, (call, kind) = scenario.operator, case
    scenario.prepare()
    until_idle(operator)
    log_start, told = len(operator.aws.calls()), scenario.messages()
    operator.aws.faults([call.fault(kind), *scenario.troubles()])
    found = scenario.act()
    until_idle(operator)
    log = operator.aws.calls()[log_start:]
    if not was_hit(log, call, kind):
        yield "MISSED"
    yield from invariants.locks_held_by_the_dead_only(operator)
    if scenario.serves_meanwhile:
        yield from invariants.live_model_runs(operator)
    yield from invariants.one_model_or_red(operator, found)
    yield from invariants.told_once(
        [message for message in scenario.messages() if message not in told],
        repeats=call.operation == "Publish" and kind.takes_effect,
        most=scenario.most_messages,
    )
    yield from invariants.understandable(found)
    operator.aws.faults([])
    scenario.recover()
    until_idle(operator)
    trainings = invariants.paid_trainings(operator.aws.calls()[log_start:])
    if trainings not in scenario.trainings:
        yield f"{trainings} trainings were begun, not {sorted(scenario.trainings)}"
    yield from invariants.in_order(operator)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("kind_of_run", "share"),
    [(kind, share) for kind in SCENARIOS for share in range(SHARES if kind is Replacement else 1)],
)
def test_whichever_call_fails_the_state_is_right(
    make_operator: MakeOperator, kind_of_run: type[Scenario], share: int, all_faults: bool, tmp_path: Path
) -> None:
    if not all_faults and share:
        pytest.skip("one share in make test, all of them in make test-faults")
    assembly = (
        synthesised_with(kind_of_run.settings, name="local", folder=tmp_path)
        if kind_of_run.settings
        else None
    )

    def begun() -> Scenario:
        scenario = kind_of_run(operator=make_operator(time_scale=TIME_SCALE, assembly=assembly))
        scenario.begin()
        return scenario

    scenario = begun()
    cases = cases_of(scenario)
    shares = SHARES if kind_of_run is Replacement else 1
    chosen = cases[share::shares] if all_faults else cases[::SAMPLE_EVERY]
    assert chosen
    report: Json = {}
    for case in chosen:
        for _ in range(scenario.variants):
            broken = list(broken_promises(scenario, case))
            if broken != ["MISSED"]:
                break
        report[f"{case[0]}, {case[1].name}"] = broken
        scenario.forget_old_versions()
        if [each for each in broken if each != "MISSED"]:
            # The next case must not inherit what this one broke.
            scenario = begun()
    missed = [name for name, broken in report.items() if "MISSED" in broken]
    failed = {name: broken for name, broken in report.items() if set(broken) - {"MISSED"}}
    print(
        f"{kind_of_run.__name__} {share}: {len(cases)} cases, {len(chosen)} run, "
        f"{len(missed)} missed {missed}, {len(failed)} failed"
    )
    assert failed == {}
    # A turn of waiting more or less makes or spares a call.
    assert len(missed) <= max(1, len(chosen) / 10)

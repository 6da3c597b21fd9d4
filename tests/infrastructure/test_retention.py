"""Which versions a training deletes before it makes another."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_stack.workflows.retention import SETTLED, versions_to_delete
from tests.infrastructure.asl import evaluate

Row = dict[str, Any]
OPEN = ("needs_approval",)


def row(version: str, outcome: str, *, deployed: int | None = None, ended: int = 0, ours: bool = True) -> Row:
    found: Row = {"version": version, "outcome": outcome, "ended_at": f"{ended:04}", "is_ours": ours}
    return found if deployed is None else found | {"deployed_at": f"{deployed:04}"}


def deleted(
    rows: list[Row],
    *,
    live: str = "",
    previous: str | None = None,
    deployed: int = 2,
    rejected: int = 1,
    hosted: list[str] | None = None,
    running: tuple[str, ...] = (),
) -> set[str]:
    there = hosted if hosted is not None else [each["version"] for each in rows]
    found = evaluate(
        "{% " + versions_to_delete(keep_deployed=deployed, keep_rejected=rejected) + " %}",
        rows=rows,
        hosted=[
            {"version": name, "arn": f"arn:{name}", "status": "RUNNING" if name in running else "STOPPED"}
            for name in there
        ],
        live={"version": live} | ({"previous": previous} if previous else {}),
        version="next",
    )
    assert isinstance(found, list)
    return {each["version"] for each in found}


def test_the_latest_of_each_kind_stay() -> None:
    served = [row(f"d{n}", "deployed", deployed=n) for n in range(5)]
    never = [row(f"r{n}", "rejected", ended=n) for n in range(4)]
    assert deleted([*served, *never], live="d4") == {"d0", "d1", "d2", "r0", "r1", "r2"}


def test_a_model_that_was_rolled_back_to_counts_from_then() -> None:
    rows = [
        row("old", "deployed", deployed=9),
        row("b", "deployed", deployed=5),
        row("a", "deployed", deployed=4),
    ]
    assert deleted(rows, live="old", previous="b") == {"a"}


def test_the_live_model_and_its_predecessor_stay_however_old_they_are() -> None:
    rows = [row(f"d{n}", "deployed", deployed=n) for n in range(6)]
    assert deleted(rows, live="d0", previous="d1") == {"d2", "d3"}


def test_what_runs_is_not_deleted() -> None:
    rows = [row(f"d{n}", "deployed", deployed=n) for n in range(4)]
    assert deleted(rows, running=("d0",)) == {"d1"}


def test_what_people_trained_by_hand_stays() -> None:
    rows = [row(f"d{n}", "deployed", deployed=n, ours=n > 2) for n in range(6)]
    assert deleted(rows, live="d5") == {"d3"}
    # Of what the registry does not know, nothing at all is said.
    assert deleted([], hosted=["by-hand"]) == set()


@pytest.mark.parametrize("outcome", OPEN)
def test_what_a_check_may_still_take_up_stays(outcome: str) -> None:
    rows = [row("waiting", outcome, ended=0), *(row(f"r{n}", "rejected", ended=n) for n in (1, 2))]
    assert deleted(rows) == {"r1"}


def test_no_rejected_version_is_kept_if_none_is_to_be() -> None:
    assert deleted([row("r", "rejected", ended=1)], rejected=0) == {"r"}


@pytest.mark.parametrize("outcome", SETTLED)
def test_every_verdict_is_known(outcome: str) -> None:
    rows = [row("first", outcome, ended=1), row("second", outcome, ended=2)]
    assert deleted(rows) == {"first"}


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from([*SETTLED, *OPEN]), st.none() | st.integers(0, 99), st.integers(0, 99)),
        max_size=12,
    ),
    st.integers(2, 4),
    st.integers(0, 3),
)
def test_whatever_there_is_the_bounds_hold(
    facts: list[tuple[str, int | None, int]], keep_deployed: int, keep_rejected: int
) -> None:
    rows = [
        row(f"v{n}", outcome, deployed=deployed, ended=ended)
        for n, (outcome, deployed, ended) in enumerate(facts)
    ]
    gone = deleted(rows, live="v0", previous="v1", deployed=keep_deployed, rejected=keep_rejected)
    left = [each for each in rows if each["version"] not in gone and each["outcome"] in SETTLED]
    assert not gone & {"v0", "v1"}
    assert all(each["outcome"] in SETTLED for each in rows if each["version"] in gone)
    others = [each for each in left if each["version"] not in {"v0", "v1"}]
    assert len([each for each in others if "deployed_at" in each]) <= keep_deployed
    assert len([each for each in others if "deployed_at" not in each]) <= keep_rejected

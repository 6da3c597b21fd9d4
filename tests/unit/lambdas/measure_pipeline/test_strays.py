"""Which running models are strays."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from lambdas.measure_pipeline.models import HostedModel, running_units
from lambdas.measure_pipeline.registry import LiveModel, Lock
from lambdas.measure_pipeline.strays import strays

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
LIVE = LiveModel(version="live", deployed_at=NOW)


def hosted(*versions: str) -> list[HostedModel]:
    return [HostedModel(version=version, is_running=True, units=1) for version in versions]


@dataclass
class Pointers:
    """`locks`: what each look at the lock finds, the last one for ever."""

    live: LiveModel | None = LIVE
    locks: list[Lock | None] = field(default_factory=lambda: [None])

    def live_model(self) -> LiveModel | None:
        return self.live

    def deployment_lock(self) -> Lock | None:
        return self.locks.pop(0) if len(self.locks) > 1 else self.locks[0]


def found(
    *versions: str, pointers: Pointers, is_running: Callable[[str], bool] = lambda _: True
) -> list[str] | None:
    return strays(
        hosted=lambda: hosted(*versions),
        pointers=pointers,
        is_running=is_running,
        now=NOW,
        usual_deployment=timedelta(hours=3),
    )


def lock(age: timedelta = timedelta(minutes=10), holder: str = "deployment") -> Lock:
    return Lock(holder=holder, taken_at=NOW - age)


def test_a_model_that_is_not_the_live_one_is_a_stray() -> None:
    assert found("live", "old", pointers=Pointers()) == ["old"]


def test_the_live_model_alone_is_none() -> None:
    assert found("live", pointers=Pointers()) == []


def test_every_model_is_a_stray_as_long_as_none_is_live() -> None:
    assert found("one", "two", pointers=Pointers(live=None)) == ["one", "two"]


def test_during_a_deployment_nothing_is_said() -> None:
    assert found("live", "new", pointers=Pointers(locks=[lock()])) is None


def test_a_lock_whose_holder_has_ended_is_no_deployment() -> None:
    asked: list[str] = []

    def has_ended(holder: str) -> bool:
        asked.append(holder)
        return False

    assert found("old", pointers=Pointers(locks=[lock()]), is_running=has_ended) == ["old"]
    assert set(asked) == {"deployment"}


def test_a_lock_that_is_held_for_hours_is_no_excuse() -> None:
    three_hours = timedelta(hours=3)

    assert found("old", pointers=Pointers(locks=[lock(three_hours)])) == ["old"]
    assert found("old", pointers=Pointers(locks=[lock(three_hours - timedelta(seconds=1))])) is None


@pytest.mark.parametrize("locks", [[lock(), None], [None, lock()]])
def test_a_deployment_that_ends_or_begins_meanwhile_is_one(locks: list[Lock | None]) -> None:
    assert found("live", "old", pointers=Pointers(locks=locks)) is None


def test_only_models_that_run_are_billed() -> None:
    models = [
        HostedModel(version="live", is_running=True, units=2),
        HostedModel(version="next", is_running=False, units=3),
        HostedModel(version="old", is_running=True, units=1),
    ]

    assert running_units(models) == 3


@pytest.mark.parametrize(("live", "expected"), [(None, []), (LIVE, ["theirs"])])
def test_in_an_adopted_project_there_is_no_stray_before_the_first_deployment(
    live: LiveModel | None, expected: list[str]
) -> None:
    said = strays(
        hosted=lambda: hosted("theirs"),
        pointers=Pointers(live=live),
        is_running=lambda _: False,
        now=NOW,
        usual_deployment=timedelta(hours=3),
        project_is_adopted=True,
    )

    assert said == expected

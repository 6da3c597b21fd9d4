"""How many checks were missed."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from lambdas.measure_pipeline.errors import ScheduleUnknown
from lambdas.measure_pipeline.missed import TrainingRule, missed_checks
from pipeline_stack.schedule import rate_expression

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def rule(schedule: str = "rate(60 minutes)", *, enabled: bool = True) -> TrainingRule:
    return TrainingRule(name="Rule", is_enabled=enabled, schedule=schedule)


def missed(
    *,
    last_success: datetime,
    changes: Iterable[datetime] = (),
    enabled: bool = True,
    wanted: bool | None = None,
) -> int:
    return missed_checks(
        rule=rule(enabled=enabled), is_wanted=wanted, last_success=last_success, changes=changes, now=NOW
    )


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(), 0),
        (timedelta(minutes=59, seconds=59), 0),
        (timedelta(minutes=60), 1),
        (timedelta(minutes=179), 2),
        (timedelta(minutes=180), 3),
        (timedelta(minutes=-1), 0),
    ],
)
def test_whole_periods_since_the_last_success_are_missed(ago: timedelta, expected: int) -> None:
    assert missed(last_success=NOW - ago) == expected


@pytest.mark.parametrize(("enabled", "wanted"), [(False, None), (False, False), (True, False)])
def test_nothing_is_missed_while_training_is_switched_off(enabled: bool, wanted: bool | None) -> None:
    assert missed(last_success=NOW - timedelta(days=300), enabled=enabled, wanted=wanted) == 0


def test_a_rule_that_somebody_disabled_misses_checks_while_the_operator_wants_them() -> None:
    assert missed(last_success=NOW - timedelta(hours=3), enabled=False, wanted=True) == 3


def test_counting_starts_anew_when_the_schedule_was_changed() -> None:
    changes = [NOW - timedelta(minutes=70), NOW - timedelta(days=4)]

    assert missed(last_success=NOW - timedelta(days=2), changes=changes) == 1


def test_a_success_after_the_change_counts() -> None:
    assert missed(last_success=NOW, changes=[NOW - timedelta(days=2)]) == 0


@pytest.mark.parametrize("minutes", [1, 2, 720, 44_640])
def test_a_period_is_what_the_parameter_says(minutes: int) -> None:
    assert rule(rate_expression(minutes)).period() == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("schedule", "period"),
    [
        ("rate(1 hour)", timedelta(hours=1)),
        ("rate(12 hours)", timedelta(hours=12)),
        ("rate(1 day)", timedelta(1)),
    ],
)
def test_a_rate_that_somebody_wrote_in_other_units_is_read_too(schedule: str, period: timedelta) -> None:
    assert rule(schedule).period() == period


@pytest.mark.parametrize("schedule", ["cron(0 12 * * ? *)", "", "rate(0 minutes)"])
def test_a_schedule_without_a_period_is_refused_with_the_way_out(schedule: str) -> None:
    with pytest.raises(ScheduleUnknown) as raised:
        rule(schedule).period()

    assert f'The rule Rule has the schedule "{schedule}"' in str(raised.value)
    assert "Start the workflow Settings" in str(raised.value)

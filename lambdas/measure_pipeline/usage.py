"""Inference units by the second, added up by the month.

Each turn counts the time since the last one with the units that run now. So a model that started or
stopped in between is counted up to one turn too long or too short, five minutes as a rule. After a longer
gap, because measuring failed or was switched off, the units that run now are counted for the whole of it;
what started and stopped inside a gap is not seen. AWS's bill is the truth, and this is an estimate of it.

Each stretch is written on condition that it begins where the last one ended, so invocations that overlap
or are repeated count it once.
"""

from datetime import UTC, datetime
from typing import Protocol

from .registry import MonthUsage


class UsageStore(Protocol):
    """Where usage is kept; `registry` provides it. Writes answer whether they were the first."""

    def usage(self, month: str) -> MonthUsage | None:
        """What was counted."""

    def begin_usage(self, month: str, usage: MonthUsage) -> bool:
        """Begin a month."""

    def add_usage(self, month: str, *, unit_seconds: int, since: int, until: int) -> bool:
        """Add to a month."""


def count_usage(*, units: int, now: datetime, store: UsageStore) -> int:
    """Count up to `now`; returns the unit-seconds of this month so far (UTC, as AWS bills)."""
    month, at = _name(now), int(now.timestamp())
    current = store.usage(month)
    if current is None:
        first = _carried_over(units=units, now=now, store=store)
        if store.begin_usage(month, MonthUsage(unit_seconds=first, measured_at=at)):
            return first
    elif current.measured_at >= at:
        return current.unit_seconds
    else:
        used = units * (at - current.measured_at)
        if store.add_usage(month, unit_seconds=used, since=current.measured_at, until=at):
            return current.unit_seconds + used
    # Another invocation was quicker: what it counted is what there is.
    counted = store.usage(month)
    return counted.unit_seconds if counted else 0


def _carried_over(*, units: int, now: datetime, store: UsageStore) -> int:
    """Close the month before; returns what this month has used since it began, as far as that is known.

    Nothing at all is known if the month before was not measured: counting begins now.
    """
    begin = datetime(now.year, now.month, 1, tzinfo=UTC)
    turn = int(begin.timestamp())
    previous = _name(datetime.fromtimestamp(turn - 1, tz=UTC))
    before = store.usage(previous)
    if before is None:
        return 0
    if before.measured_at < turn:
        store.add_usage(
            previous,
            unit_seconds=units * (turn - before.measured_at),
            since=before.measured_at,
            until=turn,
        )
    return units * (int(now.timestamp()) - turn)


def _name(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m")

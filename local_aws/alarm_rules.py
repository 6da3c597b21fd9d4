"""Which state an alarm's datapoints put it in, by the rules that CloudWatch documents.

CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data", with its tables, and
"Avoiding premature transitions to alarm state".
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence

EXTRA_PERIODS = 2
"""Periods before the evaluated ones that are looked at when some are missing. AWS does not say how many;
the guide's tables show two."""

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def state_of(
    breaches: Sequence[bool | None], *, periods: int, to_alarm: int, treat_missing: str
) -> str | None:
    """The state, or None for "as it was".

    `breaches` has `periods + EXTRA_PERIODS` items, the oldest first; None is a missing datapoint.
    """
    existing = [each for each in breaches if each is not None]
    if len(existing) >= periods:
        return _alarm_if(sum(existing[-periods:]) >= to_alarm)
    missing = periods - len(existing)
    if treat_missing == "breaching":
        return _alarm_if(sum(existing) + missing >= to_alarm)
    if treat_missing == "notBreaching":
        return _alarm_if(sum(existing) >= to_alarm)
    return _without_filling(existing, breaches[-periods:], to_alarm=to_alarm, treat_missing=treat_missing)


def _without_filling(
    existing: Sequence[bool], evaluated: Sequence[bool | None], *, to_alarm: int, treat_missing: str
) -> str | None:
    """The state when missing datapoints are `missing` or `ignore`, with fewer datapoints than periods."""
    if not existing:
        return None if treat_missing == "ignore" else "INSUFFICIENT_DATA"
    if not all(existing):
        return _alarm_if(sum(existing) >= to_alarm)
    oldest_age = len(evaluated) - evaluated.index(True) if True in evaluated else 0
    is_premature = treat_missing == "ignore" or oldest_age < to_alarm
    return None if is_premature and len(existing) < to_alarm else "ALARM"


def _alarm_if(is_alarming: bool) -> str:
    return "ALARM" if is_alarming else "OK"

"""The datapoints that an alarm looks at: of one metric, or of a math expression."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from ministack.services import cloudwatch

from local_aws import metric_math
from local_aws.clock import Clock
from local_aws.config import current_settings

SHORTEST_PERIOD_SECONDS = 0.5
"""Real seconds: a shorter one would end before anybody could look, or between two turns."""


def latest_datapoints(alarm: Mapping[str, Any], count: int) -> list[tuple[float, float] | None]:
    """Time and value of the alarm's last periods, the oldest first; None where there is no data.

    Periods end now rather than at full minutes, and last as long as the scale of alarms makes them.
    """
    end = time.time()
    if alarm.get("Metrics"):
        length, values = _math(alarm["Metrics"], count=count, end=end)
    else:
        length = period_seconds(alarm["Period"])
        values = _values(alarm, _statistic_name(alarm), length=length, count=count, end=end)
    ages = range(count - 1, -1, -1)
    return [None if (value := values[age]) is None else (end - (age + 1) * length, value) for age in ages]


def _values(
    metric: Mapping[str, Any], statistic: str, *, length: float, count: int, end: float
) -> list[float | None]:
    """The statistic of each period by its age, the newest first."""
    dimensions = cloudwatch._dims_from_list(metric.get("Dimensions") or [])
    key = (metric["Namespace"], metric["MetricName"], cloudwatch._dims_key(dimensions))
    unit = metric.get("Unit")
    inside: list[list[dict[str, Any]]] = [[] for _ in range(count)]
    for point in list(cloudwatch._metrics.get(key) or []):
        age = int((end - point["Timestamp"]) / length)
        if 0 <= age < count and (not unit or point["Unit"] == unit):
            inside[age].append(point)
    return [_statistic(statistic, points) for points in inside]


def _math(
    queries: Sequence[Mapping[str, Any]], *, count: int, end: float
) -> tuple[float, list[float | None]]:
    """Length of the periods and the values of the one query that returns data."""
    stats = {query["Id"]: query["MetricStat"] for query in queries if query.get("MetricStat")}
    length = period_seconds(min(int(stat["Period"]) for stat in stats.values()))
    found: dict[str, list[float | None]] = {
        name: _values(
            {**stat["Metric"], "Unit": stat.get("Unit")}, stat["Stat"], length=length, count=count, end=end
        )
        for name, stat in stats.items()
    }
    expressions = {query["Id"]: query["Expression"] for query in queries if query.get("Expression")}
    while expressions:
        ready = [each for each in expressions if not metric_math.names(expressions[each]) & set(expressions)]
        if not ready:
            raise ValueError(f"The expressions {', '.join(expressions)} refer to each other.")
        for name in ready:
            expression = expressions.pop(name)
            found[name] = [
                metric_math.evaluate(expression, {each: series[age] for each, series in found.items()})
                for age in range(count)
            ]
    (returned,) = [query["Id"] for query in queries if query.get("ReturnData", True)]
    return length, found[returned]


def period_seconds(aws_seconds: float) -> float:
    """Real seconds that a period of so many seconds on AWS lasts here."""
    clock = Clock(time_scale=current_settings().alarm_scale)
    return max(clock.scaled(aws_seconds), SHORTEST_PERIOD_SECONDS)


def _statistic_name(alarm: Mapping[str, Any]) -> str:
    return str(alarm.get("ExtendedStatistic") or alarm.get("Statistic"))


def _statistic(name: str, points: list[dict[str, Any]]) -> float | None:
    if not points:
        return None
    value = cloudwatch._stat_value(cloudwatch._calc_stats(points), name, points)
    return None if value is None else float(value)

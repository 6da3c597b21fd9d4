"""Reads what a function prints: lines of its log, and metrics in CloudWatch's embedded metric format."""

import json
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric with one value, as CloudWatch makes it of a line."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    value: float
    timestamp: int
    unit: str


def objects(printed: str) -> list[Json]:
    return [json.loads(line) for line in printed.splitlines() if line.startswith("{")]


def log_lines(printed: str, message: str) -> list[Json]:
    """The structured lines with this message."""
    return [line for line in objects(printed) if line.get("message") == message]


def metrics_of(printed: str) -> list[Metric]:
    """Every metric in what was printed (Embedded metric format specification, "Schema")."""
    return [
        Metric(
            namespace=directive["Namespace"],
            name=definition["Name"],
            dimensions=tuple(sorted((name, line[name]) for name in names)),
            value=value,
            timestamp=line["_aws"]["Timestamp"],
            unit=definition["Unit"],
        )
        for line in objects(printed)
        if "_aws" in line
        for directive in line["_aws"]["CloudWatchMetrics"]
        for names in directive["Dimensions"]
        for definition in directive["Metrics"]
        for value in line[definition["Name"]]
    ]


def values(printed: str) -> dict[str, float]:
    """By the metric's name; for tests in which each is printed once."""
    found = metrics_of(printed)
    assert len({metric.name for metric in found}) == len(found), found
    return {metric.name: metric.value for metric in found}

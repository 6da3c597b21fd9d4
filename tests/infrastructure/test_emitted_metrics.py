"""What the functions emit is what alarms and dashboard watch: both sides are read and compared.

The functions' side comes from running their handlers and reading the metrics they print, so neither a
renamed metric nor a dimension more or less goes unnoticed.
"""

import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lambdas.measure_pipeline import observability as meter
from lambdas.measure_pipeline.registry import LiveModel
from lambdas.record_outcome import observability as recorder
from lambdas.record_outcome.outcome import Outcome
from tests.infrastructure.templates import Template, flat, function
from tests.unit.lambdas.emf import log_lines, metrics_of
from tests.unit.lambdas.record_outcome.events import JUDGED, outcome_event

NOW = datetime.now(tz=UTC)
# Namespace, name, and dimensions with their values; None stands for any value.
Watched = tuple[str, str, frozenset[tuple[str, str | None]]]


def record_everything() -> None:
    recorder.record(Outcome.from_event(outcome_event(report=JUDGED)), now=NOW)
    recorder.metrics.flush_metrics()


def measure_everything() -> None:
    meter.record_missed(0)
    meter.record_live_model(LiveModel(version="v", deployed_at=NOW - timedelta(hours=1)), now=NOW)
    meter.record_strays([])
    meter.record_units(1)
    meter.record_cost(3600, usd_per_unit_hour=4)
    meter.metrics.flush_metrics()


@pytest.fixture
def printed(
    dev: Template, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> dict[str, str]:
    """What each function prints, set up with the variables that the template gives it."""
    found = {}
    parts: tuple[tuple[str, Any, Callable[[], None]], ...] = (
        ("record_outcome", recorder, record_everything),
        ("measure_pipeline", meter, measure_everything),
    )
    for package, module, emit in parts:
        variables = function(dev, package)["Environment"]["Variables"]
        # Powertools reads its environment when it is imported, and for a single metric when that is made.
        monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", variables["POWERTOOLS_SERVICE_NAME"])
        monkeypatch.setattr(module.metrics, "service", variables["POWERTOOLS_SERVICE_NAME"])
        monkeypatch.setattr(module.metrics, "namespace", variables["POWERTOOLS_METRICS_NAMESPACE"])
        monkeypatch.setattr(module.logger.registered_handler, "stream", sys.stdout)
        emit()
        found[package] = capsys.readouterr().out
    return found


@pytest.fixture
def emitted(printed: dict[str, str]) -> set[Watched]:
    found = {metric for text in printed.values() for metric in metrics_of(text)}
    return {
        (
            metric.namespace,
            metric.name,
            # The values of these two are those of the run.
            frozenset(
                (name, None if name in ("workflow", "outcome") else value)
                for name, value in metric.dimensions
            ),
        )
        for metric in found
    }


def dashboard(template: Template) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(
        flat(template.only("AWS::CloudWatch::Dashboard")[1]["Properties"]["DashboardBody"])
    )
    return body


def widgets(template: Template) -> dict[str, dict[str, Any]]:
    """The properties of each by its title."""
    return {
        widget["properties"]["title"]: widget["properties"]
        for widget in dashboard(template)["widgets"]
        if "title" in widget["properties"]
    }


def watched_by_alarms(template: Template) -> set[Watched]:
    return {
        (
            alarm["Namespace"],
            alarm["MetricName"],
            frozenset((item["Name"], flat(item["Value"])) for item in alarm["Dimensions"]),
        )
        for alarm in template.properties("AWS::CloudWatch::Alarm")
        if alarm["Namespace"] == template.name
    }


def shown(template: Template) -> set[Watched]:
    found: set[Watched] = set()
    for widget in widgets(template).values():
        for metric in widget.get("metrics", []):
            if isinstance(metric[0], dict):
                found.add(searched(metric[0]["expression"]))
                continue
            namespace, name, *pairs = (part for part in metric if isinstance(part, str))
            found.add((namespace, name, frozenset(zip(pairs[::2], pairs[1::2], strict=True))))
    return found


def searched(expression: str) -> Watched:
    """`SEARCH('{"namespace",dimension,…} MetricName="name"', …)` finds metrics with these dimensions."""
    match = re.fullmatch(r"SEARCH\('\{\"(.+?)\",(.+?)\} MetricName=\"(\w+)\"', 'Sum', 86400\)", expression)
    assert match is not None, expression
    # Nothing but this function puts metrics with these three into the namespace.
    values = {"service": "record_outcome"}
    return match[1], match[3], frozenset((name, values.get(name)) for name in match[2].split(","))


def test_alarms_watch_metrics_that_the_functions_emit(dev: Template, emitted: set[Watched]) -> None:
    watched = watched_by_alarms(dev)

    assert {name for _, name, _ in watched} == {"StrayModels", "MissedChecks"}
    assert watched <= emitted


def test_the_dashboard_shows_all_that_the_functions_emit_and_nothing_else(
    dev: Template, emitted: set[Watched]
) -> None:
    assert shown(dev) == emitted


def test_the_dashboard_asks_the_recorders_log_for_fields_that_it_writes(
    dev: Template, printed: dict[str, str]
) -> None:
    properties = widgets(dev)["Versions, newest first"]
    (line,) = log_lines(printed["record_outcome"], "Outcome")
    source, fields, condition, *_ = re.split(r"\s\| ", properties["query"])

    assert properties["view"] == "table"
    assert source == f"SOURCE '<{function(dev, 'record_outcome')['LoggingConfig']['LogGroup']['Ref']}>'"
    wanted = fields.removeprefix("fields @timestamp, ").split(", ")
    assert set(wanted) <= set(line)
    assert {"version", "f1", "minimum_f1"} <= set(wanted)
    assert condition == 'filter message = "Outcome" and ispresent(f1)'


def test_the_dashboard_bears_the_pipelines_name_and_shows_every_alarm(template: Template) -> None:
    _, resource = template.only("AWS::CloudWatch::Dashboard")
    assert resource["Properties"]["DashboardName"] == template.name

    assert {alarm.strip("<>") for alarm in widgets(template)["Alarms"]["alarms"]} == {
        f"{name}.Arn" for name in template.of_type("AWS::CloudWatch::Alarm")
    }


def test_the_dashboard_names_the_documents(template: Template) -> None:
    (text,) = [
        widget["properties"]["markdown"]
        for widget in dashboard(template)["widgets"]
        if widget["type"] == "text"
    ]

    for document in ("docs/runbook.md", "docs/operator-guide.md", "docs/events.md"):
        assert document in text

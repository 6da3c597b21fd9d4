"""The function as EventBridge has it invoked, against moto."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.record_outcome import handler as handler_module
from lambdas.record_outcome import observability
from lambdas.record_outcome.errors import OutcomeInvalid, SettingsMissing
from lambdas.record_outcome.handler import handler
from tests.unit.lambdas.conftest import REGISTRY_TABLE, FakeContext
from tests.unit.lambdas.emf import Metric, log_lines, metrics_of
from tests.unit.lambdas.record_outcome.events import EXECUTION, JUDGED, outcome_event

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")

Deliver = Callable[..., str]
NAMESPACE = "TrainingPipeline-test"
SERVICE = ("service", "record_outcome")


@pytest.fixture
def deliver(
    registry: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Deliver:
    """Delivers an event in an invocation of its own; gives what the function printed."""
    monkeypatch.setenv("REGISTRY_TABLE_NAME", REGISTRY_TABLE)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "record_outcome")
    # Powertools reads its environment when it is imported, which is before this.
    monkeypatch.setattr(observability.metrics, "namespace", NAMESPACE)
    monkeypatch.setattr(observability.metrics, "service", "record_outcome")
    handler_module._counted.cache_clear()
    invocations = iter(range(1000))

    def invoke(event: dict[str, Any], *, request: str | None = None) -> str:
        # The logger took its stream when it was imported.
        monkeypatch.setattr(observability.logger.registered_handler, "stream", sys.stdout)
        handler(event, FakeContext(aws_request_id=request or f"request-{next(invocations)}"))
        return capsys.readouterr().out

    return invoke


def test_every_outcome_counts_as_a_run_of_its_workflow(deliver: Deliver) -> None:
    printed = deliver(outcome_event(workflow="Settings", outcome="applied"))

    (run,) = metrics_of(printed)
    assert (run.namespace, run.name, run.value, run.unit) == (NAMESPACE, "Runs", 1, "Count")
    assert run.dimensions == (("outcome", "applied"), SERVICE, ("workflow", "Settings"))


def test_a_run_that_judged_a_version_has_its_scores_and_hours_counted(deliver: Deliver) -> None:
    printed = deliver(outcome_event(report=JUDGED))

    found = {metric.name: metric for metric in metrics_of(printed)}
    assert {name: metric.value for name, metric in found.items()} == {
        "Runs": 1,
        "F1": 0.91,
        "MinimumF1": 0.8,
        "TrainingHours": 1.5,
    }
    assert {found[name].dimensions for name in ("F1", "MinimumF1", "TrainingHours")} == {(SERVICE,)}


def test_a_run_that_reports_a_version_of_an_earlier_run_does_not_count_its_score_again(
    deliver: Deliver,
) -> None:
    report = {name: value for name, value in JUDGED.items() if name != "billed_training_seconds"}

    printed = deliver(outcome_event(report=report))

    assert [metric.name for metric in metrics_of(printed)] == ["Runs"]


def test_the_log_has_one_line_an_outcome_with_what_the_dashboard_lists(deliver: Deliver) -> None:
    event = outcome_event(report=JUDGED, outcome="rejected", subject="Not good enough")

    (line,) = log_lines(deliver(event), "Outcome")

    wanted = ("outcome", "workflow", "version", "f1", "minimum_f1", "execution", "subject", "training_hours")
    assert {name: line[name] for name in wanted} == {
        "outcome": "rejected",
        "workflow": "Training",
        "version": "set-1",
        "f1": 0.91,
        "minimum_f1": 0.8,
        "execution": EXECUTION,
        "subject": "Not good enough",
        "training_hours": 1.5,
    }


def test_a_line_without_a_judgement_has_no_score(deliver: Deliver) -> None:
    (line,) = log_lines(deliver(outcome_event(report={"version": "set-1", "f1": 0.9})), "Outcome")

    assert line["version"] == "set-1"
    assert "f1" not in line


def test_an_outcome_that_is_delivered_twice_counts_once(deliver: Deliver) -> None:
    first = deliver(outcome_event(report=JUDGED))
    # Published anew because the answer was lost: another event about the same execution.
    again = deliver({**outcome_event(report=JUDGED), "id": "22222222-2222-2222-2222-222222222222"})
    other = deliver(outcome_event(execution=f"{EXECUTION}0"))

    assert len(metrics_of(first)) == 4
    assert metrics_of(again) == []
    assert [line["execution"] for line in log_lines(again, "Outcome counted before")] == [EXECUTION]
    assert len(metrics_of(other)) == 1


def test_an_invocation_that_lambda_tries_again_still_counts(
    deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("out of memory, say")

    with monkeypatch.context() as broken, pytest.raises(RuntimeError):
        broken.setattr(handler_module, "record", break_down)
        deliver(outcome_event(), request="one")

    assert len(metrics_of(deliver(outcome_event(), request="one"))) == 1


def test_what_was_counted_is_forgotten_when_no_delivery_can_follow(
    deliver: Deliver, registry: "DynamoDBClient"
) -> None:
    deliver(outcome_event())

    (item,) = registry.scan(TableName=REGISTRY_TABLE)["Items"]
    expires = datetime.fromtimestamp(int(item["expires"]["N"]), tz=UTC)
    assert timedelta(days=29) < expires - datetime.now(tz=UTC) < timedelta(days=31)


def timestamps(found: list[Metric]) -> list[float]:
    return sorted({metric.timestamp / 1000 for metric in found})


def test_a_late_outcome_counts_at_its_own_time_and_the_next_at_its(deliver: Deliver) -> None:
    late = datetime.now(tz=UTC) - timedelta(hours=20)
    on_time = datetime.now(tz=UTC)

    first = metrics_of(deliver(outcome_event(report=JUDGED, at=late.isoformat())))
    second = metrics_of(
        deliver(outcome_event(report=JUDGED, at=on_time.isoformat(), execution=f"{EXECUTION}2"))
    )

    assert timestamps(first) == [pytest.approx(late.timestamp(), abs=0.01)]
    assert timestamps(second) == [pytest.approx(on_time.timestamp(), abs=0.01)]


@pytest.mark.parametrize("age", [timedelta(days=20), timedelta(hours=-5)])
def test_a_time_that_cloudwatch_would_not_take_is_replaced_by_now(deliver: Deliver, age: timedelta) -> None:
    now = datetime.now(tz=UTC)

    (run,) = metrics_of(deliver(outcome_event(at=(now - age).isoformat())))

    assert run.timestamp / 1000 == pytest.approx(now.timestamp(), abs=60)


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"outcome": ""}, "\"outcome\" is ''; it must be a text"),
        ({"workflow": None}, '"workflow" is None; it must be a text'),
        ({"execution": 7}, '"execution" is 7; it must be a text'),
        ({"at": "yesterday"}, "\"at\" is 'yesterday'; it must be an ISO 8601 time"),
        (
            {"report": {"billed_training_seconds": "1"}},
            "\"report.billed_training_seconds\" is '1'; it must be",
        ),
        ({"report": {**JUDGED, "f1": True}}, '"report.f1" is True; it must be a number'),
    ],
)
def test_an_event_that_is_no_outcome_is_refused_with_what_is_wrong(
    deliver: Deliver, registry: "DynamoDBClient", changed: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(OutcomeInvalid) as raised:
        deliver(outcome_event(**changed))

    assert complaint in str(raised.value)
    assert "docs/events.md" in str(raised.value)
    assert registry.scan(TableName=REGISTRY_TABLE)["Items"] == []


def test_an_event_without_a_detail_is_refused(deliver: Deliver) -> None:
    with pytest.raises(OutcomeInvalid, match='"detail" is None; it must be an object'):
        deliver({"source": "elsewhere"})


def test_a_function_without_its_setting_says_so(deliver: Deliver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_TABLE_NAME", " ")

    with pytest.raises(SettingsMissing, match="REGISTRY_TABLE_NAME"):
        deliver(outcome_event())

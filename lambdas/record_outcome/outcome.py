"""The part of an outcome event that is counted. docs/outcome-event.schema.json has all of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from .errors import OutcomeInvalid


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What a run found that had a version trained: scores from 0 to 1, and the time AWS bills for it."""

    f1: float | None
    minimum_f1: float | None
    billed_training_seconds: float


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one execution ended in, or one change of a parameter. `judgement` is None for a run that judged no
    version; `key` is the same for all events about one outcome."""

    workflow: str
    outcome: str
    execution: str
    key: str
    at: datetime
    subject: str
    version: str | None
    judgement: Judgement | None

    @classmethod
    def from_event(cls, event: Mapping[str, object]) -> "Outcome":
        """Read the event as EventBridge delivers it; fields that are not counted are not looked at.

        Raises:
            OutcomeInvalid: something that is needed is missing or of the wrong type.
        """
        detail = event.get("detail")
        if not isinstance(detail, Mapping):
            raise OutcomeInvalid(f'"detail" is {_shown(detail)}; it must be an object. {_WHERE}')
        report = detail.get("report")
        if not isinstance(report, Mapping):
            report = {}
        version = report.get("version")
        return cls(
            workflow=_text(detail, "workflow"),
            outcome=_text(detail, "outcome"),
            execution=_text(detail, "execution"),
            key=_key(_text(detail, "execution"), report),
            at=_time(detail, "at"),
            subject=_text(detail, "subject"),
            version=version if isinstance(version, str) and version else None,
            judgement=_judgement(report),
        )


_WHERE = "docs/events.md describes the event; the workflows publish it."


def _key(execution: str, report: Mapping[str, object]) -> str:
    """A run of Settings has an outcome for each change that it applies."""
    parameter, version = report.get("parameter"), report.get("parameter_version")
    return execution if parameter is None else f"{execution}#{parameter}:{version}"


def _judgement(report: Mapping[str, object]) -> Judgement | None:
    """Only a run that judged a version bills a training, so a later run that reports the same version, for
    example because it deploys it, does not count its score and its hours again."""
    billed = _number(report, "billed_training_seconds")
    if billed is None:
        return None
    return Judgement(
        f1=_number(report, "f1"),
        minimum_f1=_number(report, "minimum_f1"),
        billed_training_seconds=billed,
    )


def _text(detail: Mapping[str, object], name: str) -> str:
    value = detail.get(name)
    if not isinstance(value, str) or not value:
        raise OutcomeInvalid(f'"{name}" is {_shown(value)}; it must be a text that is not empty. {_WHERE}')
    return value


def _time(detail: Mapping[str, object], name: str) -> datetime:
    text = _text(detail, name)
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise OutcomeInvalid(f'"{name}" is {_shown(text)}; it must be an ISO 8601 time. {_WHERE}') from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _number(report: Mapping[str, object], name: str) -> float | None:
    value = report.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise OutcomeInvalid(f'"report.{name}" is {_shown(value)}; it must be a number. {_WHERE}')
    return float(value)


def _shown(value: object) -> str:
    return repr(value)[:80]

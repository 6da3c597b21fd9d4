"""What the workflows ask of this function."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from .errors import RequestInvalid

Purpose = Literal["compare", "smoke", "canary"]


@dataclass(frozen=True, kw_only=True)
class Place:
    """An object in S3."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True, kw_only=True)
class Request:
    """Ask the version `arn`, named `version`, for the labels of the sample's pictures."""

    purpose: Purpose
    version: str
    arn: str
    sample: Place
    per_second: float
    """At most so many pictures a second."""
    pictures_per_label: int | None
    """None for all of the sample."""
    answers: Place | None
    """Where the answers are kept, beside the sample; a later invocation goes on from there."""
    at_most: int | None
    """None for all that were chosen."""
    longest_seconds: int | None
    """After so long nothing more is asked; None for as long as the function may run."""
    turn: int
    """With `at_most`: which part of the chosen pictures, so that one canary after the other asks others."""
    execution: str | None
    """The run that asks: what could not be read is asked again by another one."""
    trained_at: datetime | None
    """When the training of the sample's version began; None where nobody knows: all its pictures are asked
    about then."""

    @classmethod
    def from_event(cls, event: Mapping[str, object]) -> "Request":
        """Parse the event of an invocation.

        Raises:
            RequestInvalid: something is missing, of the wrong type or out of range.
        """
        sample = _sample(event)
        key = event.get("answers_key")
        if key is not None and (not isinstance(key, str) or not key):
            raise RequestInvalid(f'"answers_key" is {key!r}; it must be null or the key of an object.')
        return cls(
            purpose=_purpose(event),
            version=_text(event, "version"),
            arn=_text(event, "arn"),
            sample=sample,
            per_second=_rate(event),
            pictures_per_label=_whole(event, "pictures_per_label", at_least=1),
            answers=None if key is None else Place(bucket=sample.bucket, key=key),
            at_most=_whole(event, "at_most", at_least=1),
            longest_seconds=_whole(event, "longest_seconds", at_least=1),
            turn=_whole(event, "turn", at_least=0) or 0,
            execution=_execution(event),
            trained_at=_time(event.get("trained_at")),
        )


def _purpose(event: Mapping[str, object]) -> Purpose:
    for purpose in get_args(Purpose):
        if event.get("purpose") == purpose:
            found: Purpose = purpose
            return found
    raise RequestInvalid(
        f'"purpose" is {str(event.get("purpose"))[:80]!r}; it must be one of {", ".join(get_args(Purpose))}.'
    )


def _text(event: Mapping[str, object], name: str) -> str:
    value = event.get(name)
    if not isinstance(value, str) or not value:
        raise RequestInvalid(f'"{name}" is {str(value)[:80]!r}; it must be a text.')
    return value


def _execution(event: Mapping[str, object]) -> str | None:
    value = event.get("execution_id")
    if value is not None and not isinstance(value, str):
        raise RequestInvalid(f'"execution_id" is {str(value)[:80]!r}; it must be null or a text.')
    return value


def _time(value: object) -> datetime | None:
    """The time; None for anything else.

    How Step Functions writes a time of an API is not documented; texts of ISO 8601 were seen. The API itself
    has seconds since 1970. A form that nobody has seen yet must not keep a model from being asked.
    """
    try:
        if isinstance(value, str):
            time = datetime.fromisoformat(value)
            return None if time.tzinfo is None else time
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, tz=UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def _rate(event: Mapping[str, object]) -> float:
    value = event.get("per_second")
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise RequestInvalid(f'"per_second" is {str(value)[:80]!r}; it must be a number above 0.')
    return float(value)


def _whole(event: Mapping[str, object], name: str, *, at_least: int) -> int | None:
    value = event.get(name)
    if value is None:
        return None
    # A number may arrive as 3.0: the workflows' expressions know one kind of number only.
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or value != int(value)
        or value < at_least
    ):
        raise RequestInvalid(
            f'"{name}" is {str(value)[:80]!r}; it must be null or a whole number from {at_least}.'
        )
    return int(value)


def _sample(event: Mapping[str, object]) -> Place:
    value = event.get("sample")
    if isinstance(value, Mapping):
        bucket, key = value.get("bucket"), value.get("key")
        if isinstance(bucket, str) and isinstance(key, str) and bucket and key:
            return Place(bucket=bucket, key=key)
    raise RequestInvalid(
        f'"sample" is {str(value)[:200]!r}; it must be an object with "bucket" and "key", of the sample that '
        "judge_evaluation wrote."
    )

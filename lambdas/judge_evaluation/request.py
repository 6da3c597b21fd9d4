"""What the Training workflow asks of this function."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from .errors import RequestInvalid


@dataclass(frozen=True, kw_only=True)
class SummaryLocation:
    """`EvaluationResult.Summary.S3Object` of the version, as DescribeProjectVersions gives it."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True, kw_only=True)
class Request:
    """Whether `version`, with this F1 and this summary, reaches `minimum_f1` (0 to 1).

    `f1` and `summary` are None where the version's description lacks them.
    """

    version: str
    f1: float | None
    summary: SummaryLocation | None
    minimum_f1: float

    @classmethod
    def from_event(cls, event: Mapping[str, object]) -> "Request":
        """Parse the event of an invocation.

        Raises:
            RequestInvalid: something is missing, of the wrong type or out of range.
        """
        version = event.get("version")
        if not isinstance(version, str) or not version:
            raise RequestInvalid(f'"version" is {version!r}; it must be the name of a model version.')
        minimum = _number(event, "minimum_f1")
        if minimum is None or not 0 <= minimum <= 1:
            raise RequestInvalid(
                f'"minimum_f1" is {event.get("minimum_f1")!r}; it must be a number from 0 to 1. '
                "It comes from the parameter Minimum-F1-Score."
            )
        return cls(version=version, f1=_number(event, "f1"), summary=_summary(event), minimum_f1=minimum)


def _number(event: Mapping[str, object], name: str) -> float | None:
    """The number; None for null, and for NaN, which is how a missing score can arrive."""
    value = event.get(name)
    if value is None or value == "NaN":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RequestInvalid(f'"{name}" is {str(value)[:80]!r}; it must be a number or null.')
    return None if math.isnan(value) else float(value)


def _summary(event: Mapping[str, object]) -> SummaryLocation | None:
    value = event.get("summary")
    if value is None:
        return None
    if isinstance(value, Mapping):
        bucket, key = value.get("Bucket"), value.get("Name")
        if isinstance(bucket, str) and isinstance(key, str) and bucket and key:
            return SummaryLocation(bucket=bucket, key=key)
    raise RequestInvalid(
        f'"summary" is {str(value)[:200]!r}; it must be null or an object with "Bucket" and "Name", as '
        "DescribeProjectVersions gives it in EvaluationResult.Summary.S3Object."
    )

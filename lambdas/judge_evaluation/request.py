"""What the Training workflow asks of this function."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

from .errors import RequestInvalid


@dataclass(frozen=True, kw_only=True)
class Location:
    """Of an object in S3."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


ChampionState = Literal["answered", "absent", "itself", "needless"]
"""Of the live model: it was asked; there is no such version any more; it is the version that is judged; it
was not asked, because the version is rejected without."""
_STATES: Final = get_args(ChampionState)


@dataclass(frozen=True, kw_only=True)
class Champion:
    """The live model. `summary` is of its own evaluation, None where its description lacks it; `answers` are
    there where it was asked."""

    version: str
    state: ChampionState
    summary: Location | None
    answers: Location | None


@dataclass(frozen=True, kw_only=True)
class Request:
    """Judge `version`, which has this F1 and this evaluation; or draw its sample.

    `f1`, `summary` and `snapshot` (the testing snapshot) are None where the version's description lacks them.
    `minimum_f1`, `label_floor` and `tolerance` are from 0 to 1; a label needs `support` test pictures to be
    judged by itself. `sample` is where the sample was written, and `champion` None without a live model.
    `digest` is that of the set of pictures, None where the registry does not know the version.
    """

    version: str
    f1: float | None
    summary: Location | None
    minimum_f1: float
    mode: Literal["sample", "judge"] = "judge"
    snapshot: Location | None = None
    digest: str | None = None
    label_floor: float = 0.0
    support: int = 1
    tolerance: float = 0.0
    sample: Location | None = None
    champion: Champion | None = None

    @classmethod
    def from_event(cls, event: Mapping[str, object]) -> "Request":
        """Parse the event of an invocation.

        Raises:
            RequestInvalid: something is missing, of the wrong type or out of range.
        """
        mode = event.get("mode", "judge")
        if mode not in ("sample", "judge"):
            raise RequestInvalid(f'"mode" is {str(mode)[:80]!r}; it must be "sample" or "judge".')
        support = _number(event, "minimum_support")
        return cls(
            mode="sample" if mode == "sample" else "judge",
            version=_name(event, "version"),
            f1=_number(event, "f1"),
            summary=_result_file(event, "summary", "EvaluationResult.Summary"),
            snapshot=_result_file(
                event, "snapshot", "TestingDataResult.Output.Assets[0].GroundTruthManifest"
            ),
            digest=digest if isinstance(digest := event.get("digest"), str) and digest else None,
            minimum_f1=_share(event, "minimum_f1", "Minimum-F1-Score"),
            label_floor=_share(event, "label_floor", "Minimum-Label-F1-Score", default=0.0),
            tolerance=_share(event, "tolerance", "Champion-Tolerance", default=0.0),
            support=1 if support is None else max(1, int(support)),
            sample=_own_file(event, "sample"),
            champion=_champion(event),
        )


def _champion(event: Mapping[str, object]) -> Champion | None:
    value = event.get("champion")
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise RequestInvalid(f'"champion" is {str(value)[:80]!r}; it must be null or an object.')
    state = value.get("state")
    if state not in _STATES:
        raise RequestInvalid(
            f'"state" of the champion is {str(state)[:80]!r}; it must be one of {", ".join(_STATES)}.'
        )
    return Champion(
        version=_name(value, "version"),
        state=cast(ChampionState, state),
        summary=_result_file(value, "summary", "EvaluationResult.Summary"),
        answers=_own_file(value, "answers"),
    )


def _name(event: Mapping[str, object], name: str) -> str:
    value = event.get(name)
    if not isinstance(value, str) or not value:
        raise RequestInvalid(f'"{name}" is {value!r}; it must be the name of a model version.')
    return value


def _share(event: Mapping[str, object], name: str, parameter: str, *, default: float | None = None) -> float:
    value = _number(event, name) if name in event else default
    if value is None or not 0 <= value <= 1:
        raise RequestInvalid(
            f'"{name}" is {event.get(name)!r}; it must be a number from 0 to 1. '
            f"It comes from the parameter {parameter}."
        )
    return value


def _number(event: Mapping[str, object], name: str) -> float | None:
    """The number; None for null, and for NaN, which is how a missing score can arrive."""
    value = event.get(name)
    if value is None or value == "NaN":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RequestInvalid(f'"{name}" is {str(value)[:80]!r}; it must be a number or null.')
    return None if math.isnan(value) else float(value)


def _result_file(event: Mapping[str, object], name: str, member: str) -> Location | None:
    """A file of Rekognition's, as DescribeProjectVersions names it."""
    value = event.get(name)
    if value is None:
        return None
    if isinstance(value, Mapping):
        bucket, key = value.get("Bucket"), value.get("Name")
        if isinstance(bucket, str) and isinstance(key, str) and bucket and key:
            return Location(bucket=bucket, key=key)
    raise RequestInvalid(
        f'"{name}" is {str(value)[:200]!r}; it must be null or an object with "Bucket" and "Name", as '
        f"DescribeProjectVersions gives it in {member}.S3Object."
    )


def _own_file(event: Mapping[str, object], name: str) -> Location | None:
    """A file of the pipeline's own."""
    value = event.get(name)
    if value is None:
        return None
    if isinstance(value, Mapping):
        bucket, key = value.get("bucket"), value.get("key")
        if isinstance(bucket, str) and isinstance(key, str) and bucket and key:
            return Location(bucket=bucket, key=key)
    raise RequestInvalid(
        f'"{name}" is {str(value)[:200]!r}; it must be null or an object with "bucket" and "key".'
    )

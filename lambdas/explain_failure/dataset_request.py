"""What the Training workflow asks about datasets that do not hold all that was written for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .errors import RequestInvalid
from .request import SIDES, Place, Side, place_in

MODE = "datasets"


@dataclass(frozen=True, kw_only=True)
class WrittenDataset:
    """One side's manifest and what Rekognition made of it: `kept` of the `written` lines, `in_error` of
    these with errors."""

    side: Side
    arn: str
    manifest: Place
    written: int
    kept: int
    in_error: int

    @property
    def figures(self) -> dict[str, object]:
        """For the report."""
        return {
            "manifest": str(self.manifest),
            "written": self.written,
            "kept": self.kept,
            "in_error": self.in_error,
        }


@dataclass(frozen=True, kw_only=True)
class DatasetRequest:
    """Which lines are missing or in error; `said` tells in words how many are. `version` is to be trained."""

    version: str
    said: str
    datasets: Sequence[WrittenDataset]

    @classmethod
    def from_event(cls, event: Mapping[str, object]) -> "DatasetRequest":
        """Parse the event of an invocation.

        Raises:
            RequestInvalid: something is missing or of the wrong type.
        """
        datasets = event.get("datasets")
        if not isinstance(datasets, list) or not datasets:
            raise RequestInvalid(f'"datasets" is {str(datasets)[:200]!r}; it must be a list of datasets.')
        return cls(
            version=_text(event, "version"),
            said=_text(event, "said"),
            datasets=[_dataset(found) for found in datasets],
        )


def _dataset(found: object) -> WrittenDataset:
    if not isinstance(found, Mapping):
        raise RequestInvalid(f'"datasets" holds {str(found)[:200]!r}; it must hold objects.')
    side = next((known for known in SIDES if known == found.get("side")), None)
    manifest = place_in(found, "manifest")
    if side is None:
        raise RequestInvalid(f'"side" is {found.get("side")!r}; it must be one of {", ".join(SIDES)}.')
    if manifest is None:
        raise RequestInvalid('"manifest" is missing; it must be an object with "Bucket" and "Name".')
    return WrittenDataset(
        side=side,
        arn=_text(found, "arn"),
        manifest=manifest,
        written=_count(found, "written"),
        kept=_count(found, "kept"),
        in_error=_count(found, "in_error"),
    )


def _text(event: Mapping[str, object], name: str) -> str:
    value = event.get(name)
    if not isinstance(value, str) or not value:
        raise RequestInvalid(f'"{name}" is {str(value)[:80]!r}; it must be a text.')
    return value


def _count(event: Mapping[str, object], name: str) -> int:
    value = event.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise RequestInvalid(f'"{name}" is {str(value)[:80]!r}; it must be a number of lines.')
    return value

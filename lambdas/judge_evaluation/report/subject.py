"""What a report is about, from what was asked and judged."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..drawing import SampleFiles
from ..judge import evaluated
from ..request import Request
from ..snapshot import Reader, TestedPicture
from ..summary import Evaluation
from ..verdict import Verdict
from .asked import Asked


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A judged version. `verdict` is as `judge` has it; `champion` is the live version, None without one."""

    version: str
    judged_at: str
    execution: str
    verdict: Verdict
    evaluation: Evaluation
    pictures: Iterable[TestedPicture] = ()
    model_type: str = "whole_picture"
    digest: str | None = None
    champion: str | None = None
    summary: str | None = None
    billed_seconds: int | None = None
    ended_at: str | None = None


def subject_of(request: Request, verdict: Verdict, asked: Asked, *, store: SampleFiles) -> Subject:
    """The summary is read once more, which is little, and the snapshot as a stream.

    Raises:
        As `judge.evaluated`; also the errors of storage.
    """
    _, evaluation = evaluated(request, store=store)
    champion = request.champion
    return Subject(
        version=request.version,
        judged_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        execution=asked.execution,
        verdict=verdict,
        evaluation=evaluation,
        pictures=_pictures(request, evaluation, store),
        model_type=asked.model_type,
        digest=asked.digest,
        champion=champion.version if champion and champion.state != "itself" else None,
        summary=str(request.summary) if request.summary else None,
        billed_seconds=asked.billed_seconds,
        ended_at=asked.ended_at,
    )


def _pictures(request: Request, evaluation: Evaluation, store: SampleFiles) -> Iterator[TestedPicture]:
    """Nothing is asked of S3 before the first is wanted."""
    lines = store.lines(request.snapshot) if request.snapshot else None
    thresholds = {label.label: label.threshold for label in evaluation.labels if label.threshold is not None}
    yield from Reader(thresholds=thresholds).pictures(lines or ())

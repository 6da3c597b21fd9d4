"""Collects what the report of a judged version tells.

A part that cannot be found out is left out, and `notes` says so.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..errors import JudgeEvaluationError
from ..snapshot import TestedPicture
from . import model
from .changes import OutOfTime, Unreadable, count_changes
from .figures import confusion_of, labels_of
from .history import MOST, Former, Row, former, judgements
from .subject import Subject
from .wrong import most_wrong

TRAINING_USD_PER_HOUR = 1.0
"""As published for US East (N. Virginia) and others; the bill counts."""
SECONDS_TO_RENDER = 20.0
"""Kept for the page and its two files: no part is begun that would take from them."""

_PICTURES_BETWEEN_LOOKS = 5_000

Part = TypeVar("Part")


class Storage(Protocol):
    """`storage` provides it."""

    def place(self, version: str, name: str) -> str:
        """The S3 URI of a file of the report."""

    def write(self, uri: str, content: bytes, *, content_type: str) -> None:
        """Write a file of the report."""

    def inventory(self, digest: str) -> Iterator[bytes] | None:
        """The lines of a set's inventory; None if it is not kept."""

    def picture(self, uri: str, most: int) -> bytes | None:
        """A picture of at most so many bytes."""


class Registry(Protocol):
    """`registry` provides it."""

    def version(self, name: str) -> Row | None:
        """What is known of a version; None if nothing is."""

    def versions(self) -> Iterator[Row]:
        """All versions."""


@dataclass(frozen=True, kw_only=True)
class Means:
    """Where things are read and written, and how long there is for it."""

    storage: Storage
    registry: Registry
    pipeline: str
    region: str
    seconds_left: Callable[[], float] = lambda: float("inf")

    def enough_time(self) -> bool:
        return self.seconds_left() > SECONDS_TO_RENDER


def collected(subject: Subject, means: Means) -> model.Report:
    """All that is known, as `report.json` has it."""
    notes: list[str] = []
    verdict, evaluation = subject.verdict, subject.evaluation
    name = subject.champion
    known = (
        _part(notes, "the live model's figures", Former(), lambda: former(means.registry.version(name)))
        if name
        else Former()
    )
    nothing: list[model.Judgement] = []
    before = _part(
        notes,
        "the earlier versions",
        nothing,
        lambda: judgements(means.registry.versions(), without=subject.version, most=MOST - 1),
    )
    now = model.Judgement(
        version=subject.version,
        judged_at=subject.judged_at,
        f1=verdict["f1"],
        outcome=str(verdict["verdict"]),
    )
    return model.Report(
        schema_version=model.SCHEMA_VERSION,
        pipeline=means.pipeline,
        version=subject.version,
        judged_at=subject.judged_at,
        execution=subject.execution,
        model_type=subject.model_type,
        verdict=model.VerdictReport(
            verdict=verdict["verdict"],
            reason=verdict["reason"],
            rules=list(verdict["rules"]),
            comparison=verdict["comparison"],
            warnings=list(verdict["warnings"]),
        ),
        scores=model.Scores(
            f1=verdict["f1"],
            precision=verdict["precision"],
            recall=verdict["recall"],
            minimum_f1=verdict["minimum_f1"],
        ),
        champion=model.Champion(version=name, f1=known.f1, comparison=verdict["comparison"])
        if name
        else None,
        history=[*before, now],
        labels=labels_of(evaluation, verdict, known),
        confusion=confusion_of(evaluation),
        most_wrong=_part(
            notes, "the pictures it got wrong", [], lambda: most_wrong(_in_time(subject.pictures, means))
        ),
        data_set=model.DataSet(
            train=evaluation.train_pictures,
            test=evaluation.test_pictures,
            changes=_part(
                notes, "the changes of the data set", None, lambda: _changes(subject, known, means)
            ),
        ),
        training=_training(subject),
        files=model.Files(
            page=means.storage.place(subject.version, "report.html"),
            document=means.storage.place(subject.version, "report.json"),
            summary=subject.summary,
        ),
        notes=notes,
    )


def _part(notes: list[str], what: str, otherwise: Part, find: Callable[[], Part]) -> Part:
    try:
        return find()
    except OutOfTime:
        notes.append(f"There was no time left for {what}.")
    except (JudgeEvaluationError, Unreadable) as error:
        notes.append(f"Nothing could be found out about {what}: {error}")
    return otherwise


def _in_time(pictures: Iterable[TestedPicture], means: Means) -> Iterator[TestedPicture]:
    for number, picture in enumerate(pictures, start=1):
        if number % _PICTURES_BETWEEN_LOOKS == 0 and not means.enough_time():
            raise OutOfTime
        yield picture


def _changes(subject: Subject, known: Former, means: Means) -> model.Changes | None:
    if not (subject.champion and subject.digest and known.digest):
        return None
    now, before = means.storage.inventory(subject.digest), means.storage.inventory(known.digest)
    if now is None or before is None:
        return None
    counts = count_changes(now, before, enough_time=means.enough_time)
    return model.Changes(
        since=subject.champion,
        added=counts.added,
        replaced=counts.replaced,
        relabelled=counts.relabelled,
        removed=counts.removed,
    )


def _training(subject: Subject) -> model.Training:
    seconds = subject.billed_seconds
    return model.Training(
        billed_seconds=seconds,
        usd=None if seconds is None else round(seconds / 3600 * TRAINING_USD_PER_HOUR, 2),
        ended_at=subject.ended_at,
    )

"""Tells of the set that a source makes, writes and checks it: as `..build` and `..checking` do of folders."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..build import count_new_since, store_set, youngest_seconds
from ..checking import CheckResult, store_check
from ..digest import version_name_of
from ..errors import PicturesChanged
from ..labelled.model_type import Style
from ..labelled.writing import written_line
from ..limits import SetLimits
from ..ports import SetRegistry
from ..preflight.examined import Examined, labels_of
from ..preflight.tally import Tally
from ..preflight.verdict import Rules, Verdict
from ..report import (
    BuildResult,
    PictureCounts,
    Sides,
    SkippedCounts,
    shorten_labels,
    sides_warnings,
)
from ..request import Request
from ..sweep import sweep
from .data_source import DataSource
from .labelled_set import LabelledSet, labelled_set
from .ports import Access


def check_labelled(
    request: Request,
    source: DataSource,
    *,
    access: Access,
    limits: SetLimits,
) -> CheckResult:
    """See `..checking.check`.

    Raises:
        As `labelled_set`.
    """
    read = _read(request, source, access, limits)
    return store_check(read.verdict, read.digest, access.store, lasting=read.lasting)


def build_labelled(
    request: Request,
    source: DataSource,
    *,
    access: Access,
    registry: SetRegistry,
    limits: SetLimits,
    now: Callable[[], datetime],
) -> BuildResult:
    """See `..build.build`: the same result, of the pictures that can be used.

    Raises:
        As `labelled_set`; PicturesChanged also if the set to write no longer passes its check.
    """
    read = _read(request, source, access, limits)
    verdict, store = read.verdict, access.store
    counts = _counts(verdict)
    warnings = [] if read.split is None else sides_warnings(read.split)
    new_pictures = count_new_since(read.records, request.previous_digest, store, warnings)
    manifests = None
    if request.mode == "write":
        if not verdict.passed:
            raise PicturesChanged(
                f"The set of {source} passed its check before, and does not now. Nothing was written: the "
                "next run checks it again."
            )
        manifests = store_set(
            read.digest,
            store,
            train=_lines(verdict.train, verdict.purpose.train),
            test=_lines(verdict.test or (), verdict.purpose.test),
            inventory=read.records,
        )
        sweep(store, registry, keep={read.digest, request.previous_digest or read.digest})
    return BuildResult(
        digest=read.digest,
        version_name=version_name_of(read.digest),
        bucket=store.name,
        model_type=str(verdict.purpose.model),
        data_source=str(source),
        left_out=sum(tally.bad + tally.ignored for tally in _tallies(verdict)),
        pictures=shorten_labels(counts, warnings),
        new_pictures=new_pictures,
        youngest_seconds=youngest_seconds(read.newest, now()),
        skipped=SkippedCounts(total=0, reasons={}),
        warnings=warnings,
        problem=None,
        manifests=manifests,
    )


def _read(
    request: Request,
    source: DataSource,
    access: Access,
    limits: SetLimits,
) -> LabelledSet:
    return labelled_set(
        source,
        expected=None if request.mode == "measure" else request.digest,
        access=access,
        rules=Rules(
            limits=limits,
            minimum_images_per_label=request.minimum_images_per_label,
            quarantine=request.quarantine,
        ),
    )


def _lines(pictures: Iterable[Examined], style: Style) -> Iterable[bytes]:
    return (written_line(one.picture, style, size=one.size) for one in pictures)


def _counts(verdict: Verdict) -> PictureCounts:
    test = verdict.test or []
    trained = Counter(label for one in verdict.train for label in labels_of(one.picture))
    tested = Counter(label for one in test for label in labels_of(one.picture))
    return PictureCounts(
        total=len(verdict.train) + len(test),
        train=len(verdict.train),
        test=len(test),
        labels={
            label: Sides(train=trained[label], test=tested[label])
            for label in sorted(trained.keys() | tested.keys())
        },
    )


def _tallies(verdict: Verdict) -> list[Tally]:
    return [tally for tally in (verdict.train_tally, verdict.test_tally) if tally is not None]

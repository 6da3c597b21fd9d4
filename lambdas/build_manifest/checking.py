"""Whether Rekognition would train the set, told before anything is paid."""

from collections.abc import Sequence
from typing import TypedDict

from .build import selected
from .layout import check_report_key
from .limits import SetLimits
from .picture_headers import examine
from .ports import PictureStore
from .preflight.examined import Examined
from .preflight.page import page_of
from .preflight.report import as_json, report_of
from .preflight.sorting import Given
from .preflight.verdict import Rules, Verdict, judge
from .preflight.words import in_words
from .quarantine import examined, usable_keys
from .request import Request
from .selection import Picture
from .split import split_set


class CheckResult(TypedDict):
    """`passed`: whether the set may be trained. `errors`, `warnings` and `quarantined` are counts, `words`
    tell of the errors for a message, and `report` is the S3 URI of the page that tells of all. `lasting`:
    whether the same pictures would be judged the same again; not if some could not be read."""

    passed: bool
    errors: int
    warnings: int
    quarantined: int
    lasting: bool
    words: str
    report: str


def check(request: Request, *, store: PictureStore, limits: SetLimits) -> CheckResult:
    """Judge the set by every documented rule, and store a report beside its manifests.

    Raises:
        PicturesChanged: this is not the set that was measured.
        ImageUnreadable, StorageDenied, StorageUnavailable, StorageRefused: see `errors`.
    """
    selection, digest = selected(request, store)
    rules = Rules(
        limits=limits,
        minimum_images_per_label=request.minimum_images_per_label,
        quarantine=request.quarantine,
    )
    verdict = _judge(selection.pictures, store, rules)
    missing = verdict.train_tally.missing + (verdict.test_tally.missing if verdict.test_tally else 0)
    return store_check(verdict, digest, store, lasting=missing == 0)


def store_check(verdict: Verdict, digest: str, store: PictureStore, *, lasting: bool) -> CheckResult:
    """Store what was found beside the set's manifests, and tell of it in short."""
    report = report_of(verdict)
    page = check_report_key(digest, "html")
    store.write(check_report_key(digest, "json"), as_json(report), content_type="application/json")
    store.write(page, page_of(report), content_type="text/html; charset=utf-8")
    return CheckResult(
        passed=verdict.passed,
        errors=verdict.errors.total,
        warnings=verdict.warnings.total,
        quarantined=verdict.quarantined.total,
        lasting=lasting,
        words=in_words(verdict.errors, *([] if verdict.passed else [verdict.quarantined])),
        report=f"s3://{store.name}/{page}",
    )


def _judge(pictures: Sequence[Picture], store: PictureStore, rules: Rules) -> Verdict:
    """Judge the sides as they would be written.

    A bad picture counts on the side where it would be if it were not bad.
    """
    seen = examined(pictures, examine(pictures, store), bucket=store.name)
    good = usable_keys(seen)
    split = split_set((picture for picture in pictures if picture.key in good), rules.limits)
    of_all = split if len(good) == len(pictures) else split_set(pictures, rules.limits)
    sides: tuple[list[Examined], list[Examined]] = ([], [])
    for picture, one in zip(pictures, seen, strict=True):
        which = split if picture.key in good else of_all
        sides[which.tests(picture)].append(one)
    return judge(Given(sides[False]), Given(sides[True]), rules)

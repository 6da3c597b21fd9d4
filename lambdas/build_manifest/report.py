"""The function's result: what the workflow decides by, and what the operator is told.

A Step Functions state takes 256 KiB, and exceeding it is not caught by States.ALL. So lists are cut:
250 labels and 64 KiB of them, five examples a reason, names at 200 characters.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypedDict

from .limits import MAX_LABELS, MIN_LABEL_OVERLAP, SetLimits
from .selection import EXAMPLES_PER_REASON, Picture, Skipped
from .split import Split

_LABELS_BYTES = 64 * 1024
_NAME_LENGTH = 200
# Fewer than either is the workflow's to refuse, with a reason of its own.
_SMALLEST_SET = 10
_FEWEST_LABELS = 2


class Sides(TypedDict):
    train: int
    test: int


class PictureCounts(TypedDict):
    total: int
    train: int
    test: int
    labels: dict[str, Sides]


class SkippedReason(TypedDict):
    count: int
    examples: list[str]


class SkippedCounts(TypedDict):
    total: int
    reasons: dict[str, SkippedReason]


class ManifestKeys(TypedDict):
    train: str
    test: str
    inventory: str


class BuildResult(TypedDict):
    """See `build` for the meaning of each."""

    digest: str
    version_name: str
    bucket: str
    model_type: str
    data_source: str
    left_out: int
    pictures: PictureCounts
    new_pictures: int
    youngest_seconds: int | None
    skipped: SkippedCounts
    warnings: list[str]
    problem: str | None
    manifests: ManifestKeys | None


def count_pictures(pictures: Sequence[Picture], split: Split) -> PictureCounts:
    """Count every label; the result may have to be shortened before it is returned."""
    lines = Counter(picture.label for picture in pictures)
    tested = Counter(picture.label for picture in pictures if split.tests(picture))
    test = tested.total()
    return PictureCounts(
        total=len(pictures),
        train=len(pictures) - test,
        test=test,
        labels={
            label: Sides(train=count - tested[label], test=tested[label]) for label, count in lines.items()
        },
    )


def why_untrainable(counts: PictureCounts, limits: SetLimits) -> str | None:
    """Why Rekognition would refuse the set, in words; None if it would not.

    Silent about sets too small to train, which the workflow refuses with a better reason.
    """
    labels = counts["labels"]
    if len(labels) > MAX_LABELS:
        return (
            f"The pictures have {len(labels):,} labels, and a model can have at most {MAX_LABELS}. "
            "Each folder directly under images_labeled_by_folder/ is a label: join or remove some."
        )
    if counts["train"] > limits.train:
        return (
            f"The set has {counts['train']:,} pictures to train on, and a dataset in this Region takes at "
            f"most {limits.train:,}. Remove pictures from images_labeled_by_folder/."
        )
    if len(labels) < _FEWEST_LABELS or counts["total"] < _SMALLEST_SET:
        return None
    tested = sum(1 for sides in labels.values() if sides["test"])
    if tested < MIN_LABEL_OVERLAP * len(labels):
        return (
            f"{tested} of {len(labels)} labels have a picture to test the model with, and at least half must."
            " A label needs two different pictures, better ten: copies of one picture count once."
        )
    return None


def split_warnings(split: Split) -> list[str]:
    """Of a set in which a picture has one label."""
    return [*sides_warnings(split), *_contradictions(split)]


def sides_warnings(split: Split) -> list[str]:
    """Of labels that are not on both sides."""
    warnings = []
    if split.train_only:
        warnings.append(
            f"{_labels(len(split.train_only))} a single distinct picture, which trains the model and cannot "
            f"test it: {_some(split.train_only)}. Add different pictures under the label."
        )
    if split.untested:
        warnings.append(
            f"{_labels(len(split.untested))} no picture in the test set, because each is also filed under "
            f"another label that needs it for training: {_some(split.untested)}."
        )
    return warnings


def _contradictions(split: Split) -> list[str]:
    warnings = []
    if split.contradictions:
        pairs = [f"{shortened(one)} and {shortened(other)}" for one, other in split.contradiction_examples]
        warnings.append(
            f"{split.contradictions:,} pictures are filed under more than one label, which teaches the model "
            f"a contradiction: {'; '.join(pairs)}{_more(split.contradictions)}. Keep each under one label."
        )
    return warnings


def report_skipped(skipped: Mapping[str, Skipped]) -> SkippedCounts:
    return SkippedCounts(
        total=sum(reason.count for reason in skipped.values()),
        reasons={
            name: SkippedReason(count=reason.count, examples=[shortened(key) for key in reason.examples])
            for name, reason in sorted(skipped.items())
        },
    )


def shorten_labels(counts: PictureCounts, warnings: list[str]) -> PictureCounts:
    """List as many labels as a result has room for, by name; say so if that is not all."""
    labels: dict[str, Sides] = {}
    used = 0
    for label, sides in sorted(counts["labels"].items()):
        used += len(json.dumps({label: sides}, ensure_ascii=False).encode())
        if len(labels) == MAX_LABELS or used > _LABELS_BYTES:
            warnings.append(f"Only the first {len(labels)} of {len(counts['labels']):,} labels are listed.")
            break
        labels[label] = sides
    return PictureCounts(total=counts["total"], train=counts["train"], test=counts["test"], labels=labels)


def shortened(name: str) -> str:
    return name if len(name) <= _NAME_LENGTH else f"{name[: _NAME_LENGTH - 1]}…"


def _labels(count: int) -> str:
    return "1 label has" if count == 1 else f"{count:,} labels have"


def _some(names: Sequence[str]) -> str:
    return ", ".join(shortened(name) for name in names[:EXAMPLES_PER_REASON]) + _more(len(names))


def _more(count: int) -> str:
    return f" and {count - EXAMPLES_PER_REASON:,} more" if count > EXAMPLES_PER_REASON else ""

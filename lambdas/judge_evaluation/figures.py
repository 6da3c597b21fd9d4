"""The figures of a verdict: rounded, in order, and as many as a state takes."""

import json
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from .rules import is_judged
from .summary import Evaluation, LabelEvaluation
from .verdict import Comparison, LabelVerdict, Verdict
from .words import listed, name

# Rekognition's scores are single precision: 0.8 arrives as 0.800000011920929, and a score that is
# 0.8 by arithmetic can come out one step lower, as 0.79999995. Six decimals are coarser than that
# error (6e-8) and finer than any difference that matters, so scores are rounded to them before
# they are compared and reported: what the operator reads is what was judged.
DECIMALS: Final = 6
_DISAGREEMENT: Final = 0.001
# A Step Functions state takes 256 KiB, and exceeding it is not caught by States.ALL.
_LABELS_BYTES: Final = 64 * 1024
_COMPARED_BYTES: Final = 32 * 1024

Entry = TypeVar("Entry")


def shortened(verdict: Verdict) -> Verdict:
    """As much of the verdict as a state takes; the warnings say what was left out."""
    warnings = list(verdict["warnings"])
    labels = _fitting(verdict["labels"], _LABELS_BYTES)
    if len(labels) < len(verdict["labels"]):
        warnings.append(f"Only the {len(labels)} worst of {len(verdict['labels'])} labels are listed.")
    comparison = verdict["comparison"]
    if comparison is not None:
        compared: Comparison = {**comparison, "labels": _fitting(comparison["labels"], _COMPARED_BYTES)}
        comparison = compared
    return {**verdict, "labels": labels, "comparison": comparison, "warnings": warnings}


def warnings_about(f1: float, evaluation: Evaluation) -> list[str]:
    """What the figures do not say by themselves."""
    warnings = []
    if evaluation.f1 is not None and abs(evaluation.f1 - f1) > _DISAGREEMENT:
        warnings.append(
            f"The evaluation summary gives an F1 of {round(evaluation.f1, DECIMALS)}, the version's "
            f"description {f1}; the description was judged."
        )
    if evaluation.untested:
        one = len(evaluation.untested) == 1
        warnings.append(
            f"{'Label' if one else 'Labels'} {listed([name(label) for label in evaluation.untested])} had no "
            f"test picture, so the F1 says nothing about {'it' if one else 'them'}. Add different pictures "
            "under each."
        )
    return warnings


def label_verdicts(labels: Iterable[LabelEvaluation], *, support: int) -> list[LabelVerdict]:
    """The worst first, and before them those without a score."""
    ordered = sorted(labels, key=lambda found: (found.f1 is not None, found.f1 or 0, found.label))
    return [
        LabelVerdict(
            label=found.label,
            f1=rounded(found.f1),
            precision=rounded(found.precision),
            recall=rounded(found.recall),
            threshold=rounded(found.threshold),
            test_pictures=found.test_pictures,
            judged=is_judged(found, support=support),
        )
        for found in ordered
    ]


def _fitting(entries: Sequence[Entry], most_bytes: int) -> list[Entry]:
    used = 0
    for number, entry in enumerate(entries):
        used += len(json.dumps(entry, ensure_ascii=False).encode())
        if used > most_bytes:
            return list(entries[:number])
    return list(entries)


def rounded(score: float | None) -> float | None:
    """A score as it is judged and reported."""
    return None if score is None else round(score, DECIMALS)

"""The verdict on a model version: is it good enough to serve?"""

import json
from collections.abc import Iterable, Sequence
from typing import Protocol, TypedDict

from .errors import EvaluationMissing, EvaluationUnreadable
from .request import Request, SummaryLocation
from .summary import Evaluation, LabelEvaluation, read_summary

# Rekognition's scores are single precision: 0.8 arrives as 0.800000011920929, and a score that is
# 0.8 by arithmetic can come out one step lower, as 0.79999995. Six decimals are coarser than that
# error (6e-8) and finer than any difference that matters, so scores are rounded to them before
# they are compared and reported: what the operator reads is what was judged.
_DECIMALS = 6
_DISAGREEMENT = 0.001

# A Step Functions state takes 256 KiB, and exceeding it is not caught by States.ALL.
_LABELS_BYTES = 64 * 1024
_NAMED_LABELS = 5
_NAME_LENGTH = 200


class SummaryStore(Protocol):
    """Where evaluation summaries are; `evaluation_store` provides it."""

    def read(self, location: SummaryLocation) -> bytes | None:
        """The summary; None if there is no such object."""


class LabelVerdict(TypedDict):
    label: str
    f1: float | None
    precision: float | None
    recall: float | None
    threshold: float | None
    test_pictures: int


class Verdict(TypedDict):
    """`labels` come worst first, so that a cut list keeps those that need better pictures."""

    f1: float
    minimum_f1: float
    accepted: bool
    precision: float | None
    recall: float | None
    labels: list[LabelVerdict]
    warnings: list[str]


def judge(request: Request, *, store: SummaryStore) -> Verdict:
    """Compare the version's F1 with the minimum, and collect the figures of its labels.

    The F1 that counts is the one in the version's description; the summary explains it.

    Raises:
        EvaluationMissing: the version has no F1 or no summary.
        EvaluationUnreadable: the F1 is no score, or the summary is not one.
        StorageDenied, StorageUnavailable, StorageRefused: the summary could not be fetched.
    """
    f1 = _f1_of(request)
    evaluation = _evaluation_of(request, store)
    warnings = _warnings(f1, evaluation)
    minimum = round(request.minimum_f1, _DECIMALS)
    return Verdict(
        f1=f1,
        minimum_f1=minimum,
        accepted=f1 >= minimum,
        precision=_rounded(evaluation.precision),
        recall=_rounded(evaluation.recall),
        labels=_label_verdicts(evaluation.labels, warnings),
        warnings=warnings,
    )


def _f1_of(request: Request) -> float:
    if request.f1 is None:
        raise EvaluationMissing(
            f"Model version {request.version} has no F1 score, though it was trained, and cannot be judged. "
            "Look at its evaluation in the Custom Labels console; train it anew by starting the workflow "
            'Training with {"force": true}.'
        )
    f1 = round(request.f1, _DECIMALS)
    if not 0 <= f1 <= 1:
        raise EvaluationUnreadable(
            f"The F1 score of model version {request.version} is {request.f1}, and a score is from 0 to 1."
        )
    return f1


def _evaluation_of(request: Request, store: SummaryStore) -> Evaluation:
    if request.summary is None:
        raise EvaluationMissing(f"Model version {request.version} names no evaluation summary.")
    content = store.read(request.summary)
    if content is None:
        raise EvaluationMissing(
            f"The evaluation summary of model version {request.version} is not at {request.summary}, where "
            "Rekognition says it put it. If it was deleted, restore it: the bucket keeps earlier versions."
        )
    return read_summary(content, where=str(request.summary))


def _warnings(f1: float, evaluation: Evaluation) -> list[str]:
    warnings = []
    if evaluation.f1 is not None and abs(evaluation.f1 - f1) > _DISAGREEMENT:
        warnings.append(
            f"The evaluation summary gives an F1 of {round(evaluation.f1, _DECIMALS)}, the version's "
            f"description {f1}; the description was judged."
        )
    if evaluation.untested:
        warnings.append(
            f"{_some(evaluation.untested)} had no test picture, so the F1 says nothing about "
            f"{'it' if len(evaluation.untested) == 1 else 'them'}. Add different pictures under each."
        )
    return warnings


def _label_verdicts(labels: Iterable[LabelEvaluation], warnings: list[str]) -> list[LabelVerdict]:
    ordered = sorted(labels, key=lambda found: (found.f1 is not None, found.f1 or 0, found.label))
    verdicts: list[LabelVerdict] = []
    used = 0
    for found in ordered:
        verdict = LabelVerdict(
            label=found.label,
            f1=_rounded(found.f1),
            precision=_rounded(found.precision),
            recall=_rounded(found.recall),
            threshold=_rounded(found.threshold),
            test_pictures=found.test_pictures,
        )
        used += len(json.dumps(verdict, ensure_ascii=False).encode())
        if used > _LABELS_BYTES:
            warnings.append(f"Only the {len(verdicts)} worst of {len(ordered)} labels are listed.")
            break
        verdicts.append(verdict)
    return verdicts


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, _DECIMALS)


def _some(labels: Sequence[str]) -> str:
    names = ", ".join(
        label if len(label) <= _NAME_LENGTH else f"{label[: _NAME_LENGTH - 1]}…"
        for label in labels[:_NAMED_LABELS]
    )
    more = len(labels) - _NAMED_LABELS
    noun = "Label" if len(labels) == 1 else "Labels"
    return f"{noun} {names}{f' and {more} more' if more > 0 else ''}"

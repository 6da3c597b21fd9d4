"""The figures of labels, as Rekognition found them in the version's own test."""

from collections.abc import Collection

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..summary import Evaluation
from ..verdict import Verdict
from .history import Former
from .model import Cell, Confusion, LabelReport

_DECIMALS = 6


def labels_of(evaluation: Evaluation, verdict: Verdict, known: Former) -> list[LabelReport]:
    """Of all labels, the worst first, and those without a test picture last."""
    judged = {label["label"] for label in verdict["labels"] if label["judged"]}
    listed = {label.label for label in evaluation.labels}
    labels = [
        LabelReport(
            label=label.label,
            f1=_rounded(label.f1),
            precision=_rounded(label.precision),
            recall=_rounded(label.recall),
            threshold=_rounded(label.threshold),
            test_pictures=label.test_pictures,
            champion_f1=known.label_f1.get(label.label),
            judged=label.label in judged,
        )
        for label in evaluation.labels
    ]
    labels += _untested(evaluation, listed, known)
    return sorted(labels, key=lambda each: (each["f1"] is None, each["f1"] or 0.0, each["label"]))


def _untested(evaluation: Evaluation, listed: Collection[str], known: Former) -> list[LabelReport]:
    return [
        LabelReport(
            label=label,
            f1=None,
            precision=None,
            recall=None,
            threshold=None,
            test_pictures=0,
            champion_f1=known.label_f1.get(label),
            judged=False,
        )
        for label in evaluation.untested
        if label not in listed
    ]


def confusion_of(evaluation: Evaluation) -> Confusion | None:
    if not evaluation.confusion:
        return None
    return Confusion(
        labels=sorted({name for cell in evaluation.confusion for name in (cell.truth, cell.predicted)}),
        cells=[
            Cell(truth=cell.truth, predicted=cell.predicted, share=round(cell.share, _DECIMALS))
            for cell in evaluation.confusion
        ],
    )


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, _DECIMALS)

"""How good a model of object locations is on the test pictures.

A box found is right when its label is that of a true box which it overlaps well enough and which no surer
one has taken. F1, precision, recall and thresholds are those of `evaluation`, over boxes instead of pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from local_aws.rekognition.box_geometry import overlaps
from local_aws.rekognition.box_model import Found
from local_aws.rekognition.box_truth import TruthBoxes
from local_aws.rekognition.evaluation import Figures, LabelMetrics, Scores, Truth, metrics_at_best

RIGHT_IOU = 0.5
Matches = npt.NDArray[np.intp]
"""For each box found the row of the true box that it found, or NOTHING."""
NOTHING = -1


@dataclass(frozen=True, kw_only=True)
class BoxEvaluation(Figures):
    """The test of a model of object locations."""

    average_precision: float
    """Area under precision by recall, averaged over the tested labels."""
    average_recall: float
    """Recall without any threshold, averaged over the tested labels."""

    def own_figures(self) -> dict[str, Any]:
        return {"AveragePrecision": self.average_precision, "AverageRecall": self.average_recall}


@dataclass(frozen=True, kw_only=True)
class LabelResult:
    """What was found of one label in all test pictures."""

    scores: Scores
    is_right: Truth
    positives: int
    """True boxes, found or not."""
    pictures: int
    """Test pictures that show it."""


def match(found: Found, truth: TruthBoxes, labels: Sequence[str]) -> Matches:
    """Pair what was found with what is there, the surest first, each true box once."""
    matches = np.full(len(found.scores), NOTHING)
    iou = overlaps(found.boxes, truth.boxes)
    is_label = [[labels[column] == label for label in truth.labels] for column in found.labels]
    is_free = np.array(is_label, dtype=bool).reshape(iou.shape) & (iou >= RIGHT_IOU)
    free = np.where(is_free, iou, 0.0)
    for row in range(len(matches)):
        if free.shape[1] and free[row].max() > 0:
            matches[row] = free[row].argmax()
            free[:, matches[row]] = 0
    return matches


def evaluate_boxes(
    labels: Sequence[str], found: Sequence[Found], truths: Sequence[TruthBoxes]
) -> BoxEvaluation:
    """Figures of a model that found that in the test pictures."""
    matches = [match(*pair, labels) for pair in zip(found, truths, strict=True)]
    results = [_result(label, column, found, truths, matches) for column, label in enumerate(labels)]
    tested = [result for result in results if result.positives]
    return BoxEvaluation(
        labels=tuple(_metrics(label, result) for label, result in zip(labels, results, strict=True)),
        average_precision=_mean([_average_precision(result) for result in tested]),
        average_recall=_mean([float(result.is_right.sum() / result.positives) for result in tested]),
    )


def _result(
    label: str,
    column: int,
    found: Sequence[Found],
    truths: Sequence[TruthBoxes],
    matches: Sequence[Matches],
) -> LabelResult:
    scores, is_right = [np.zeros(0)], [np.zeros(0, dtype=bool)]
    for item, rows in zip(found, matches, strict=True):
        is_label = item.labels == column
        scores.append(item.scores[is_label])
        is_right.append(rows[is_label] != NOTHING)
    counts = [truth.labels.count(label) for truth in truths]
    return LabelResult(
        scores=np.concatenate(scores),
        is_right=np.concatenate(is_right),
        positives=sum(counts),
        pictures=sum(1 for count in counts if count),
    )


def _metrics(label: str, result: LabelResult) -> LabelMetrics:
    return metrics_at_best(
        label, result.scores, result.is_right, positives=result.positives, test_pictures=result.pictures
    )


def _average_precision(result: LabelResult) -> float:
    """Each right box adds the best precision that is had at its recall or a higher one."""
    right = result.is_right[np.argsort(-result.scores, kind="stable")]
    precision = right.cumsum() / np.arange(1, len(right) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best[right].sum() / result.positives)


def _mean(figures: Sequence[float]) -> float:
    return sum(figures) / len(figures) if figures else 0.0

"""How good a model is on the test pictures, in the figures and files of the service.

The Custom Labels guide ("Metrics for evaluating your model"): a label's assumed threshold is the one with
the best F1 on the test pictures; the model's F1, precision and recall are the averages over its labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

Scores = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]

CANDIDATES = np.linspace(0.005, 0.995, 199)
"""Thresholds that are tried."""
BLUR = 0.05
"""How far a new picture's score may lie from that of a test picture like it."""


@dataclass(frozen=True, kw_only=True)
class LabelMetrics:
    """One label's figures at its assumed threshold."""

    label: str
    f1: float
    precision: float
    recall: float
    threshold: float
    test_pictures: int

    @property
    def as_json(self) -> dict[str, Any]:
        """An item of LabelEvaluationResults."""
        return {
            "Label": self.label,
            "NumberOfTestingImages": self.test_pictures,
            "Metrics": {
                "F1Score": self.f1,
                "Precision": self.precision,
                "Recall": self.recall,
                "Threshold": self.threshold,
            },
        }


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The whole test, of whichever kind of model."""

    labels: tuple[LabelMetrics, ...]
    """In the order of the model's labels."""

    @property
    def f1(self) -> float:
        """Average over the labels; one without a test picture says nothing and does not count."""
        return self._average("f1")

    @property
    def thresholds(self) -> dict[str, float]:
        """Assumed threshold by label."""
        return {metrics.label: metrics.threshold for metrics in self.labels}

    def _average(self, figure: str) -> float:
        tested = [getattr(metrics, figure) for metrics in self.labels if metrics.test_pictures]
        return sum(tested) / len(tested) if tested else 0.0

    def own_figures(self) -> dict[str, Any]:
        """Aggregated figures that only this kind of model has."""
        return {}

    def summary(self, *, version_arn: str, train: int, test: int, ended: float) -> dict[str, Any]:
        """The evaluation summary file (guide, "Accessing the model summary file", flat layout)."""
        return {
            "Version": 1,
            "AggregatedEvaluationResults": {
                **self.own_figures(),
                "F1Score": self.f1,
                "Precision": self._average("precision"),
                "Recall": self._average("recall"),
            },
            "EvaluationDetails": {
                "EvaluationEndTimestamp": timestamp(ended),
                "Labels": [metrics.label for metrics in self.labels],
                "NumberOfTestingImages": test,
                "NumberOfTrainingImages": train,
                "ProjectVersionArn": version_arn,
            },
            "LabelEvaluationResults": [
                metrics.as_json for metrics in sorted(self.labels, key=lambda item: -item.f1)
            ],
        }


@dataclass(frozen=True, kw_only=True)
class Evaluation(Figures):
    """The test of a model of image-level labels."""

    confusion: tuple[tuple[str, str, float], ...]
    """Truth, prediction, share of the truth's pictures; pairs that never happened are left out."""

    def own_figures(self) -> dict[str, Any]:
        return {
            "ConfusionMatrix": [
                {"GroundTruthLabel": truth, "PredictedLabel": predicted, "Value": share}
                for truth, predicted, share in self.confusion
            ]
        }


def timestamp(wall: float) -> str:
    """UTC without a zone, as in the guide's files."""
    return datetime.fromtimestamp(wall, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def evaluate(labels: Sequence[str], scores: Scores, truths: Sequence[frozenset[str]]) -> Evaluation:
    """Figures of a model that gave the test pictures those scores (one row a picture)."""
    truth = np.array([[label in present for label in labels] for present in truths], dtype=bool)
    truth = truth.reshape(len(truths), len(labels))
    metrics = [
        _label_metrics(label, scores[:, column], truth[:, column]) for column, label in enumerate(labels)
    ]
    return Evaluation(labels=tuple(metrics), confusion=tuple(_confusion(labels, scores, truth)))


def _label_metrics(label: str, scores: Scores, is_true: Truth) -> LabelMetrics:
    positives = int(is_true.sum())
    return metrics_at_best(label, scores, is_true, positives=positives, test_pictures=positives)


def metrics_at_best(
    label: str, scores: Scores, is_true: Truth, *, positives: int, test_pictures: int
) -> LabelMetrics:
    """A label's figures at its assumed threshold. Of its positives, some may have no score at all."""
    threshold = assumed_threshold(scores, is_true, missed=positives - int(is_true.sum()))
    found = scores >= threshold
    hits = int((found & is_true).sum())
    precision = hits / int(found.sum()) if found.any() else 0.0
    recall = hits / positives if positives else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return LabelMetrics(
        label=label,
        f1=f1,
        precision=precision,
        recall=recall,
        threshold=threshold,
        test_pictures=test_pictures,
    )


def assumed_threshold(scores: Scores, is_true: Truth, *, missed: int = 0) -> float:
    """The threshold with the best F1, midway between the two scores that it separates.

    Each score stands for new pictures that score about the same (`BLUR`), so that a hair's breadth between
    two pictures is no place for a threshold. Without a picture of the label: half-way, or midway between
    the highest score and certainty when that score is above. `missed` counts what has no score to reach it.
    """
    highest = float(scores.max()) if len(scores) else 0.0
    if not is_true.any():
        return 0.5 if highest < 0.5 else (highest + 1) / 2
    reach = ndtr((scores[None, :] - CANDIDATES[:, None]) / BLUR)
    hits = reach[:, is_true].sum(axis=1)
    f1 = 2 * hits / (reach.sum(axis=1) + is_true.sum() + missed)
    ranked = np.concatenate([[0.0], np.sort(scores), [1.0]])
    above = np.searchsorted(ranked[1:-1], CANDIDATES) + 1
    gaps = ranked[above] - ranked[above - 1]
    best = np.flatnonzero((f1 >= f1.max() - 1e-3) & (highest >= CANDIDATES))
    chosen = above[best[np.argmax(gaps[best])]] if len(best) else len(scores)
    return float((ranked[chosen - 1] + ranked[chosen]) / 2)


def _confusion(labels: Sequence[str], scores: Scores, truth: Truth) -> list[tuple[str, str, float]]:
    """Each picture counts for the label it got the highest confidence for."""
    if not len(scores):
        return []
    predicted = np.eye(len(labels))[scores.argmax(axis=1)]
    cells = []
    for row, label in enumerate(labels):
        pictures = predicted[truth[:, row]]
        if len(pictures):
            shares = pictures.mean(axis=0)
            cells += [
                (label, other, float(shares[column]))
                for column, other in enumerate(labels)
                if shares[column] > 0 or other == label
            ]
    return cells

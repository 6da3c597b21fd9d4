"""The model itself: regularised logistic regression on what is measured on the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from local_aws.rekognition.scaling import Blocks, Matrix, Scaler, Truth

__all__ = ["Blocks", "TrainedModel", "train"]

STRENGTH = 30.0
"""Inverse of the regularisation, fixed: a dozen pictures a label leave nothing to tune it on."""
FOLDS = 4
TEMPERATURES = np.geomspace(0.05, 20, 60)
SEED = 7


@dataclass(frozen=True, kw_only=True)
class LinearModel:
    """Scaled measurements to linear scores."""

    scaler: Scaler
    weights: Matrix
    """Labels x measurements."""
    offsets: Matrix

    def raw(self, pictures: Sequence[Blocks]) -> Matrix:
        """Scores before they become confidences."""
        return np.asarray(self.scaler.apply(pictures) @ self.weights.T + self.offsets)


@dataclass(frozen=True, kw_only=True)
class TrainedModel:
    """Gives every label a confidence for a picture; thresholds come from the evaluation."""

    labels: tuple[str, ...]
    linear: LinearModel
    is_exclusive: bool
    """True when each training picture had one label: the labels then share one certainty."""
    temperature: float
    """Makes honest confidences of the linear scores."""
    thresholds: dict[str, float] = field(default_factory=dict)
    """The assumed threshold of each label, 0 to 1."""

    def confidences(self, pictures: Sequence[Blocks]) -> Matrix:
        """From 0 to 1; one row a picture, one column a label."""
        if not pictures:
            return np.zeros((0, len(self.labels)))
        raw = self.linear.raw(pictures)
        return to_confidences(raw, temperature=self.temperature, is_exclusive=self.is_exclusive)


def to_confidences(raw: Matrix, *, temperature: float, is_exclusive: bool) -> Matrix:
    """Softmax over the labels, or each label's logistic function by itself."""
    scaled = raw / temperature
    if not is_exclusive:
        return np.asarray(0.5 * (1 + np.tanh(scaled / 2)))
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def train(pictures: Sequence[Blocks], truths: Sequence[frozenset[str]]) -> TrainedModel:
    """Fit a model. Deterministic: the same pictures in the same order give the same model."""
    labels = tuple(sorted(set().union(*truths)))
    truth = np.array([[label in present for label in labels] for present in truths])
    is_exclusive = bool((truth.sum(axis=1) == 1).all())
    return TrainedModel(
        labels=labels,
        linear=_fit(pictures, truth, is_exclusive=is_exclusive),
        is_exclusive=is_exclusive,
        temperature=_calibrate(pictures, truth, is_exclusive=is_exclusive),
    )


def _fit(pictures: Sequence[Blocks], truth: Truth, *, is_exclusive: bool) -> LinearModel:
    scaler = Scaler.fit(pictures, truth)
    rows = scaler.apply(pictures)
    basis = _row_space(rows)
    rows = rows @ basis.T
    if is_exclusive:
        weights, offsets = _logistic(rows, truth.argmax(axis=1), truth.shape[1])
    else:
        fits = [_one_label(rows, truth[:, column]) for column in range(truth.shape[1])]
        weights = np.vstack([label_weights for label_weights, _ in fits])
        offsets = np.concatenate([label_offsets for _, label_offsets in fits])
    return LinearModel(scaler=scaler, weights=weights @ basis, offsets=offsets)


def _row_space(rows: Matrix) -> Matrix:
    """An orthonormal basis of the pictures' span: a ridge penalty sees nothing outside it."""
    if 2 * rows.shape[0] >= rows.shape[1]:
        return np.eye(rows.shape[1])
    _, sizes, basis = np.linalg.svd(rows, full_matrices=False)
    return np.asarray(basis[: max(1, int((sizes > 1e-9 * sizes[0]).sum()))])


def _one_label(rows: Matrix, is_present: npt.NDArray[np.bool_]) -> tuple[Matrix, Matrix]:
    if is_present.all() or not is_present.any():
        return np.zeros((1, rows.shape[1])), np.array([5.0 if is_present.all() else -5.0])
    weights, offsets = _logistic(rows, is_present.astype(int), 2)
    return weights[1:] - weights[:1], offsets[1:] - offsets[:1]


def _logistic(rows: Matrix, classes: npt.NDArray[Any], count: int) -> tuple[Matrix, Matrix]:
    """Weights and offsets of each class. Classes count alike, however many pictures each has."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - a second to import: with the first job

    regression = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=300, tol=1e-3)
    fitted = regression.fit(rows, classes)
    if count == 2:
        half = fitted.coef_ / 2
        return np.vstack([-half, half]), np.concatenate([-fitted.intercept_, fitted.intercept_]) / 2
    return np.asarray(fitted.coef_), np.asarray(fitted.intercept_)


def _calibrate(pictures: Sequence[Blocks], truth: Truth, *, is_exclusive: bool) -> float:
    """The temperature under which pictures left out of the fit get the likeliest confidences."""
    fold_of = _folds(truth)
    raw, seen = np.zeros(truth.shape), np.zeros(len(truth), dtype=bool)
    for fold in range(FOLDS):
        held = fold_of == fold
        if held.any() and truth[~held].any(axis=0).all():
            kept = [picture for picture, is_held in zip(pictures, held, strict=True) if not is_held]
            left_out = [picture for picture, is_held in zip(pictures, held, strict=True) if is_held]
            raw[held] = _fit(kept, truth[~held], is_exclusive=is_exclusive).raw(left_out)
            seen |= held
    if not seen.any():
        return 1.0
    losses = [
        _loss(to_confidences(raw[seen], temperature=t, is_exclusive=is_exclusive), truth[seen])
        for t in TEMPERATURES
    ]
    return float(TEMPERATURES[int(np.argmin(losses))])


def _folds(truth: Truth) -> npt.NDArray[np.intp]:
    """Deals each label's pictures out evenly; a label's only picture is never held out (-1)."""
    generator = np.random.default_rng(SEED)
    fold_of = np.full(len(truth), -1)
    first_label = truth.argmax(axis=1)
    for label in range(truth.shape[1]):
        members = generator.permutation(np.flatnonzero(first_label == label))
        if len(members) > 1:
            fold_of[members] = (np.arange(len(members)) + label) % min(FOLDS, len(members))
    return fold_of


def _loss(confidences: Matrix, truth: Truth) -> float:
    # Never quite certain: a label that was always right in a dozen pictures may be wrong in the next dozen.
    doubt = 0.5 / (len(truth) + 1)
    likely = np.clip(np.where(truth, confidences, 1 - confidences), 1e-12, 1)
    unlikely = np.clip(np.where(truth, 1 - confidences, confidences), 1e-12, 1)
    return float(-((1 - doubt) * np.log(likely) + doubt * np.log(unlikely)).mean())

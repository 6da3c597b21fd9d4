"""The model itself: regularised logistic regression on what is measured on the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from local_aws.rekognition.features import Vector

Matrix = npt.NDArray[np.float64]
Blocks = tuple[Vector, ...]

STRENGTH = 30.0
"""Inverse of the regularisation, fixed: a dozen pictures a label leave nothing to tune it on."""
BLOCK_WEIGHTS = (0.7, 1.0, 1.5)
"""Colours, texture, shape. Shape says most with few pictures; a busy background says most in colours."""
FOLDS = 4
TEMPERATURES = np.geomspace(0.05, 20, 60)
SEED = 7


@dataclass(frozen=True, kw_only=True)
class Scaler:
    """Brings every measurement to the same spread, and every block to its weight."""

    means: tuple[Matrix, ...]
    spreads: tuple[Matrix, ...]

    @classmethod
    def fit(cls, pictures: Sequence[Blocks]) -> Scaler:
        """Measurements that hardly vary are not blown up."""
        stacks = [np.array(block, dtype=np.float64) for block in zip(*pictures, strict=True)]
        spreads = []
        for stack, weight in zip(stacks, BLOCK_WEIGHTS, strict=True):
            spread = stack.std(axis=0)
            floor = 0.1 * np.median(spread) + 1e-3
            spreads.append(np.maximum(spread, floor) * np.sqrt(stack.shape[1]) / weight)
        return cls(means=tuple(stack.mean(axis=0) for stack in stacks), spreads=tuple(spreads))

    def apply(self, pictures: Sequence[Blocks]) -> Matrix:
        """One row a picture."""
        return np.array(
            [
                np.concatenate(
                    [(block - m) / s for block, m, s in zip(p, self.means, self.spreads, strict=True)]
                )
                for p in pictures
            ]
        )


@dataclass(frozen=True, kw_only=True)
class LinearScores:
    """Linear scores and the temperature that makes honest confidences of them."""

    weights: Matrix
    """Labels x measurements."""
    offsets: Matrix
    is_exclusive: bool
    """True when each training picture had one label: the labels then share one certainty."""
    temperature: float = 1.0

    def raw(self, rows: Matrix) -> Matrix:
        """Scores before they become confidences."""
        return np.asarray(rows @ self.weights.T + self.offsets)

    def confidences(self, rows: Matrix) -> Matrix:
        """From 0 to 1, one column a label."""
        return to_confidences(self.raw(rows), temperature=self.temperature, is_exclusive=self.is_exclusive)


def to_confidences(raw: Matrix, *, temperature: float, is_exclusive: bool) -> Matrix:
    """Softmax over the labels, or each label's logistic function by itself."""
    scaled = raw / temperature
    if not is_exclusive:
        return np.asarray(0.5 * (1 + np.tanh(scaled / 2)))
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


@dataclass(frozen=True, kw_only=True)
class TrainedModel:
    """Gives every label a confidence for a picture; thresholds come from the evaluation."""

    labels: tuple[str, ...]
    scaler: Scaler
    scores: LinearScores
    thresholds: dict[str, float] = field(default_factory=dict)
    """The assumed threshold of each label, 0 to 1."""

    def confidences(self, pictures: Sequence[Blocks]) -> Matrix:
        """One row a picture, one column a label."""
        if not pictures:
            return np.zeros((0, len(self.labels)))
        return self.scores.confidences(self.scaler.apply(pictures))


def train(pictures: Sequence[Blocks], truths: Sequence[frozenset[str]]) -> TrainedModel:
    """Fit a model. Deterministic: the same pictures in the same order give the same model."""
    labels = tuple(sorted(set().union(*truths)))
    truth = np.array([[label in present for label in labels] for present in truths])
    scaler = Scaler.fit(pictures)
    rows = scaler.apply(pictures)
    basis = _row_space(rows)
    is_exclusive = bool((truth.sum(axis=1) == 1).all())
    scores = _fit(rows @ basis.T, truth, is_exclusive=is_exclusive)
    temperature = _calibrate(rows @ basis.T, truth, is_exclusive=is_exclusive)
    return TrainedModel(
        labels=labels,
        scaler=scaler,
        scores=LinearScores(
            weights=scores.weights @ basis,
            offsets=scores.offsets,
            is_exclusive=is_exclusive,
            temperature=temperature,
        ),
    )


def _row_space(rows: Matrix) -> Matrix:
    """An orthonormal basis of the pictures' span: a ridge penalty sees nothing outside it."""
    if rows.shape[0] >= rows.shape[1]:
        return np.eye(rows.shape[1])
    _, sizes, basis = np.linalg.svd(rows, full_matrices=False)
    return np.asarray(basis[: max(1, int((sizes > 1e-9 * sizes[0]).sum()))])


def _fit(rows: Matrix, truth: npt.NDArray[np.bool_], *, is_exclusive: bool) -> LinearScores:
    if is_exclusive:
        weights, offsets = _logistic(rows, truth.argmax(axis=1), truth.shape[1])
        return LinearScores(weights=weights, offsets=offsets, is_exclusive=True)
    fits = [_one_label(rows, truth[:, column]) for column in range(truth.shape[1])]
    return LinearScores(
        weights=np.vstack([weights for weights, _ in fits]),
        offsets=np.concatenate([offsets for _, offsets in fits]),
        is_exclusive=False,
    )


def _one_label(rows: Matrix, is_present: npt.NDArray[np.bool_]) -> tuple[Matrix, Matrix]:
    if is_present.all() or not is_present.any():
        return np.zeros((1, rows.shape[1])), np.array([5.0 if is_present.all() else -5.0])
    weights, offsets = _logistic(rows, is_present.astype(int), 2)
    return weights[1:] - weights[:1], offsets[1:] - offsets[:1]


def _logistic(rows: Matrix, classes: npt.NDArray[Any], count: int) -> tuple[Matrix, Matrix]:
    """Weights and offsets of each class. Classes count alike, however many pictures each has."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - a second to import: with the first job

    fitted = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=300, tol=1e-3).fit(
        rows, classes
    )
    if count == 2:
        half = fitted.coef_ / 2
        return np.vstack([-half, half]), np.concatenate([-fitted.intercept_, fitted.intercept_]) / 2
    return np.asarray(fitted.coef_), np.asarray(fitted.intercept_)


def _calibrate(rows: Matrix, truth: npt.NDArray[np.bool_], *, is_exclusive: bool) -> float:
    """The temperature under which pictures left out of the fit get the likeliest confidences."""
    fold_of = _folds(truth)
    raw, seen = np.zeros(truth.shape), np.zeros(len(rows), dtype=bool)
    for fold in range(FOLDS):
        held = fold_of == fold
        if held.any() and truth[~held].any(axis=0).all():
            raw[held] = _fit(rows[~held], truth[~held], is_exclusive=is_exclusive).raw(rows[held])
            seen |= held
    if not seen.any():
        return 1.0
    losses = [
        _loss(to_confidences(raw[seen], temperature=t, is_exclusive=is_exclusive), truth[seen])
        for t in TEMPERATURES
    ]
    return float(TEMPERATURES[int(np.argmin(losses))])


def _folds(truth: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Deals each label's pictures out evenly; a label's only picture is never held out (-1)."""
    generator = np.random.default_rng(SEED)
    fold_of = np.full(len(truth), -1)
    first_label = truth.argmax(axis=1)
    for label in range(truth.shape[1]):
        members = generator.permutation(np.flatnonzero(first_label == label))
        if len(members) > 1:
            fold_of[members] = (np.arange(len(members)) + label) % min(FOLDS, len(members))
    return fold_of


def _loss(confidences: Matrix, truth: npt.NDArray[np.bool_]) -> float:
    # Never quite certain: a label that was always right in a dozen pictures may be wrong in the next dozen.
    doubt = 0.5 / (len(truth) + 1)
    likely = np.clip(np.where(truth, confidences, 1 - confidences), 1e-12, 1)
    unlikely = np.clip(np.where(truth, 1 - confidences, confidences), 1e-12, 1)
    return float(-((1 - doubt) * np.log(likely) + doubt * np.log(unlikely)).mean())

"""Brings measurements to a common scale, and lets those count that tell the labels apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from local_aws.rekognition.features import Vector

Matrix = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]
"""Pictures x labels: which labels a picture has."""
Blocks = tuple[Vector, ...]

BLOCK_WEIGHTS = (1.0, 1.0, 1.5)
"""Colours, texture, shape: with few pictures, shape says most about what people photograph."""
REACH = 4.0
"""Spreads from the mean at which a measurement stops to count for more."""
LEAST_WEIGHT = 0.02
"""Share of the weight that a measurement keeps which tells nothing about the labels."""


@dataclass(frozen=True, kw_only=True)
class Scaler:
    """Learnt from training pictures; applied to any."""

    means: tuple[Matrix, ...]
    spreads: tuple[Matrix, ...]
    weights: tuple[Matrix, ...]

    @classmethod
    def fit(cls, pictures: Sequence[Blocks], truth: Truth) -> Scaler:
        """Spreads are evened out; a measurement's weight grows with what it tells about the labels.

        Without the latter, a dozen pictures that differ in colour only would drown in what differs by
        chance in their shapes.
        """
        stacks = [np.array(block, dtype=np.float64) for block in zip(*pictures, strict=True)]
        told = [_explained(stack, truth) for stack in stacks]
        best = max(float(np.quantile(block, 0.95)) for block in told)
        spreads, weights = [], []
        for stack, block, weight in zip(stacks, told, BLOCK_WEIGHTS, strict=True):
            spread = stack.std(axis=0)
            spreads.append(np.maximum(spread, 0.1 * np.median(spread) + 1e-3))
            share = np.clip(block / max(best, 1e-9), LEAST_WEIGHT, 1)
            weights.append(weight * np.sqrt(share / stack.shape[1]))
        means = tuple(stack.mean(axis=0) for stack in stacks)
        return cls(means=means, spreads=tuple(spreads), weights=tuple(weights))

    def apply(self, pictures: Sequence[Blocks]) -> Matrix:
        """One row a picture. What lies far outside of all that was learnt counts as just outside."""
        stacks = [np.array(block, dtype=np.float64) for block in zip(*pictures, strict=True)]
        learnt = zip(stacks, self.means, self.spreads, self.weights, strict=True)
        return np.hstack(
            [
                np.clip((stack - mean) / spread, -REACH, REACH) * weight
                for stack, mean, spread, weight in learnt
            ]
        )


def _explained(stack: Matrix, truth: Truth) -> Matrix:
    """Variance of each measurement that the labels explain, less what they would explain by chance."""
    centred, labels = stack - stack.mean(axis=0), truth - truth.mean(axis=0)
    centred = centred / np.maximum(np.linalg.norm(centred, axis=0), 1e-9)
    labels = labels / np.maximum(np.linalg.norm(labels, axis=0), 1e-9)
    by_chance = truth.shape[1] / max(1, len(truth) - 1)
    return np.asarray(((centred.T @ labels) ** 2).sum(axis=1) - by_chance)

"""Which boxes of the training pictures a model of object locations learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from local_aws.rekognition.box_features import MeasuredScene
from local_aws.rekognition.box_geometry import Boxes, overlaps, quarters
from local_aws.rekognition.box_truth import TruthBoxes
from local_aws.rekognition.classifier import Blocks, TrainedModel
from local_aws.rekognition.pictures import Pixels
from local_aws.rekognition.proposals import Sizes, regions, windows

BACKGROUND = ""
"""The label of what lies outside of all boxes, which no manifest can use."""
HIT_IOU, MISS_IOU = 0.7, 0.5
"""From where on a box shows the object, and up to where it does not; what lies between is not learnt."""
HITS_PER_BOX = 4
MISSES = 12
"""Boxes of each kind that are learnt as background in a picture."""
MISTAKES = 12
LEAST_MISTAKE = 0.05
"""Confidence with which a box has to be taken for an object to be worth another lesson."""


@dataclass(frozen=True, kw_only=True)
class TaughtPicture:
    """A training picture and what it shows where."""

    pixels: Pixels
    truth: TruthBoxes
    is_close_up: bool = False
    """Whether it tells nothing about how large its objects are in other pictures."""


@dataclass(kw_only=True)
class Lesson:
    """What is learnt from one picture."""

    pixels: Pixels
    background: Boxes
    """Candidates that show none of the objects."""
    crops: list[Blocks]
    labels: list[str]

    @classmethod
    def of(cls, picture: TaughtPicture, sizes: Sizes, generator: np.random.Generator) -> Lesson:
        """The true boxes, others that fit them, and background drawn from each kind there is.

        The quarters of the true boxes are among it, so that there is background in any picture.
        """
        truth = picture.truth
        pools = [sizes.fitting(regions(picture.pixels)), windows(sizes), quarters(truth.boxes)]
        candidates = np.concatenate(pools)
        pool = np.repeat(np.arange(len(pools)), [len(boxes) for boxes in pools])
        iou = overlaps(candidates, truth.boxes)
        best = iou.max(axis=1)
        kinds = (pool == 0, (pool == 1) & (best > 0), (pool == 1) & (best == 0), pool == 2)
        drawn = [generator.permutation(np.flatnonzero((best < MISS_IOU) & kind))[:MISSES] for kind in kinds]
        hits = [_hits(iou, number) for number in range(len(truth.labels))]
        boxes = np.concatenate([truth.boxes, candidates[np.concatenate([*hits, *drawn])]])
        labels = [
            *truth.labels,
            *(label for label, rows in zip(truth.labels, hits, strict=True) for _ in rows),
            *(BACKGROUND for rows in drawn for _ in rows),
        ]
        crops: list[Blocks] = [*MeasuredScene.of(picture.pixels).measure(boxes)]
        background = candidates[(best < MISS_IOU) & (pool < 2)]
        return cls(pixels=picture.pixels, background=background, crops=crops, labels=labels)

    def add_mistakes(self, model: TrainedModel) -> None:
        """Learn the background that a first model takes for objects, too."""
        crops = MeasuredScene.of(self.pixels).measure(self.background)
        certainty = 1 - model.confidences(crops)[:, model.labels.index(BACKGROUND)]
        for row in np.argsort(-certainty, kind="stable")[:MISTAKES]:
            if certainty[row] >= LEAST_MISTAKE:
                self.crops.append(crops[row])
                self.labels.append(BACKGROUND)


def _hits(iou: npt.NDArray[np.float64], number: int) -> npt.NDArray[np.intp]:
    """Candidates that fit a true box best, the best first."""
    hits = np.flatnonzero((iou.argmax(axis=1) == number) & (iou[:, number] >= HIT_IOU))
    return hits[np.argsort(-iou[hits, number], kind="stable")][:HITS_PER_BOX]


def everything_in(lessons: Sequence[Lesson]) -> tuple[list[Blocks], list[frozenset[str]]]:
    """Crops and their labels, as the classifier takes them."""
    crops = [crop for lesson in lessons for crop in lesson.crops]
    return crops, [frozenset({label}) for lesson in lessons for label in lesson.labels]

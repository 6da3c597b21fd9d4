"""The model of object locations: looks at boxes where an object may lie, and says which object each shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from local_aws.rekognition import classifier
from local_aws.rekognition.box_features import MeasuredScene
from local_aws.rekognition.box_geometry import Boxes, no_boxes, surest
from local_aws.rekognition.box_lessons import BACKGROUND, Lesson, TaughtPicture, everything_in
from local_aws.rekognition.pictures import Pixels
from local_aws.rekognition.proposals import Sizes, regions, windows

LEAST_SCORE = 0.02
MOST_FOUND = 100
SEED = 11


@dataclass(frozen=True, kw_only=True)
class Found:
    """Objects found in a picture, the surest first."""

    boxes: Boxes
    labels: npt.NDArray[np.intp]
    """Columns of the model's labels."""
    scores: npt.NDArray[np.float64]
    """From 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class BoxModel:
    """Finds and names objects; thresholds come from the evaluation."""

    labels: tuple[str, ...]
    crops: classifier.TrainedModel
    """Tells the labels and the background apart, given what is measured on a box."""
    sizes: Sizes
    thresholds: dict[str, float] = field(default_factory=dict)
    """The assumed threshold of each label, 0 to 1."""

    def find(self, pixels: Pixels) -> Found:
        """Every object that is not quite improbable, each once. One box has one label."""
        scene = MeasuredScene.of(pixels)
        boxes = np.concatenate([self.sizes.fitting(regions(pixels)), windows(self.sizes)])
        boxes = boxes[scene.stands_out(boxes)]
        columns = [self.crops.labels.index(label) for label in self.labels]
        confidences = self.crops.confidences(scene.measure(boxes))[:, columns]
        labels, scores = confidences.argmax(axis=1), confidences.max(axis=1)
        likely = np.flatnonzero(scores >= LEAST_SCORE)
        kept = likely[surest(boxes[likely], labels[likely], scores[likely])][:MOST_FOUND]
        return Found(boxes=boxes[kept], labels=labels[kept], scores=scores[kept])


def train_boxes(pictures: Sequence[TaughtPicture]) -> BoxModel:
    """Fit a model. Deterministic: the same pictures in the same order give the same model.

    It is fitted twice, the second time with the background that the first model mistakes for objects.
    """
    boxes = np.concatenate([no_boxes(), *(picture.truth.boxes for picture in pictures)])
    is_any_scale = any(picture.is_close_up for picture in pictures)
    sizes = Sizes.of(boxes).at_any_scale() if is_any_scale else Sizes.of(boxes)
    generator = np.random.default_rng(SEED)
    lessons = [Lesson.of(picture, sizes, generator) for picture in pictures]
    first = classifier.train(*everything_in(lessons))
    for lesson in lessons:
        lesson.add_mistakes(first)
    model = classifier.train(*everything_in(lessons))
    labels = tuple(label for label in model.labels if label != BACKGROUND)
    return BoxModel(labels=labels, crops=model, sizes=sizes)

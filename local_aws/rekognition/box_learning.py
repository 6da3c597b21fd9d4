"""Object locations from checked lines to a tested model."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

import numpy as np

from local_aws.rekognition.box_evaluation import evaluate_boxes
from local_aws.rekognition.box_lessons import TaughtPicture
from local_aws.rekognition.box_model import train_boxes
from local_aws.rekognition.box_snapshots import box_snapshot, judged_box_snapshot
from local_aws.rekognition.box_truth import TruthBoxes, truth_of
from local_aws.rekognition.manifest import ManifestLine
from local_aws.rekognition.pictures import Scene, to_pixels
from local_aws.rekognition.proposals import box_of_interest
from local_aws.rekognition.training_sides import CheckedSide, Learnt


def learn_boxes(
    training: CheckedSide[Scene], testing: CheckedSide[Scene], wall: Callable[[], float]
) -> Learnt:
    """Fit a model to the training side, and test it on the other."""
    train_lines, test_lines = training.manifest.usable, testing.manifest.usable
    model = train_boxes(
        [_taught(line, scene) for line, scene in zip(train_lines, training.pictures, strict=True)]
    )
    found = [model.find(to_pixels(scene)) for scene in testing.pictures]
    truths = [_known(truth_of(line), model.labels) for line in test_lines]
    figures = evaluate_boxes(model.labels, found, truths)
    ended = wall()
    return Learnt(
        model=replace(model, thresholds=figures.thresholds),
        figures=figures,
        training_snapshot=box_snapshot(train_lines, at=ended),
        testing_snapshot=judged_box_snapshot(
            test_lines, found, truths, thresholds=figures.thresholds, at=ended
        ),
    )


def _taught(line: ManifestLine, scene: Scene) -> TaughtPicture:
    """The line's boxes; an image-level label is that of what stands out in the picture."""
    pixels, truth = to_pixels(scene), truth_of(line)
    whole = [label for attribute in line.attributes if not attribute.is_boxes for label in attribute.labels]
    if not whole:
        return TaughtPicture(pixels=pixels, truth=truth)
    boxes = np.repeat(box_of_interest(pixels), len(whole), axis=0)
    truth = TruthBoxes(boxes=np.concatenate([truth.boxes, boxes]), labels=(*truth.labels, *whole))
    return TaughtPicture(pixels=pixels, truth=truth, is_close_up=True)


def _known(truth: TruthBoxes, labels: Collection[str]) -> TruthBoxes:
    """Without the boxes of labels that were not learnt."""
    kept = [row for row, label in enumerate(truth.labels) if label in labels]
    return TruthBoxes(boxes=truth.boxes[kept], labels=tuple(truth.labels[row] for row in kept))

"""Rectangles in a picture, many at a time: one row each, as left, top, right, bottom."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.float64]
"""Boxes x 4. Shares of the picture's width and height, unless a name says pixels."""
Overlaps = npt.NDArray[np.float64]

SAME_LABEL_IOU = 0.3
OTHER_LABEL_IOU = 0.5
INSIDE = 0.7
"""Share of a box in a surer one of its label from which on it shows a part of that one's object."""


def no_boxes() -> Boxes:
    """None at all, in the right shape."""
    return np.zeros((0, 4))


def areas(boxes: Boxes) -> npt.NDArray[np.float64]:
    """Of each box."""
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))


def shared_areas(first: Boxes, second: Boxes) -> Overlaps:
    """What each of the first boxes has in common with each of the second."""
    upper_left = np.maximum(first[:, None, :2], second[None, :, :2])
    lower_right = np.minimum(first[:, None, 2:], second[None, :, 2:])
    return np.asarray(np.clip(lower_right - upper_left, 0, None).prod(axis=2))


def overlaps(first: Boxes, second: Boxes) -> Overlaps:
    """Intersection over union of each of the first boxes with each of the second."""
    shared = shared_areas(first, second)
    union = areas(first)[:, None] + areas(second)[None, :] - shared
    return np.asarray(shared / np.maximum(union, 1e-12))


def quarters(boxes: Boxes) -> Boxes:
    """The four quarters of each box."""
    halves = np.array([[0, 0, 0.5, 0.5], [0.5, 0, 1, 0.5], [0, 0.5, 0.5, 1], [0.5, 0.5, 1, 1]])
    corner = np.tile(boxes[:, None, :2], 2)
    sides = np.tile(boxes[:, None, 2:] - boxes[:, None, :2], 2)
    return np.asarray(corner + sides * halves).reshape(-1, 4)


def surest(
    boxes: Boxes, labels: npt.NDArray[np.intp], scores: npt.NDArray[np.float64]
) -> npt.NDArray[np.intp]:
    """Rows that stay when each object is to be found once, the surest first.

    A box goes when a surer one lies nearly where it lies, or when it shows a part of a surer one's object.
    """
    order = np.argsort(-scores, kind="stable")
    boxes, labels = boxes[order], labels[order]
    iou = overlaps(boxes, boxes)
    inside = shared_areas(boxes, boxes) / np.maximum(areas(boxes), 1e-12)[:, None]
    is_same = labels[:, None] == labels[None, :]
    clashes = np.where(is_same, (iou > SAME_LABEL_IOU) | (inside > INSIDE), iou > OTHER_LABEL_IOU)
    stays = np.ones(len(order), dtype=bool)
    for row in range(1, len(order)):
        stays[row] = not (clashes[row, :row] & stays[:row]).any()
    return np.asarray(order[stays])

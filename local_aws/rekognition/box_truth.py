"""What a manifest line says about where the objects of its picture are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from local_aws.rekognition.box_geometry import Boxes, no_boxes
from local_aws.rekognition.label_attributes import BoxAnnotation
from local_aws.rekognition.manifest import ManifestLine


@dataclass(frozen=True, kw_only=True)
class TruthBoxes:
    """The labelled boxes of a picture."""

    boxes: Boxes
    labels: tuple[str, ...]


def truth_of(line: ManifestLine) -> TruthBoxes:
    """Its valid boxes. They are shares of the size that the line gives, whatever the picture's own is."""
    shares, labels = [no_boxes()], []
    for attribute in line.attributes:
        for box in attribute.boxes:
            shares.append(_share(box, attribute.image_size))
            labels.append(box.label)
    return TruthBoxes(boxes=np.concatenate(shares), labels=tuple(labels))


def _share(box: BoxAnnotation, size: tuple[int, int]) -> Boxes:
    width, height = size
    right, bottom = box.left + box.width, box.top + box.height
    return np.array([[box.left / width, box.top / height, right / width, bottom / height]])

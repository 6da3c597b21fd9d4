"""Evaluation manifest snapshots of models of object locations.

Custom Labels guide, "Interpreting the evaluation manifest snapshot", the part for object detection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local_aws.rekognition.box_evaluation import NOTHING, match
from local_aws.rekognition.box_geometry import Boxes
from local_aws.rekognition.box_model import Found
from local_aws.rekognition.box_truth import TruthBoxes
from local_aws.rekognition.evaluation import timestamp
from local_aws.rekognition.label_attributes import DETECTION, LabelAttribute
from local_aws.rekognition.manifest import SOURCE_REF, ManifestLine
from local_aws.rekognition.snapshots import EVALUATION_JOB, TRAINING_JOB, details, label_attribute
from local_aws.rekognition.validation import to_json_lines

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """A box that was found, or one that was not but should have been (confidence 0)."""

    label: str
    box: tuple[float, float, float, float]
    """Left, top, right, bottom as shares of the picture."""
    confidence: float
    verdict: Json


def box_snapshot(lines: Sequence[ManifestLine], *, at: float) -> bytes:
    """The lines that were learnt from. An image-level one, as of brands, keeps its form."""
    return to_json_lines([_ground_truth(line, at) for line in lines])


def judged_box_snapshot(
    lines: Sequence[ManifestLine],
    found: Sequence[Found],
    truths: Sequence[TruthBoxes],
    *,
    thresholds: Mapping[str, float],
    at: float,
) -> bytes:
    """The lines that were tested with, and what was found; labels are columns of `thresholds`.

    Given are the boxes that reach their label's threshold, and every true box: as the box that found it
    below the threshold, or by itself when none did.
    """
    documents = []
    for line, item, truth in zip(lines, found, truths, strict=True):
        document = _ground_truth(line, at)
        predictions = _predictions(item, truth, thresholds)
        size = next(attribute.image_size for attribute in line.attributes if attribute.is_boxes)
        _add(
            document,
            "rekognition-custom-labels-evaluation",
            [(each.label, _pixels(each.box, size)) for each in predictions],
            size=size,
            objects=[
                {"confidence": each.confidence, "rekognition-custom-labels-evaluation-details": each.verdict}
                for each in predictions
            ],
            common={"job-name": EVALUATION_JOB, "human-annotated": "no", "creation-date": timestamp(at)},
        )
        documents.append(document)
    return to_json_lines(documents)


def _ground_truth(line: ManifestLine, at: float) -> Json:
    document: Json = {SOURCE_REF: line.source_ref}
    for number, attribute in enumerate(line.attributes):
        name = f"rekognition-custom-labels-training-{number}"
        if attribute.is_boxes:
            _add_truth(document, name, attribute, at)
        else:
            document |= label_attribute(name, attribute.labels[0], 1.0, TRAINING_JOB, at)
    return document


def _add_truth(document: Json, name: str, attribute: LabelAttribute, at: float) -> None:
    _add(
        document,
        name,
        [
            (box.label, {"left": box.left, "top": box.top, "width": box.width, "height": box.height})
            for box in attribute.boxes
        ],
        size=attribute.image_size,
        objects=[{"confidence": 1.0} for _ in attribute.boxes],
        common={"job-name": TRAINING_JOB, "human-annotated": "yes", "creation-date": timestamp(at)},
    )


def _add(
    document: Json,
    name: str,
    boxes: Sequence[tuple[str, dict[str, int]]],
    *,
    size: tuple[int, int],
    objects: list[Json],
    common: Json,
) -> None:
    labels = list(dict.fromkeys(label for label, _ in boxes))
    document[name] = {
        "annotations": [{"class_id": labels.index(label), **box} for label, box in boxes],
        "image_size": [{"width": size[0], "height": size[1], "depth": 3}],
    }
    document[f"{name}-metadata"] = {
        "objects": objects,
        "class-map": {str(number): label for number, label in enumerate(labels)},
        "type": DETECTION,
        **common,
    }


def _pixels(box: tuple[float, float, float, float], size: tuple[int, int]) -> dict[str, int]:
    left, top, right, bottom = (round(share * side) for share, side in zip(box, (*size, *size), strict=True))
    return {"left": left, "top": top, "width": right - left, "height": bottom - top}


def _predictions(found: Found, truth: TruthBoxes, thresholds: Mapping[str, float]) -> list[Prediction]:
    labels = list(thresholds)
    matches = match(found, truth, labels)
    predictions = []
    for row, matched in enumerate(matches):
        label, confidence = labels[found.labels[row]], float(found.scores[row])
        is_found, is_true = confidence >= thresholds[label], matched != NOTHING
        if is_found or is_true:
            verdict = details(is_found=is_found, is_true=bool(is_true))
            predictions.append(
                Prediction(label=label, box=_row(found.boxes, row), confidence=confidence, verdict=verdict)
            )
    for row in sorted(set(range(len(truth.labels))) - set(matches.tolist())):
        verdict = details(is_found=False, is_true=True)
        predictions.append(
            Prediction(label=truth.labels[row], box=_row(truth.boxes, row), confidence=0.0, verdict=verdict)
        )
    return predictions


def _row(boxes: Boxes, row: int) -> tuple[float, float, float, float]:
    left, top, right, bottom = (float(edge) for edge in boxes[row])
    return left, top, right, bottom

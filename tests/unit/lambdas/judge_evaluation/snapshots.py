"""Lines of testing snapshots, as the Custom Labels guide has them."""

import json
from typing import Any

Json = dict[str, Any]


def details(*, found: bool, true: bool) -> Json:
    return {
        "rekognition-custom-labels-evaluation-details": {
            "version": 1,
            "ground-truth-labelling-jobs": ["rekognition-custom-labels-training-job"],
            "is-true-positive": found and true,
            "is-true-negative": False,
            "is-false-positive": found and not true,
            "is-false-negative": true and not found,
            "is-present-in-ground-truth": true,
        }
    }


def classified(key: str, truth: list[str], *predictions: tuple[str, float, bool]) -> Json:
    """A line of a model of whole pictures; a prediction is a label, a confidence and whether it was found."""
    line: Json = {"source-ref": f"s3://bucket/{key}"}
    for number, label in enumerate(truth):
        name = f"rekognition-custom-labels-training-{number}"
        line[name] = 1
        line[f"{name}-metadata"] = {
            "confidence": 1.0,
            "class-name": label,
            "human-annotated": "yes",
            "type": "groundtruth/image-classification",
        }
    for number, (label, confidence, found) in enumerate(predictions):
        name = f"rekognition-custom-labels-evaluation-{number}"
        line[name] = 1
        line[f"{name}-metadata"] = {
            "confidence": confidence,
            "class-name": label,
            "human-annotated": "no",
            "type": "groundtruth/image-classification",
            **details(found=found, true=label in truth),
        }
    return line


def boxed(key: str, truth: list[str], *predictions: tuple[str, float, bool]) -> Json:
    """A line of a model of locations: every box is the same, a quarter of a picture of 200 x 100."""

    def attribute(labels: list[str], objects: list[Json]) -> tuple[Json, Json]:
        edges = {"left": 100, "top": 50, "width": 100, "height": 50}
        names = sorted(set(labels))
        return (
            {
                "annotations": [{"class_id": names.index(label), **edges} for label in labels],
                "image_size": [{"width": 200, "height": 100, "depth": 3}],
            },
            {
                "objects": objects,
                "class-map": {str(number): name for number, name in enumerate(names)},
                "type": "groundtruth/object-detection",
            },
        )

    there, of_there = attribute(truth, [{"confidence": 1} for _ in truth])
    said, of_said = attribute(
        [label for label, _, _ in predictions],
        [
            {"confidence": confidence, **details(found=found, true=label in truth)}
            for label, confidence, found in predictions
        ],
    )
    return {
        "source-ref": f"s3://bucket/{key}",
        "rekognition-custom-labels-training-0": there,
        "rekognition-custom-labels-training-0-metadata": of_there,
        "rekognition-custom-labels-evaluation": said,
        "rekognition-custom-labels-evaluation-metadata": of_said,
    }


def lines(*documents: Json) -> list[bytes]:
    return [json.dumps(document, ensure_ascii=False).encode() for document in documents]

"""The snapshots of models of object locations."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from local_aws.rekognition.box_model import Found
from local_aws.rekognition.box_snapshots import box_snapshot, judged_box_snapshot
from local_aws.rekognition.box_truth import truth_of
from local_aws.rekognition.manifest import parse_line
from tests.unit.local_aws.rekognition.boxed import box_attribute
from tests.unit.local_aws.rekognition.fakes import line

SIZE = (200, 100)
CAT, DOG = ("cat", (20, 10, 60, 50)), ("dog", (100, 20, 180, 80))
CATS_PLACE, DOGS_PLACE, ELSEWHERE = (0.1, 0.1, 0.3, 0.5), (0.5, 0.2, 0.9, 0.8), (0.0, 0.6, 0.2, 1.0)
DETAILS = "rekognition-custom-labels-evaluation-details"
VERDICTS = ("is-true-positive", "is-true-negative", "is-false-positive", "is-false-negative")
Items = list[tuple[str, tuple[float, ...], float]]


def judged(items: Items) -> dict[str, Any]:
    """The snapshot of a picture with a cat and a dog, in which those were found."""
    parsed = parse_line(0, line("a.png", **box_attribute(SIZE, [CAT, DOG])).encode())
    found = Found(
        boxes=np.array([box for _, box, _ in items]).reshape(-1, 4),
        labels=np.array([("cat", "dog").index(label) for label, _, _ in items], dtype=np.intp),
        scores=np.array([score for _, _, score in items]),
    )
    content = judged_box_snapshot(
        [parsed], [found], [truth_of(parsed)], thresholds={"cat": 0.5, "dog": 0.6}, at=0.0
    )
    document: dict[str, Any] = json.loads(content)
    return document


def verdicts(document: dict[str, Any]) -> list[tuple[str, str, float, bool]]:
    """Label, verdict, confidence and whether it is in the ground truth, of each prediction."""
    value = document["rekognition-custom-labels-evaluation"]
    metadata = document["rekognition-custom-labels-evaluation-metadata"]
    given = []
    for box, item in zip(value["annotations"], metadata["objects"], strict=True):
        details = item[DETAILS]
        [verdict] = [name for name in VERDICTS if details[name]]
        label = metadata["class-map"][str(box["class_id"])]
        given.append((label, verdict, item["confidence"], details["is-present-in-ground-truth"]))
    return given


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param(
            [("cat", CATS_PLACE, 0.9), ("dog", DOGS_PLACE, 0.8)],
            [("cat", "is-true-positive", 0.9, True), ("dog", "is-true-positive", 0.8, True)],
            id="both found",
        ),
        pytest.param(
            [("cat", CATS_PLACE, 0.9), ("dog", DOGS_PLACE, 0.55)],
            [("cat", "is-true-positive", 0.9, True), ("dog", "is-false-negative", 0.55, True)],
            id="one below its threshold",
        ),
        pytest.param(
            [("cat", CATS_PLACE, 0.9)],
            [("cat", "is-true-positive", 0.9, True), ("dog", "is-false-negative", 0.0, True)],
            id="one not found",
        ),
        pytest.param(
            [("cat", CATS_PLACE, 0.9), ("dog", DOGS_PLACE, 0.8), ("dog", ELSEWHERE, 0.7)],
            [
                ("cat", "is-true-positive", 0.9, True),
                ("dog", "is-true-positive", 0.8, True),
                ("dog", "is-false-positive", 0.7, False),
            ],
            id="one too many",
        ),
        pytest.param(
            [("cat", CATS_PLACE, 0.9), ("dog", DOGS_PLACE, 0.8), ("dog", ELSEWHERE, 0.5)],
            [("cat", "is-true-positive", 0.9, True), ("dog", "is-true-positive", 0.8, True)],
            id="one too many, below its threshold",
        ),
    ],
)
def test_each_box_is_judged_at_its_labels_threshold(
    items: Items, expected: list[tuple[str, str, float, bool]]
) -> None:
    assert verdicts(judged(items)) == expected


def test_predictions_are_in_the_form_of_ground_truth() -> None:
    document = judged([("dog", DOGS_PLACE, 0.8), ("cat", CATS_PLACE, 0.7)])
    assert document["rekognition-custom-labels-evaluation"] == {
        "annotations": [
            {"class_id": 0, "left": 100, "top": 20, "width": 80, "height": 60},
            {"class_id": 1, "left": 20, "top": 10, "width": 40, "height": 40},
        ],
        "image_size": [{"width": 200, "height": 100, "depth": 3}],
    }
    metadata = document["rekognition-custom-labels-evaluation-metadata"]
    assert metadata | {"objects": []} == {
        "objects": [],
        "class-map": {"0": "dog", "1": "cat"},
        "type": "groundtruth/object-detection",
        "job-name": "rekognition-custom-labels-evaluation-job",
        "human-annotated": "no",
        "creation-date": "1970-01-01T00:00:00.000000",
    }
    assert metadata["objects"][0][DETAILS] == {
        "version": 1,
        "ground-truth-labelling-jobs": ["rekognition-custom-labels-training-job"],
        "is-true-positive": True,
        "is-true-negative": False,
        "is-false-positive": False,
        "is-false-negative": False,
        "is-present-in-ground-truth": True,
    }


def test_a_snapshot_can_be_read_as_a_manifest() -> None:
    text = line("a.png", **box_attribute(SIZE, [CAT, DOG]))
    content = box_snapshot([parse_line(0, text.encode())], at=0.0)
    read = parse_line(0, content.strip())
    assert not read.errors
    assert read.source_ref == "s3://pictures/a.png"
    assert truth_of(read).boxes.tolist() == truth_of(parse_line(0, text.encode())).boxes.tolist()
    assert [attribute.name for attribute in read.attributes] == ["rekognition-custom-labels-training-0"]
    judged_text = json.dumps(judged([("cat", CATS_PLACE, 0.9)]))
    assert not parse_line(0, judged_text.encode()).errors


def test_a_brands_line_keeps_its_form() -> None:
    content = box_snapshot([parse_line(0, line("a.png", "cat").encode())], at=0.0)
    metadata = json.loads(content)["rekognition-custom-labels-training-0-metadata"]
    assert (metadata["class-name"], metadata["type"]) == ("cat", "groundtruth/image-classification")

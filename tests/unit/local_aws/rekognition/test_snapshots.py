"""The verdicts of the testing snapshot."""

from __future__ import annotations

import json

import numpy as np
import pytest

from local_aws.rekognition.manifest import parse_line
from local_aws.rekognition.snapshots import snapshot
from tests.unit.local_aws.rekognition.fakes import line

DETAILS = "rekognition-custom-labels-evaluation-details"


@pytest.mark.parametrize(
    ("score_of_cat", "score_of_dog", "expected"),
    [
        (0.9, 0.1, {"cat": "is-true-positive"}),
        (0.3, 0.1, {"cat": "is-false-negative"}),
        (0.9, 0.8, {"cat": "is-true-positive", "dog": "is-false-positive"}),
        (0.3, 0.8, {"cat": "is-false-negative", "dog": "is-false-positive"}),
    ],
)
def test_each_prediction_is_judged_at_its_threshold(
    score_of_cat: float, score_of_dog: float, expected: dict[str, str]
) -> None:
    content = snapshot(
        [parse_line(0, line("a.png", "cat").encode())],
        at=0.0,
        scores=np.array([[score_of_cat, score_of_dog]]),
        thresholds={"cat": 0.5, "dog": 0.5},
    )
    document = json.loads(content)
    found = {}
    for name, metadata in document.items():
        if name.endswith("-metadata") and DETAILS in metadata:
            verdicts = [
                key for key, is_so in metadata[DETAILS].items() if key[:8] != "is-prese" and is_so is True
            ]
            [found[metadata["class-name"]]] = verdicts
            assert metadata[DETAILS]["is-present-in-ground-truth"] == (metadata["class-name"] == "cat")
    assert found == expected

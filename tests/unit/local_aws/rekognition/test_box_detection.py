"""What a running model of object locations answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from local_aws.rekognition.box_geometry import overlaps
from tests.unit.local_aws.rekognition.boxed import Drawing, as_jpeg, boxed_pictures, shapes
from tests.unit.local_aws.rekognition.drawing import flat
from tests.unit.local_aws.rekognition.fakes import ACCOUNT, BUCKET, Lab
from tests.unit.local_aws.rekognition.trained import trained_version

Labels = list[dict[str, Any]]


@pytest.fixture(scope="module")
def running() -> tuple[Lab, str]:
    """A lab with a running model of circles, squares and triangles."""
    lab = Lab()
    project = lab.project()
    lab.dataset(project, "TRAIN", *boxed_pictures(lab, count=12, side="train"))
    lab.dataset(project, "TEST", *boxed_pictures(lab, count=5, side="test"))
    arn = trained_version(lab, project)
    lab.call("StartProjectVersion", ProjectVersionArn=arn, MinInferenceUnits=1)
    lab.time.pass_seconds(300)
    return lab, arn


def detect(running: tuple[Lab, str], content: bytes, **params: Any) -> Labels:
    lab, arn = running
    answer = lab.call("DetectCustomLabels", ProjectVersionArn=arn, Image={"Bytes": content}, **params)
    labels: Labels = answer["CustomLabels"]
    return labels


def boxes_of(labels: Labels) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Left, top, right, bottom of each."""
    boxes = [item["Geometry"]["BoundingBox"] for item in labels]
    return np.array(
        [[box["Left"], box["Top"], box["Left"] + box["Width"], box["Top"] + box["Height"]] for box in boxes]
    )


def assert_found(labels: Labels, drawing: Drawing) -> None:
    """Each shape has a box of its label where it is, and nothing else has one."""
    assert sorted(item["Name"] for item in labels) == sorted(drawing.truth.labels)
    iou = overlaps(drawing.truth.boxes, boxes_of(labels))
    for label, row in zip(drawing.truth.labels, iou, strict=True):
        assert row.max() >= 0.5
        assert labels[int(row.argmax())]["Name"] == label


def test_each_object_is_given_with_its_box(running: tuple[Lab, str]) -> None:
    generator = np.random.default_rng(70)
    for _ in range(5):
        drawing = shapes(generator, grain=4)
        labels = detect(running, drawing.content)
        assert_found(labels, drawing)
        assert all(item.keys() == {"Name", "Confidence", "Geometry"} for item in labels)
        assert all(item["Geometry"].keys() == {"BoundingBox"} for item in labels)


def test_objects_of_the_same_label_are_given_each(running: tuple[Lab, str]) -> None:
    generator = np.random.default_rng(71)
    drawing = next(
        each
        for each in (shapes(generator, labels=["circle"], grain=4) for _ in range(20))
        if len(each.shapes) == 3
    )
    labels = detect(running, drawing.content)
    assert [item["Name"] for item in labels] == ["circle"] * 3
    assert_found(labels, drawing)


def test_boxes_are_shares_of_a_picture_of_any_size(running: tuple[Lab, str]) -> None:
    drawing = shapes(np.random.default_rng(72), size=(200, 120), grain=4)
    assert_found(detect(running, as_jpeg(drawing.content, (1000, 600))), drawing)


def test_a_picture_in_s3_is_looked_at(running: tuple[Lab, str]) -> None:
    lab, arn = running
    drawing = shapes(np.random.default_rng(73), grain=4)
    lab.store.put("new.png", drawing.content)
    image = {"S3Object": {"Bucket": BUCKET, "Name": "new.png"}}
    assert_found(lab.call("DetectCustomLabels", ProjectVersionArn=arn, Image=image)["CustomLabels"], drawing)


@pytest.mark.parametrize("params", [{}, {"MinConfidence": 0.0}])
def test_nothing_is_found_where_nothing_stands_out(
    running: tuple[Lab, str], params: dict[str, float]
) -> None:
    assert detect(running, flat("lightgrey", side=160), **params) == []


def test_boxes_come_surest_first_from_the_confidence_and_up_to_the_number_wanted(
    running: tuple[Lab, str],
) -> None:
    generator = np.random.default_rng(74)
    drawing = next(each for each in (shapes(generator, grain=4) for _ in range(20)) if len(each.shapes) == 3)
    every = detect(running, drawing.content, MinConfidence=0.0)
    confidences = [item["Confidence"] for item in every]
    assert len(every) >= 3
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= confidence <= 100 for confidence in confidences)
    assert detect(running, drawing.content, MinConfidence=0.0, MaxResults=2) == every[:2]
    assert detect(running, drawing.content, MinConfidence=confidences[1]) == every[:2]


def test_each_label_has_its_own_threshold_unless_a_confidence_is_given(running: tuple[Lab, str]) -> None:
    lab, arn = running
    drawing = shapes(np.random.default_rng(75), grain=4)
    _, version = lab.platform.account(ACCOUNT, "us-east-1").version(arn)
    assert version.model is not None
    before = version.model
    version.model = replace(before, thresholds=dict.fromkeys(before.labels, 1.01))
    try:
        assert detect((lab, arn), drawing.content) == []
        assert_found(detect((lab, arn), drawing.content, MinConfidence=50.0), drawing)
    finally:
        version.model = before

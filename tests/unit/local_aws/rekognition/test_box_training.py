"""What training makes of data with boxes, through the service's operations."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from local_aws.rekognition.picture_reading import MeasureCache
from tests.unit.local_aws.rekognition.boxed import (
    box_attribute,
    boxed_line,
    boxed_pictures,
    brand_pictures,
    random_boxes,
    shapes,
)
from tests.unit.local_aws.rekognition.drawing import flat
from tests.unit.local_aws.rekognition.fakes import Lab, line


@pytest.fixture
def lab() -> Lab:
    return Lab()


@pytest.fixture(autouse=True)
def fresh_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local_aws.rekognition.versions.CACHE", MeasureCache())


def trained(lab: Lab, train: list[str], test: list[str]) -> dict[str, Any]:
    """Train on datasets of those lines; gives the model's description."""
    project = lab.project()
    lab.dataset(project, "TRAIN", *train)
    lab.dataset(project, "TEST", *test)
    lab.train(project)
    lab.time.pass_seconds(600)
    return lab.describe_version(project)


def document(lab: Lab, place: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(lab.result(place["S3Object"]))
    return found


def statistics(lab: Lab, description: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document(lab, description["ManifestSummary"])["statistics"]
    return found


def snapshot(lab: Lab, description: dict[str, Any], side: str) -> list[dict[str, Any]]:
    [asset] = description[f"{side}DataResult"]["Output"]["Assets"]
    content = lab.result(asset["GroundTruthManifest"]["S3Object"])
    return [json.loads(text) for text in content.splitlines()]


def test_boxes_are_learnt_and_tested(lab: Lab) -> None:
    train, test = boxed_pictures(lab, count=12, side="train"), boxed_pictures(lab, count=6, side="test")
    description = trained(lab, train, test)
    assert description["Status"] == "TRAINING_COMPLETED"
    assert description["EvaluationResult"]["F1Score"] > 0.9

    summary = document(lab, description["EvaluationResult"]["Summary"])
    results = summary["AggregatedEvaluationResults"]
    assert results.keys() == {"F1Score", "Precision", "Recall", "AveragePrecision", "AverageRecall"}
    assert results["F1Score"] == description["EvaluationResult"]["F1Score"]
    assert min(results.values()) > 0.9
    assert summary["EvaluationDetails"]["Labels"] == ["circle", "square", "triangle"]
    assert summary["EvaluationDetails"]["NumberOfTrainingImages"] == 12
    assert summary["EvaluationDetails"]["NumberOfTestingImages"] == 6
    for item in summary["LabelEvaluationResults"]:
        assert item["NumberOfTestingImages"] > 0
        assert 0 < item["Metrics"]["Threshold"] < 1

    assert {side["use_case"] for side in statistics(lab, description).values()} == {"OBJECT_LOCALIZATION"}

    [first, *_] = snapshot(lab, description, "Testing")
    truth = first["rekognition-custom-labels-training-0"]["annotations"]
    predictions = first["rekognition-custom-labels-evaluation-metadata"]["objects"]
    judged = [item["rekognition-custom-labels-evaluation-details"] for item in predictions]
    assert [item["is-true-positive"] for item in judged] == [True] * len(truth)
    assert len(snapshot(lab, description, "Training")) == 12
    assert "rekognition-custom-labels-evaluation" not in snapshot(lab, description, "Training")[0]


def test_external_manifests_with_boxes_are_learnt_and_split(lab: Lab) -> None:
    project = lab.project()
    manifest = lab.manifest("all.manifest", *boxed_pictures(lab, count=15, side="all"))
    lab.train(project, TrainingData={"Assets": [manifest]}, TestingData={"AutoCreate": True})
    lab.time.pass_seconds(600)
    description = lab.describe_version(project)
    assert description["EvaluationResult"]["F1Score"] > 0.8
    counts = statistics(lab, description)
    assert counts["training"]["valid_json_lines"] + counts["testing"]["valid_json_lines"] == 15
    assert counts["testing"]["valid_json_lines"] >= 2


def test_boxes_that_tell_nothing_score_low(lab: Lab) -> None:
    generator = np.random.default_rng(3)
    lines = []
    for number in range(14):
        drawing = random_boxes(generator)
        lab.store.put(f"{number}.png", drawing.content)
        lines.append(boxed_line(f"{number}.png", drawing))
    description = trained(lab, lines[:8], lines[8:])
    assert description["Status"] == "TRAINING_COMPLETED"
    assert description["EvaluationResult"]["F1Score"] < 0.4


def test_one_label_is_enough_for_locations(lab: Lab) -> None:
    train = boxed_pictures(lab, count=6, side="train", labels=["circle"])
    description = trained(lab, train, boxed_pictures(lab, count=3, side="test", labels=["circle"]))
    assert description["EvaluationResult"]["F1Score"] > 0.9


def test_labels_that_were_not_learnt_are_not_tested(lab: Lab) -> None:
    train = boxed_pictures(lab, count=8, side="train", labels=["circle", "square"])
    description = trained(lab, train, boxed_pictures(lab, count=6, side="test"))
    summary = document(lab, description["EvaluationResult"]["Summary"])
    assert summary["EvaluationDetails"]["Labels"] == ["circle", "square"]
    for each in snapshot(lab, description, "Testing"):
        class_map = each["rekognition-custom-labels-evaluation-metadata"]["class-map"]
        assert "triangle" not in class_map.values()


def test_brands_are_learnt_from_close_ups_and_located(lab: Lab) -> None:
    description = trained(lab, brand_pictures(lab, count=4), boxed_pictures(lab, count=6, side="test"))
    assert description["EvaluationResult"]["F1Score"] > 0.8
    results = document(lab, description["EvaluationResult"]["Summary"])["AggregatedEvaluationResults"]
    assert "AveragePrecision" in results
    assert {side["use_case"] for side in statistics(lab, description).values()} == {"OBJECT_LOCALIZATION"}
    [first, *_] = snapshot(lab, description, "Training")
    assert first["rekognition-custom-labels-training-0-metadata"]["class-name"] == "circle"


def test_lines_of_the_other_kind_are_ignored_and_told(lab: Lab) -> None:
    train, test = boxed_pictures(lab, count=8, side="train"), boxed_pictures(lab, count=4, side="test")
    others = [line(f"train/{number}.png?", "circle") for number in range(3)]
    description = trained(lab, train + others, [*test, line("test/0.png?", "circle")])
    counts = statistics(lab, description)
    assert (counts["training"]["valid_json_lines"], counts["training"]["ignored_json_lines"]) == (8, 3)
    assert (counts["testing"]["valid_json_lines"], counts["testing"]["ignored_json_lines"]) == (4, 1)
    summary = document(lab, description["EvaluationResult"]["Summary"])
    assert summary["EvaluationDetails"]["NumberOfTrainingImages"] == 8


def test_a_line_without_boxes_is_ignored_with_a_warning(lab: Lab) -> None:
    train, test = boxed_pictures(lab, count=8, side="train"), boxed_pictures(lab, count=4, side="test")
    empty = line("train/empty.png", **box_attribute((160, 160), []))
    description = trained(lab, [*train, empty], test)
    assert statistics(lab, description)["training"]["ignored_json_lines"] == 1
    [asset] = description["TrainingDataResult"]["Validation"]["Assets"]
    validated = lab.result(asset["GroundTruthManifest"]["S3Object"]).splitlines()
    assert [item["code"] for item in json.loads(validated[8])["warnings"]] == ["WARNING_NO_ANNOTATIONS"]


def test_locations_cannot_be_tested_without_boxes(lab: Lab) -> None:
    test = [line(f"train/{number}.png", label) for number, label in enumerate(("circle", "square"))]
    description = trained(lab, boxed_pictures(lab, count=6, side="train"), test)
    assert description["Status"] == "TRAINING_FAILED"
    summary = document(lab, description["ManifestSummary"])
    assert [error["code"] for error in summary["errors"]] == ["ERROR_INSUFFICIENT_LABEL_OVERLAP"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x89PNG\r\n\x1a\nbroken", "ERROR_INVALID_IMAGE"),
        (flat("red", side=63), "ERROR_INVALID_IMAGE_DIMENSION"),
        (flat("red", side=4097), "ERROR_INVALID_IMAGE_DIMENSION"),
    ],
    ids=["broken", "too small", "too large"],
)
def test_an_unusable_picture_is_left_out_and_told(lab: Lab, content: bytes, code: str) -> None:
    train = boxed_pictures(lab, count=5, side="train", labels=["circle"])
    lab.store.put("bad.png", content)
    bad = boxed_line("bad.png", shapes(np.random.default_rng(1), labels=["circle"]))
    description = trained(lab, [bad, *train], boxed_pictures(lab, count=2, side="test", labels=["circle"]))
    assert description["Status"] == "TRAINING_COMPLETED"
    assert statistics(lab, description)["training"]["error_json_line_indices"] == [0]
    [asset] = description["TrainingDataResult"]["Validation"]["Assets"]
    validated = lab.result(asset["GroundTruthManifest"]["S3Object"]).splitlines()
    assert [item["code"] for item in json.loads(validated[0])["errors"]] == [code]


def test_the_same_pictures_are_read_once(lab: Lab) -> None:
    project = lab.project()
    lab.dataset(project, "TRAIN", *boxed_pictures(lab, count=4, side="train", labels=["circle"]))
    lab.dataset(project, "TEST", *boxed_pictures(lab, count=2, side="test", labels=["circle"]))
    lab.train(project, "v1")
    lab.store.reads.clear()
    lab.train(project, "v2")
    assert [key for key in lab.store.reads if key.endswith(".png")] == []

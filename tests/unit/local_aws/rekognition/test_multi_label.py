"""Pictures with several image-level labels, from their manifests to what a running model answers."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.unit.local_aws.rekognition.boxed import INKS, draw_shape
from tests.unit.local_aws.rekognition.drawing import png
from tests.unit.local_aws.rekognition.fakes import Lab, line
from tests.unit.local_aws.rekognition.trained import COLOURS, trained_version

COMBINATIONS = [("red", "striped"), ("red",), ("blue", "striped"), ("blue",)]


def cloth(labels: tuple[str, ...], generator: np.random.Generator) -> bytes:
    """A colour with grain, with stripes or without."""
    light = np.array(COLOURS[labels[0]]) + generator.normal(0, 10, (96, 96, 3))
    if "striped" in labels:
        phase = generator.uniform(0, 2 * np.pi)
        light += 60 * np.sin(np.arange(96) / 96 * 2 * np.pi * 12 + phase)[:, None, None]
    return png(Image.fromarray(np.clip(light, 0, 255).astype(np.uint8)))


def cloths(lab: Lab, *, count: int, side: str) -> list[str]:
    """Put that many pictures of each combination into the bucket; gives their manifest lines."""
    generator = np.random.default_rng(sum(map(ord, side)))
    lines = []
    for labels in COMBINATIONS:
        for number in range(count):
            key = f"{side}/{'-'.join(labels)}/{number}.png"
            lab.store.put(key, cloth(labels, generator))
            lines.append(line(key, *labels))
    return lines


@pytest.fixture(scope="module")
def running() -> tuple[Lab, str]:
    """A lab with a running model of colours and stripes."""
    lab = Lab()
    project = lab.project()
    lab.dataset(project, "TRAIN", *cloths(lab, count=5, side="train"))
    lab.dataset(project, "TEST", *cloths(lab, count=2, side="test"))
    arn = trained_version(lab, project)
    lab.call("StartProjectVersion", ProjectVersionArn=arn, MinInferenceUnits=1)
    lab.time.pass_seconds(300)
    return lab, arn


def detect(running: tuple[Lab, str], content: bytes, **params: Any) -> dict[str, float]:
    lab, arn = running
    answer = lab.call("DetectCustomLabels", ProjectVersionArn=arn, Image={"Bytes": content}, **params)
    return {item["Name"]: item["Confidence"] for item in answer["CustomLabels"]}


@pytest.mark.parametrize("labels", COMBINATIONS)
@pytest.mark.parametrize("params", [{}, {"MinConfidence": 60.0}])
def test_every_label_of_a_new_picture_is_found_and_no_other(
    running: tuple[Lab, str], labels: tuple[str, ...], params: dict[str, float]
) -> None:
    generator = np.random.default_rng(30)
    for _ in range(3):
        assert detect(running, cloth(labels, generator), **params).keys() == set(labels)


def test_labels_are_as_certain_as_each_is_by_itself(running: tuple[Lab, str]) -> None:
    found = detect(running, cloth(("red", "striped"), np.random.default_rng(31)), MinConfidence=0.0)
    assert found.keys() == {"red", "blue", "striped"}
    assert found["red"] + found["striped"] > 150


def test_each_label_is_tested_by_itself(running: tuple[Lab, str]) -> None:
    lab, _ = running
    [project] = lab.call("DescribeProjects")["ProjectDescriptions"]
    description = lab.describe_version(project["ProjectArn"])
    summary = json.loads(lab.result(description["EvaluationResult"]["Summary"]["S3Object"]))
    assert summary["AggregatedEvaluationResults"]["F1Score"] == 1.0
    tested = {item["Label"]: item["NumberOfTestingImages"] for item in summary["LabelEvaluationResults"]}
    assert tested == {"red": 4, "blue": 4, "striped": 4}


def test_what_is_in_a_picture_together_is_found_together() -> None:
    lab, generator = Lab(), np.random.default_rng(2)
    places = {"circle": (6, 50, 46, 90), "square": (58, 50, 98, 90), "triangle": (110, 50, 150, 90)}
    combinations = [("circle",), ("square", "triangle"), ("circle", "triangle"), ("square",), ("triangle",)]

    def picture(labels: tuple[str, ...]) -> bytes:
        image = Image.new("RGB", (160, 140), tuple(int(v) for v in generator.integers(200, 256, 3)))
        for label in labels:
            draw_shape(image, label, places[label], INKS[label])
        return png(image)

    lines: dict[str, list[str]] = {"TRAIN": [], "TEST": []}
    for kind, count in (("TRAIN", 4), ("TEST", 2)):
        for labels in combinations:
            for number in range(count):
                key = f"{kind}/{'-'.join(labels)}/{number}.png"
                lab.store.put(key, picture(labels))
                lines[kind].append(line(key, *labels))
    project = lab.project()
    for kind, several in lines.items():
        lab.dataset(project, kind, *several)
    arn = trained_version(lab, project)
    lab.call("StartProjectVersion", ProjectVersionArn=arn, MinInferenceUnits=1)
    lab.time.pass_seconds(300)
    for labels in combinations:
        assert detect((lab, arn), picture(labels)).keys() == set(labels)

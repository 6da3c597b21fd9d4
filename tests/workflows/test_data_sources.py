"""Labelled data of each kind and format, from the file of labels to the model that answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from pipeline_stack.layout import DATA_SOURCES_PREFIX
from tests.workflows import shapes
from tests.workflows.operator import Operator
from tests.workflows.shapes import Drawn

FOLDER = f"{DATA_SOURCES_PREFIX}shapes/"
Write = Callable[[Operator, list[Drawn]], str]


def uri(operator: Operator, name: str) -> str:
    return f"s3://{operator.outputs['BucketName']}/{FOLDER}{name}"


def put(operator: Operator, name: str, content: str | bytes) -> str:
    body = content.encode() if isinstance(content, str) else content
    operator.aws.client("s3").put_object(
        Bucket=operator.outputs["BucketName"], Key=f"{FOLDER}{name}", Body=body
    )
    return uri(operator, name)


def put_pictures(operator: Operator, pictures: Iterable[Drawn]) -> None:
    for picture in pictures:
        put(operator, picture.name, picture.content)


def lines(operator: Operator, pictures: Iterable[Drawn], line: Callable[[str, Drawn], str]) -> str:
    return "\n".join(line(uri(operator, picture.name), picture) for picture in pictures)


def boxes(operator: Operator, pictures: Iterable[Drawn]) -> str:
    return lines(operator, pictures, shapes.box_line)


def several_labels(operator: Operator, pictures: Iterable[Drawn]) -> str:
    return lines(operator, pictures, lambda where, picture: shapes.label_line(where, picture.labels))


def multi_label(operator: Operator, pictures: Iterable[Drawn]) -> str:
    return lines(operator, pictures, lambda where, picture: shapes.multi_label_line(where, picture.labels))


def coco(_operator: Operator, pictures: list[Drawn]) -> str:
    return shapes.coco(pictures)


def csv_boxes(_operator: Operator, pictures: list[Drawn]) -> str:
    return shapes.csv_boxes(pictures)


def csv_labels(_operator: Operator, pictures: list[Drawn]) -> str:
    return shapes.csv_labels(pictures)


def detected(operator: Operator, version: str, picture: Drawn) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = operator.aws.client("rekognition").detect_custom_labels(
        ProjectVersionArn=operator.version_arn(version), Image={"Bytes": picture.content}
    )["CustomLabels"]
    return found


def assert_boxes_are_found(operator: Operator, version: str) -> None:
    (unseen,) = shapes.drawn(1, first=101)
    found = {each["Name"]: each["Geometry"]["BoundingBox"] for each in detected(operator, version, unseen)}
    for label, left, top, width, height in unseen.boxes:
        box = found[label]
        there = (
            box["Left"] * shapes.WIDTH,
            box["Top"] * shapes.HEIGHT,
            box["Width"] * shapes.WIDTH,
            box["Height"] * shapes.HEIGHT,
        )
        assert all(
            abs(one - other) < 10 for one, other in zip(there, (left, top, width, height), strict=True)
        )


def manifests(operator: Operator) -> list[list[dict[str, Any]]]:
    """The lines of the two manifests that Rekognition was given last."""
    s3 = operator.aws.client("s3")
    read = []
    for call in operator.calls("CreateDataset")[-2:]:
        place = call["parameters"]["DatasetSource"]["GroundTruthManifest"]["S3Object"]
        body = s3.get_object(Bucket=place["Bucket"], Key=place["Name"])["Body"].read()
        read.append([json.loads(line) for line in body.splitlines()])
    return read


@pytest.mark.parametrize(
    ("name", "write"),
    [("train.manifest", boxes), ("instances.json", coco), ("boxes.csv", csv_boxes)],
    ids=["ground-truth", "coco", "csv"],
)
def test_a_file_of_boxes_trains_a_model_that_finds_objects(
    operator: Operator, name: str, write: Write
) -> None:
    pictures = list(shapes.drawn(12))
    put_pictures(operator, pictures)
    source = {"kind": "manifest", "train": put(operator, name, write(operator, pictures))}

    report = operator.run(data_source=source)

    assert (report["outcome"], report["model_type"]) == ("deployed", "location")
    assert report["data_source"] == source["train"]
    assert report["pictures"]["total"] == 12
    assert report["pictures"]["test"] > 0
    assert_boxes_are_found(operator, report["version"])
    record = operator.item("version", report["version"])
    assert record is not None
    assert (record["model_type"], record["data_source"]) == ("location", source["train"])
    (message,) = operator.messages()
    assert "finds objects" in message["message"]
    assert source["train"] in message["message"]


@pytest.mark.parametrize(
    ("name", "write"),
    [("train.manifest", several_labels), ("output.manifest", multi_label), ("labels.csv", csv_labels)],
    ids=["attribute-pairs", "ground-truth-multi-label", "csv"],
)
def test_a_file_of_labels_trains_a_model_that_gives_several_to_a_picture(
    operator: Operator, name: str, write: Write
) -> None:
    operator.set("Minimum-F1-Score", "0.5")
    pictures = list(shapes.drawn(40))
    put_pictures(operator, pictures)
    source = {"kind": "manifest", "train": put(operator, name, write(operator, pictures))}

    report = operator.run(data_source=source)

    assert (report["outcome"], report["model_type"]) == ("deployed", "whole_picture")
    both = [line for side in manifests(operator) for line in side if "label-2" in line]
    assert len(both) == 20
    assert {line["label-2-metadata"]["type"] for line in both} == {"groundtruth/image-classification"}
    labels = report["pictures"]["labels"]
    assert {label: sides["train"] + sides["test"] for label, sides in labels.items()} == {
        "circle": 30,
        "square": 30,
    }

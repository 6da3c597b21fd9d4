"""Labelled data of each kind and format, from the file of labels to the model that answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from pipeline_stack.layout import DATA_SOURCES_PREFIX, MANIFESTS_PREFIX
from tests.workflows.operator import Operator
from tools import sample_shapes as shapes
from tools.sample_shapes import Drawn

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
        across = [box["Left"] * shapes.WIDTH, box["Width"] * shapes.WIDTH]
        down = [box["Top"] * shapes.HEIGHT, box["Height"] * shapes.HEIGHT]
        assert across == pytest.approx([left, width], abs=10)
        assert down == pytest.approx([top, height], abs=10)


def manifests(operator: Operator, version: str) -> list[list[dict[str, Any]]]:
    """The lines of the training and the test manifest of a version."""
    record = operator.item("version", version)
    assert record is not None
    s3 = operator.aws.client("s3")
    read = []
    for name in ("train", "test"):
        key = f"{MANIFESTS_PREFIX}{record['digest']}/{name}.manifest"
        body = s3.get_object(Bucket=operator.outputs["BucketName"], Key=key)["Body"].read()
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


def test_a_model_that_finds_objects_is_compared_with_the_live_one_on_the_same_pictures(
    operator: Operator,
) -> None:
    pictures = list(shapes.drawn(24))
    put_pictures(operator, pictures)
    train, held_out = pictures[:12], pictures[12:]
    test = put(operator, "test.manifest", boxes(operator, held_out))
    source = {
        "kind": "manifest",
        "train": put(operator, "train.manifest", boxes(operator, train)),
        "test": test,
    }
    live = operator.run(data_source=source)
    assert (live["outcome"], live["model_type"], live["comparison"]) == ("deployed", "location", None)
    more = put(operator, "more.manifest", boxes(operator, train[:8]))

    report = operator.run(data_source={**source, "train": more})

    comparison = report["comparison"]
    assert (comparison["champion"], comparison["pictures"]) == (live["version"], len(held_out))
    assert 0 < comparison["champion_f1"] <= 1
    assert 0 < comparison["challenger_f1"] <= 1
    # Both found the boxes where they are: the live model does no worse here than in its own test.
    assert comparison["champion_f1"] == pytest.approx(live["f1"], abs=0.1)


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
    both = [line for side in manifests(operator, report["version"]) for line in side if "label-2" in line]
    assert len(both) == 20
    assert {line["label-2-metadata"]["type"] for line in both} == {"groundtruth/image-classification"}
    labels = report["pictures"]["labels"]
    assert {label: sides["train"] + sides["test"] for label, sides in labels.items()} == {
        "circle": 30,
        "square": 30,
    }


def test_a_test_file_of_its_own_is_taken_as_it_is(operator: Operator) -> None:
    pictures = list(shapes.drawn(30))
    put_pictures(operator, pictures)
    train, test = pictures[:20], pictures[20:]
    source = {
        "kind": "manifest",
        "train": put(operator, "train.manifest", boxes(operator, train)),
        "test": put(operator, "test.manifest", boxes(operator, test)),
    }

    report = operator.run(data_source=source)

    assert report["outcome"] == "deployed"
    written = [{line["source-ref"] for line in side} for side in manifests(operator, report["version"])]
    assert written == [{uri(operator, picture.name) for picture in side} for side in (train, test)]


def test_brands_are_trained_on_labels_and_tested_with_boxes(operator: Operator) -> None:
    operator.set("Minimum-F1-Score", "0.3")
    alone = [picture for label in shapes.COLOURS for picture in shapes.drawn(20, labels=(label,))]
    alone = [
        Drawn(f"{picture.labels[0]}-{picture.name}", picture.content, picture.boxes) for picture in alone
    ]
    test = list(shapes.drawn(10, first=60))
    put_pictures(operator, [*alone, *test])
    source = {
        "kind": "manifest",
        "train": put(operator, "train.manifest", several_labels(operator, alone)),
        "test": put(operator, "test.manifest", boxes(operator, test)),
    }

    report = operator.run(data_source=source)

    assert (report["outcome"], report["model_type"]) == ("deployed", "location")
    training, testing = manifests(operator, report["version"])
    assert all("label" in line for line in training)
    assert all("boxes" in line for line in testing)
    (unseen,) = shapes.drawn(1, first=101)
    assert all("Geometry" in each for each in detected(operator, report["version"], unseen))


def test_a_set_trained_once_from_elsewhere_does_not_make_the_folders_look_new(stocked: Operator) -> None:
    of_folders = stocked.run()["version"]
    pictures = list(shapes.drawn(12))
    put_pictures(stocked, pictures)
    source = {"kind": "manifest", "train": put(stocked, "train.manifest", boxes(stocked, pictures))}
    once = stocked.run(data_source=source)["version"]

    scheduled = stocked.run(source="schedule")

    assert scheduled["outcome"] == "nothing_to_train"
    assert stocked.system_parameter()["live_model"]["version"] == once != of_folders
    assert stocked.run(data_source=source)["outcome"] == "nothing_to_train"
    assert stocked.run(data_source=source | {"test": None})["outcome"] == "nothing_to_train"


def test_a_forced_run_of_another_source_does_not_forget_a_paid_version(stocked: Operator) -> None:
    pictures = list(shapes.drawn(12))
    put_pictures(stocked, pictures)
    source = {"kind": "manifest", "train": put(stocked, "train.manifest", boxes(stocked, pictures))}
    no_slot = {"operation": "StartProjectVersion", "error": "LimitExceededException", "after": 0, "times": 1}
    stocked.aws.faults([no_slot | {"service": "rekognition"}])
    waiting = stocked.run()
    assert waiting["outcome"] == "waiting_for_capacity"

    forced = stocked.run(data_source=source, force=True)

    assert (forced["outcome"], forced["version"]) == ("deployed", waiting["version"])


def test_a_bad_line_is_named_before_anything_is_paid(operator: Operator) -> None:
    pictures = list(shapes.drawn(20))
    put_pictures(operator, pictures)
    document = shapes.coco(pictures).replace("019.png", "lost.png")
    source = {"kind": "manifest", "train": put(operator, "instances.json", document)}

    report = operator.run(data_source=source)

    assert report["outcome"] == "preflight_failed"
    assert operator.calls("CreateProjectVersion") == operator.calls("CreateDataset") == []
    (message,) = operator.messages()
    for part in ("instances.json, image 20", f"{FOLDER}lost.png", "the object is missing", "check.html"):
        assert part in message["message"]

    assert operator.run(data_source=source)["outcome"] == "already_tried"
    put(operator, "instances.json", shapes.coco(pictures))
    assert operator.run(data_source=source)["outcome"] == "deployed"


def test_a_file_without_a_usable_line_is_no_reason_to_wait_for_more(operator: Operator) -> None:
    source = {"kind": "manifest", "train": put(operator, "train.manifest", '{"source-ref": "a.png"}\n' * 12)}

    report = operator.run(data_source=source)

    assert report["outcome"] == "preflight_failed"
    (message,) = operator.messages()
    for part in ("train.manifest, line 1", "s3://BUCKET/KEY", "12 of 12 pictures"):
        assert part in message["message"]
    assert operator.run(data_source=source, source="schedule")["outcome"] == "already_tried"
    assert len(operator.messages()) == 1


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        ({"kind": "zip"}, "DataSourceInvalid", ("zip", "folders, manifest, dataset")),
        ({"kind": "manifest", "train": "labels.csv"}, "DataSourceInvalid", ("labels.csv", "s3://BUCKET/KEY")),
        (
            {"kind": "manifest", "train": "s3://someone-elses/labels.csv"},
            "DataSourceInvalid",
            ("s3://someone-elses/labels.csv", f"/{DATA_SOURCES_PREFIX}", "data_locations"),
        ),
        (
            {
                "kind": "dataset",
                "train": "arn:aws:rekognition:us-east-1:000000000000:project/other/dataset/train/1",
            },
            "DataSourceInvalid",
            ("project/other", "data_projects"),
        ),
    ],
    ids=["kind", "address", "place", "project"],
)
def test_a_source_that_cannot_be_is_refused_in_words(
    operator: Operator, source: dict[str, Any], error: str, words: tuple[str, ...]
) -> None:
    found = operator.run_red(data_source=source)

    assert found["error"] == error
    for part in words:
        assert part in found["cause"]
    assert operator.item("lock", "training") is None


def test_each_thing_that_is_wrong_with_a_file_is_told_once(operator: Operator) -> None:
    where = uri(operator, "lost.manifest")
    scheduled = {"data_source": {"kind": "manifest", "train": where}, "source": "schedule"}

    for found in (operator.run_red(**scheduled), operator.run_red(**scheduled)):
        assert found["error"] == "LabelFileUnreadable"
        assert f"{where}: there is no such file" in found["cause"]
    assert len(operator.messages()) == 1

    put(operator, "lost.manifest", "\n".encode("utf-16"))
    assert "UTF-16" in operator.run_red(**scheduled)["cause"]
    assert len(operator.messages()) == 2


def test_a_version_left_unfinished_stays_one_of_its_source(stocked: Operator) -> None:
    stocked.run()
    pictures = list(shapes.drawn(12))
    put_pictures(stocked, pictures)
    source = {"kind": "manifest", "train": put(stocked, "train.manifest", boxes(stocked, pictures))}
    stocked.aws.rekognition(hold_trainings=True)
    cut_short = stocked.start(data_source=source)
    stocked.until_in(cut_short, "Wait for training")
    stocked.aws.client("stepfunctions").stop_execution(executionArn=cut_short)
    stocked.aws.rekognition(hold_trainings=False)
    stocked.until_idle("Training")

    finished = stocked.run(source="schedule")

    assert (finished["outcome"], finished["data_source"]) == ("deployed", source["train"])
    assert stocked.run(data_source=source)["outcome"] == "nothing_to_train"
    assert stocked.run(source="schedule")["outcome"] == "nothing_to_train"


def test_pictures_that_only_rekognition_finds_broken_are_named(operator: Operator) -> None:
    pictures = list(shapes.drawn(20))
    # Cut off behind a sound header; more than a fifth.
    cut = [replace(picture, content=picture.content[:200]) for picture in pictures[:6]]
    put_pictures(operator, [*cut, *pictures[6:]])
    source = {"kind": "manifest", "train": put(operator, "train.manifest", boxes(operator, pictures))}

    found = operator.run_red(data_source=source)

    assert found["error"] == "TrainingFailed"
    for part in ("ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST", f"{FOLDER}{cut[0].name}", "ERROR_INVALID_IMAGE"):
        assert part in found["cause"]
    assert operator.run(data_source=source)["outcome"] == "already_tried"

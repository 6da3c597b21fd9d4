"""What training makes of good and bad data, and the files it leaves."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from local_aws.rekognition.picture_reading import MeasureCache
from tests.unit.local_aws.rekognition.drawing import flat, noise
from tests.unit.local_aws.rekognition.fakes import BUCKET, Lab, line
from tests.unit.local_aws.rekognition.trained import pictures, ready_project


@pytest.fixture
def lab() -> Lab:
    return Lab()


@pytest.fixture(autouse=True)
def fresh_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local_aws.rekognition.versions.CACHE", MeasureCache())


def trained(lab: Lab, train: list[str], test: list[str]) -> dict[str, Any]:
    """Train on those lines; gives the model's description."""
    project = lab.project()
    lab.dataset(project, "TRAIN", *train)
    lab.dataset(project, "TEST", *test)
    lab.train(project)
    lab.time.pass_seconds(600)
    return lab.describe_version(project)


def summary_of(lab: Lab, description: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(lab.result(description["ManifestSummary"]["S3Object"]))
    return found


def content_codes(summary: dict[str, Any]) -> list[str]:
    sides = [summary["statistics"]["training"], summary["statistics"]["testing"], summary]
    return [error["code"] for side in sides for error in side["errors"]]


def asset(data: dict[str, Any]) -> dict[str, Any]:
    [found] = data["Assets"]
    place: dict[str, Any] = found["GroundTruthManifest"]["S3Object"]
    return place


def lines_of(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(text) for text in content.splitlines()]


def assert_fails(lab: Lab, description: dict[str, Any], code: str, message: str) -> None:
    assert (description["Status"], description["StatusMessage"]) == ("TRAINING_FAILED", message)
    assert "EvaluationResult" not in description
    assert code in content_codes(summary_of(lab, description))


def test_the_evaluation_summary_is_in_the_output_prefix_in_the_services_format(lab: Lab) -> None:
    description = trained(lab, pictures(lab, count=6, side="train"), pictures(lab, count=2, side="test"))
    place = description["EvaluationResult"]["Summary"]["S3Object"]
    assert place["Name"].startswith("evaluation/")
    summary = json.loads(lab.result(place))
    results = summary["AggregatedEvaluationResults"]
    assert summary["Version"] == 1
    assert (results["F1Score"], results["Precision"], results["Recall"]) == (1.0, 1.0, 1.0)
    assert results["ConfusionMatrix"] == [
        {"GroundTruthLabel": label, "PredictedLabel": label, "Value": 1.0} for label in ("blue", "red")
    ]
    assert summary["EvaluationDetails"] == {
        "EvaluationEndTimestamp": "2027-01-15T08:17:20.000000",
        "Labels": ["blue", "red"],
        "NumberOfTestingImages": 4,
        "NumberOfTrainingImages": 12,
        "ProjectVersionArn": description["ProjectVersionArn"],
    }
    for item in summary["LabelEvaluationResults"]:
        assert item["NumberOfTestingImages"] == 2
        assert item["Metrics"].keys() == {"F1Score", "Precision", "Recall", "Threshold"}
        assert 0.2 < item["Metrics"]["Threshold"] < 0.8


def test_the_testing_snapshot_tells_each_prediction(lab: Lab) -> None:
    description = trained(lab, pictures(lab, count=6, side="train"), pictures(lab, count=2, side="test"))
    documents = lines_of(lab.result(asset(description["TestingDataResult"]["Output"])))
    assert len(documents) == 4
    verdict = documents[0]["rekognition-custom-labels-evaluation-0-metadata"]
    assert documents[0]["rekognition-custom-labels-training-0-metadata"]["class-name"] == "red"
    assert (verdict["class-name"], verdict["human-annotated"]) == ("red", "no")
    details = verdict["rekognition-custom-labels-evaluation-details"]
    assert details["is-true-positive"]
    assert details["is-present-in-ground-truth"]
    assert not details["is-false-negative"]
    training = lines_of(lab.result(asset(description["TrainingDataResult"]["Output"])))
    assert len(training) == 12
    assert "rekognition-custom-labels-evaluation-0" not in training[0]


def test_the_manifest_summary_of_good_data_counts_it(lab: Lab) -> None:
    description = trained(lab, pictures(lab, count=6, side="train"), pictures(lab, count=2, side="test"))
    summary = summary_of(lab, description)
    assert content_codes(summary) == []
    assert summary["statistics"]["training"] == {
        "use_case": "IMAGE_LEVEL_LABELS",
        "total_json_lines": 12,
        "valid_json_lines": 12,
        "invalid_json_lines": 0,
        "ignored_json_lines": 0,
        "errors": [],
        "error_json_line_indices": [],
    }


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(None, id="missing"),
        pytest.param(b"", id="empty"),
        pytest.param(b"\x89PNG\r\n\x1a\nbroken", id="broken"),
        pytest.param(b"GIF89a" + b"\0" * 100, id="another format"),
        pytest.param(flat("red", side=63), id="too small"),
        pytest.param(flat("red", side=4097), id="too large"),
        pytest.param(noise(np.random.default_rng(1))[:9000], id="cut off"),
    ],
)
def test_an_unusable_picture_is_left_out_and_told(lab: Lab, content: bytes | None) -> None:
    lines = [*pictures(lab, count=6, side="train"), line("bad.png", "red")]
    if content is not None:
        lab.store.put("bad.png", content)
    description = trained(lab, lines, pictures(lab, count=2, side="test"))
    assert description["Status"] == "TRAINING_COMPLETED"
    statistics = summary_of(lab, description)["statistics"]["training"]
    assert (statistics["valid_json_lines"], statistics["error_json_line_indices"]) == (12, [12])
    validated = lines_of(lab.result(asset(description["TrainingDataResult"]["Validation"])))
    assert validated[12]["errors"] == [
        {
            "code": "ERROR_INVALID_IMAGE",
            "message": "The image is invalid. Check S3 path and/or image properties.",
        }
    ]
    assert "errors" not in validated[0]


def test_more_than_20_percent_unusable_pictures_fail_the_training(lab: Lab) -> None:
    lines = pictures(lab, count=6, side="train") + [
        line(f"missing{number}.png", "red") for number in range(4)
    ]
    description = trained(lab, lines, pictures(lab, count=2, side="test"))
    assert_fails(
        lab,
        description,
        "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST",
        "The manifest file contains too many invalid rows.",
    )


def test_one_label_is_too_few(lab: Lab) -> None:
    description = trained(
        lab, pictures(lab, count=6, side="train", labels=("red",)), pictures(lab, count=2, side="test")
    )
    assert_fails(lab, description, "ERROR_MANIFEST_TOO_FEW_LABELS", "The manifest file has too few labels.")


def test_a_second_label_whose_pictures_are_all_broken_is_too_few(lab: Lab) -> None:
    lines = [*pictures(lab, count=6, side="train", labels=("red",)), line("missing.png", "blue")]
    description = trained(lab, lines, pictures(lab, count=2, side="test"))
    assert_fails(
        lab,
        description,
        "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS",
        "The manifest file has too few usable labels.",
    )


def test_less_than_half_of_the_labels_in_the_test_is_too_little(lab: Lab) -> None:
    train = pictures(lab, count=4, side="train", labels=("red", "green", "blue"))
    description = trained(lab, train, pictures(lab, count=2, side="test", labels=("red",)))
    assert_fails(
        lab,
        description,
        "ERROR_INSUFFICIENT_LABEL_OVERLAP",
        "Less than 50% label overlap between the training and testing manifest files.",
    )


def test_half_of_the_labels_in_the_test_is_enough(lab: Lab) -> None:
    description = trained(
        lab, pictures(lab, count=6, side="train"), pictures(lab, count=2, side="test", labels=("red",))
    )
    assert description["Status"] == "TRAINING_COMPLETED"
    summary = json.loads(lab.result(description["EvaluationResult"]["Summary"]["S3Object"]))
    tested = {item["Label"]: item["NumberOfTestingImages"] for item in summary["LabelEvaluationResults"]}
    assert tested == {"red": 2, "blue": 0}


def test_images_in_two_buckets_fail_the_training(lab: Lab) -> None:
    lines = pictures(lab, count=6, side="train")
    lab.store.objects["elsewhere", "a.png"] = flat("red")
    lines.append(line("a.png", "red", **{"source-ref": "s3://elsewhere/a.png"}))
    description = trained(lab, lines, pictures(lab, count=2, side="test"))
    assert_fails(
        lab,
        description,
        "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS",
        "The manifest file contains images from multiple S3 buckets.",
    )


def test_an_empty_dataset_is_an_empty_manifest(lab: Lab) -> None:
    description = trained(lab, [], pictures(lab, count=2, side="test"))
    assert description["Status"] == "TRAINING_FAILED"
    assert description["StatusMessage"] == "The manifest file is empty."
    assert "ManifestSummary" not in description


@pytest.mark.parametrize("missing", ["bucket", "object"])
def test_a_caller_without_rights_on_the_pictures_bucket_fails_the_training(lab: Lab, missing: str) -> None:
    project = ready_project(lab)
    lab.store.denied.add(missing)
    lab.train(project)
    lab.time.pass_seconds(600)
    assert_fails(
        lab,
        lab.describe_version(project),
        "ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET",
        "The permissions for the images S3 bucket are invalid.",
    )


def test_a_caller_who_cannot_read_the_pictures_fails_the_training(lab: Lab) -> None:
    project = ready_project(lab)
    lab.store.denied.add("get")
    lab.train(project)
    lab.time.pass_seconds(600)
    description = lab.describe_version(project)
    assert_fails(lab, description, "ERROR_FAILED_IMAGES_S3_COPY", "Failed to copy images from S3 bucket.")


def test_a_caller_who_cannot_write_results_fails_the_training(lab: Lab) -> None:
    project = ready_project(lab)
    lab.store.denied.add("put")
    lab.train(project)
    lab.time.pass_seconds(600)
    description = lab.describe_version(project)
    assert description["StatusMessage"] == "Unable to write to output S3 bucket."
    assert "ManifestSummary" not in description


def test_a_fault_of_the_service_is_told_as_one(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise MemoryError("no more")

    monkeypatch.setattr("local_aws.rekognition.training.train", break_down)
    project = ready_project(lab)
    lab.train(project)
    lab.time.pass_seconds(600)
    description = lab.describe_version(project)
    assert description["StatusMessage"].startswith("Amazon Rekognition experienced a service issue.")


def test_pictures_without_labels_are_put_aside(lab: Lab) -> None:
    lines = [*pictures(lab, count=6, side="train"), line("train/red/0.png?", label0=1)]
    lines += [line(f"nothing{number}.png") for number in range(20)]
    description = trained(lab, lines, pictures(lab, count=2, side="test"))
    statistics = summary_of(lab, description)["statistics"]["training"]
    assert (statistics["ignored_json_lines"], statistics["invalid_json_lines"]) == (20, 1)
    assert description["Status"] == "TRAINING_COMPLETED"


def test_several_labels_on_a_picture_are_learnt_each_for_itself(lab: Lab) -> None:
    lines = {"train": pictures(lab, count=8, side="train"), "test": pictures(lab, count=3, side="test")}
    for side, several in lines.items():
        lines[side] = [
            line(json.loads(text)["source-ref"].removeprefix(f"s3://{BUCKET}/"), label, "picture")
            for text in several
            for label in (["red"] if "/red/" in text else ["blue"])
        ]
    description = trained(lab, lines["train"], lines["test"])
    assert description["EvaluationResult"]["F1Score"] == 1.0


def test_the_same_content_is_measured_once(lab: Lab) -> None:
    project = ready_project(lab)
    lab.train(project, "v1")
    lab.store.reads.clear()
    lab.train(project, "v2")
    assert [key for key in lab.store.reads if key.endswith(".png")] == []
    lab.time.pass_seconds(600)
    scores = [lab.describe_version(project, name)["EvaluationResult"]["F1Score"] for name in ("v1", "v2")]
    assert scores == [1.0, 1.0]

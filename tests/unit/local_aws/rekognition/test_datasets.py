"""A dataset's life, and what gets into it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from tests.unit.local_aws.rekognition.fakes import BUCKET, CallError, Lab, line

CATS = [line(f"cat/{number}.png", "cat") for number in range(10)]


@pytest.fixture
def lab() -> Lab:
    return Lab()


def test_a_dataset_is_complete_after_its_time(lab: Lab) -> None:
    arn = lab.dataset(lab.project(), "TRAIN", *CATS, wait=False)
    assert lab.describe_dataset(arn)["Status"] == "CREATE_IN_PROGRESS"
    lab.time.pass_seconds(19)
    assert lab.describe_dataset(arn)["Status"] == "CREATE_IN_PROGRESS"
    lab.time.pass_seconds(1)
    description = lab.describe_dataset(arn)
    assert (description["Status"], description["StatusMessageCode"]) == ("CREATE_COMPLETE", "SUCCESS")
    assert "/dataset/train/" in arn


def test_a_dataset_is_not_complete_before_its_manifest_is_read() -> None:
    with ThreadPoolExecutor(1) as workers:
        lab, go_on = Lab(workers=workers), Event()
        workers.submit(go_on.wait, 5)
        arn = lab.dataset(lab.project(), "TRAIN", *CATS)
        assert lab.describe_dataset(arn)["Status"] == "CREATE_IN_PROGRESS"
        go_on.set()
        workers.submit(lambda: None).result()
        assert lab.describe_dataset(arn)["Status"] == "CREATE_COMPLETE"


def test_duplicate_and_malformed_lines_are_dropped_without_a_word(lab: Lab) -> None:
    arn = lab.dataset(lab.project(), "TRAIN", *CATS, line("cat/0.png", "dog"), "{not json")
    description = lab.describe_dataset(arn)
    assert description["Status"] == "CREATE_COMPLETE"
    assert description["DatasetStats"] == {
        "LabeledEntries": 10,
        "TotalEntries": 10,
        "TotalLabels": 1,
        "ErrorEntries": 0,
    }


@pytest.mark.parametrize(
    "bad",
    [
        line("x" * 1025 + ".png", "cat"),
        line("x.png", "cat").replace("source-ref", "source"),
        line("x.png", "cat").replace("s3://", "https://"),
        line("x.png", "cat", filler="x" * 100_000),
    ],
    ids=["long key", "no source-ref", "no S3 address", "long line"],
)
def test_lines_that_name_no_picture_or_are_too_long_are_dropped_without_a_word(lab: Lab, bad: str) -> None:
    arn = lab.dataset(lab.project(), "TRAIN", *CATS, bad)
    stats = lab.describe_dataset(arn)["DatasetStats"]
    assert (stats["TotalEntries"], stats["ErrorEntries"]) == (10, 0)
    assert lab.call("ListDatasetEntries", DatasetArn=arn, HasErrors=True)["DatasetEntries"] == []


def test_lines_with_errors_stay_and_are_counted(lab: Lab) -> None:
    arn = lab.dataset(
        lab.project(), "TRAIN", *CATS, line("x.png", "cat", label0="one"), line("unlabelled.png")
    )
    stats = lab.describe_dataset(arn)["DatasetStats"]
    assert stats == {"LabeledEntries": 10, "TotalEntries": 12, "TotalLabels": 1, "ErrorEntries": 1}


@pytest.mark.parametrize("bad", ["{not json", line("cat/0.png", "cat"), line("x.png", "cat", label0="one")])
def test_more_than_20_percent_bad_lines_fail_the_dataset(lab: Lab, bad: str) -> None:
    arn = lab.dataset(lab.project(), "TRAIN", *CATS, bad, bad.replace("x.png", "y.png"))
    assert lab.describe_dataset(arn)["Status"] == "CREATE_COMPLETE"
    worse = [bad.replace("x.png", f"{number}.png") for number in range(3)]
    other = lab.dataset(lab.project("other"), "TRAIN", *CATS, *worse)
    description = lab.describe_dataset(other)
    assert description["Status"] == "CREATE_FAILED"
    assert description["StatusMessageCode"] == "CLIENT_ERROR"
    assert description["StatusMessage"] == (
        "ERROR_TOO_MANY_RECORDS_IN_ERROR: The manifest file has too many terminal errors."
    )


def test_a_file_that_is_no_manifest_fails_the_dataset(lab: Lab) -> None:
    arn = lab.dataset(lab.project(), "TRAIN", "<html>")
    message = lab.describe_dataset(arn)["StatusMessage"]
    assert message.startswith("ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT")


def test_more_than_250_labels_fail_the_dataset(lab: Lab) -> None:
    lines = [line(f"{number}.png", f"label {number}") for number in range(251)]
    arn = lab.dataset(lab.project(), "TRAIN", *lines)
    assert lab.describe_dataset(arn)["StatusMessage"].startswith("ERROR_MANIFEST_TOO_MANY_LABELS")


def test_a_manifest_needs_an_extension(lab: Lab) -> None:
    source = lab.manifest("folder.d/manifest", *CATS)
    arn = lab.call("CreateDataset", ProjectArn=lab.project(), DatasetType="TRAIN", DatasetSource=source)[
        "DatasetArn"
    ]
    lab.time.pass_seconds(20)
    assert "ERROR_MANIFEST_INACCESSIBLE" in lab.describe_dataset(arn)["StatusMessage"]


@pytest.mark.parametrize("missing", ["get", "TRAIN.manifest"])
def test_a_manifest_the_caller_may_not_read_is_refused_at_once(lab: Lab, missing: str) -> None:
    project = lab.project()
    lab.store.denied.add(missing)
    with pytest.raises(CallError) as refused:
        lab.dataset(project, "TRAIN", *CATS)
    assert refused.value.code == "InvalidS3ObjectException"
    assert "TRAIN.manifest" in refused.value.message
    assert lab.call("DescribeProjects")["ProjectDescriptions"][0]["Datasets"] == []


def test_a_manifest_that_does_not_exist_is_refused_at_once(lab: Lab) -> None:
    place = {"GroundTruthManifest": {"S3Object": {"Bucket": BUCKET, "Name": "nowhere.manifest"}}}
    with pytest.raises(CallError, match="InvalidS3ObjectException"):
        lab.call("CreateDataset", ProjectArn=lab.project(), DatasetType="TRAIN", DatasetSource=place)


@pytest.mark.parametrize("missing", ["bucket", "object"])
def test_missing_rights_on_the_bucket_fail_the_dataset(lab: Lab, missing: str) -> None:
    lab.store.denied.add(missing)
    arn = lab.dataset(lab.project(), "TRAIN", *CATS)
    description = lab.describe_dataset(arn)
    assert description["Status"] == "CREATE_FAILED"
    assert description["StatusMessage"].startswith("ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET")


def test_a_project_has_one_dataset_of_each_type(lab: Lab) -> None:
    project = lab.project()
    lab.dataset(project, "TRAIN", *CATS)
    lab.dataset(project, "TEST")
    with pytest.raises(CallError, match="ResourceAlreadyExistsException"):
        lab.dataset(project, "TRAIN", *CATS)
    kinds = [
        item["DatasetType"] for item in lab.call("DescribeProjects")["ProjectDescriptions"][0]["Datasets"]
    ]
    assert kinds == ["TRAIN", "TEST"]


def test_a_dataset_is_not_deleted_while_it_is_made(lab: Lab) -> None:
    arn = lab.dataset(lab.project(), "TRAIN", *CATS, wait=False)
    with pytest.raises(CallError, match="ResourceInUseException"):
        lab.call("DeleteDataset", DatasetArn=arn)


def test_a_deleted_dataset_is_gone_after_its_time(lab: Lab) -> None:
    project = lab.project()
    arn = lab.dataset(project, "TRAIN", *CATS)
    lab.call("DeleteDataset", DatasetArn=arn)
    assert lab.describe_dataset(arn)["Status"] == "DELETE_IN_PROGRESS"
    with pytest.raises(CallError, match="ResourceAlreadyExistsException"):
        lab.dataset(project, "TRAIN", *CATS)
    lab.time.pass_seconds(10)
    with pytest.raises(CallError, match="ResourceNotFoundException"):
        lab.describe_dataset(arn)
    assert lab.dataset(project, "TRAIN", *CATS) != arn


def test_a_dataset_can_be_a_copy_of_another(lab: Lab) -> None:
    arn = lab.dataset(lab.project(), "TRAIN", *CATS)
    copy = lab.call(
        "CreateDataset",
        ProjectArn=lab.project("other"),
        DatasetType="TEST",
        DatasetSource={"DatasetArn": arn},
    )["DatasetArn"]
    lab.time.pass_seconds(20)
    assert lab.describe_dataset(copy)["DatasetStats"]["TotalEntries"] == 10

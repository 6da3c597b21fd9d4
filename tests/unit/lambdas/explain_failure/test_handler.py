"""The function as Lambda calls it, against moto."""

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdas.explain_failure import handler as handler_module
from lambdas.explain_failure.handler import handler
from tests.unit.lambdas.conftest import FakeContext

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BUCKET = "pictures-bucket"
SUMMARY = {
    "statistics": {
        "training": {
            "total_json_lines": 3,
            "errors": [{"code": "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST", "message": "Too many."}],
        },
        "testing": {"errors": []},
    },
    "errors": [],
}
LINES = [
    {"source-ref": f"s3://{BUCKET}/images_labeled_by_folder/a/0.jpg"},
    {
        "source-ref": f"s3://{BUCKET}/images_labeled_by_folder/a/1.jpg",
        "errors": [{"code": "ERROR_INVALID_IMAGE", "message": "The image is invalid."}],
    },
]


@pytest.fixture
def client(aws: None, monkeypatch: pytest.MonkeyPatch) -> "S3Client":
    monkeypatch.setenv("BUCKET_NAME", BUCKET)
    monkeypatch.setenv("RESULTS_PREFIX", "evaluation/")
    handler_module._s3.cache_clear()
    client: S3Client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    return client


def place(name: str) -> dict[str, str]:
    return {"Bucket": BUCKET, "Name": f"evaluation/set-1/{name}"}


def event(**changed: object) -> dict[str, Any]:
    files = {name: place(f"{name}.json") for name in ("summary", "training", "testing")}
    return {
        "version": "set-1",
        "said": "Too many invalid rows.",
        **files,
        "execution_id": "arn:run",
    } | changed


def test_the_pictures_to_blame_are_named_and_the_report_is_stored(
    client: "S3Client", lambda_context: FakeContext
) -> None:
    content = "".join(json.dumps(line) + "\n" for line in LINES).encode()
    client.put_object(Bucket=BUCKET, Key="evaluation/set-1/summary.json", Body=json.dumps(SUMMARY).encode())
    client.put_object(Bucket=BUCKET, Key="evaluation/set-1/training.json", Body=content)

    explanation = handler(event(), lambda_context)

    assert explanation["codes"] == ["ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST", "ERROR_INVALID_IMAGE"]
    assert explanation["data_is_the_reason"] is True
    assert "images_labeled_by_folder/a/1.jpg" in explanation["words"]
    assert "images_labeled_by_folder/a/0.jpg" not in explanation["words"]
    assert explanation["report"] == f"s3://{BUCKET}/evaluation/set-1/failure-report.html"
    for name in ("failure-report.html", "failure-report.json"):
        stored = client.get_object(Bucket=BUCKET, Key=f"evaluation/set-1/{name}")["Body"].read()
        assert b"images_labeled_by_folder/a/1.jpg" in stored
    assert json.loads(json.dumps(explanation)) == explanation


def test_a_failure_without_files_is_explained_by_its_words(
    client: "S3Client", lambda_context: FakeContext
) -> None:
    said = "The TRAIN dataset is CREATE_FAILED: ERROR_MANIFEST_TOO_MANY_LABELS: The manifest has too many."

    explanation = handler(event(said=said, summary=None, training=None, testing=None), lambda_context)

    assert explanation["codes"] == ["ERROR_MANIFEST_TOO_MANY_LABELS"]
    assert "Join or remove labels." in explanation["words"]
    assert explanation["report"] is None
    assert client.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0


REFUSED = (
    "The TRAIN dataset is CREATE_FAILED: ERROR_TOO_MANY_RECORDS_IN_ERROR: The manifest file has too many "
    "terminal errors."
)


def refused_event() -> dict[str, Any]:
    manifest = {"Bucket": BUCKET, "Name": "manifests/d/train.manifest"}
    return event(said=REFUSED, summary=None, training=None, testing=None, manifests={"training": manifest})


def test_the_lines_of_a_refused_dataset_are_found_in_its_manifest(
    client: "S3Client", lambda_context: FakeContext
) -> None:
    metadata = {"class-name": "a", "type": "groundtruth/image-classification"}
    good = {"source-ref": f"s3://{BUCKET}/a/0.jpg", "label": 1, "label-metadata": metadata}
    lines = [good, good, {"source-ref": f"s3://{BUCKET}/a/1.jpg", "label": 1}, {"label": 1}]
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    client.put_object(Bucket=BUCKET, Key="manifests/d/train.manifest", Body=content)

    explanation = handler(refused_event(), lambda_context)

    assert explanation["codes"] == [
        "ERROR_TOO_MANY_RECORDS_IN_ERROR",
        "ERROR_MISSING_SOURCE_REF",
        "ERROR_NO_LABEL_ATTRIBUTES",
        "REPEATED_SOURCE_REF",
    ]
    assert explanation["data_is_the_reason"] is True
    assert ": a/1.jpg." in explanation["words"]
    assert explanation["report"] == f"s3://{BUCKET}/evaluation/set-1/failure-report.html"


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchBucket"])
def test_a_manifest_that_may_not_be_read_does_not_cost_the_meaning_of_the_code(
    client: "S3Client", lambda_context: FakeContext, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    def refuse(**_keywords: object) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "GetObject")

    monkeypatch.setattr(handler_module._s3(), "get_object", refuse)

    explanation = handler(refused_event(), lambda_context)

    assert explanation["codes"] == ["ERROR_TOO_MANY_RECORDS_IN_ERROR"]
    assert "Correct or remove the pictures" in explanation["words"]


def test_a_report_that_may_not_be_stored_does_not_cost_the_explanation(
    client: "S3Client", lambda_context: FakeContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = "".join(json.dumps(line) + "\n" for line in LINES).encode()
    client.put_object(Bucket=BUCKET, Key="evaluation/set-1/training.json", Body=content)

    def refuse(**_keywords: object) -> None:
        answer = {"Error": {"Code": "AccessDenied", "Message": "no"}}
        raise ClientError(answer, "PutObject")  # type: ignore[arg-type]

    monkeypatch.setattr(handler_module._s3(), "put_object", refuse)

    explanation = handler(event(), lambda_context)

    assert explanation["report"] is None
    assert "images_labeled_by_folder/a/1.jpg" in explanation["words"]

"""The second kind of request, as Lambda passes it on."""

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from lambdas.explain_failure import handler as handler_module
from lambdas.explain_failure.dropped import SECONDS_FOR_THE_REST
from lambdas.explain_failure.handler import handler
from tests.unit.lambdas.conftest import FakeContext

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BUCKET = "pictures-bucket"
SAID = "Rekognition kept 2 of the 4 lines of the TRAIN manifest, 1 of them with errors."
ERROR = {"code": "ERROR_INVALID_BOUNDING_BOX", "message": "The bounding box has off frame values."}


def line(number: int, **members: object) -> str:
    return json.dumps({"source-ref": f"s3://{BUCKET}/images_labeled_by_folder/a/{number}.jpg", **members})


class FakeRekognition:
    """A dataset of entries that were made of some lines."""

    def __init__(self, *entries: str) -> None:
        self.entries = entries

    def list_dataset_entries(self, **asked: Any) -> dict[str, Any]:
        found = [one for one in self.entries if not asked.get("HasErrors") or "errors" in one]
        return {"DatasetEntries": found}


@pytest.fixture
def client(aws: None, monkeypatch: pytest.MonkeyPatch) -> "S3Client":
    monkeypatch.setenv("BUCKET_NAME", BUCKET)
    monkeypatch.setenv("RESULTS_PREFIX", "evaluation/")
    handler_module._s3.cache_clear()
    client: S3Client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    content = "".join(one + "\n" for one in (line(0), line(1), line(0), line(2)))
    client.put_object(Bucket=BUCKET, Key="manifests/d/train.manifest", Body=content.encode())
    return client


def event(*, kept: int = 2) -> dict[str, Any]:
    dataset = {
        "side": "training",
        "arn": "arn:train",
        "manifest": {"Bucket": BUCKET, "Name": "manifests/d/train.manifest"},
        "written": 4,
        "kept": kept,
        "in_error": 1,
    }
    return {
        "mode": "datasets",
        "version": "set-1",
        "said": SAID,
        "datasets": [dataset],
        "execution_id": "arn:run",
    }


def rekognition(monkeypatch: pytest.MonkeyPatch, *entries: str) -> None:
    monkeypatch.setattr(handler_module, "_rekognition", lambda: FakeRekognition(*entries))


def test_lines_that_were_left_out_are_named_and_the_report_is_stored(
    client: "S3Client", lambda_context: FakeContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    rekognition(monkeypatch, line(0, **{"cl-errors": [ERROR]}), line(1), line(2))

    explanation = handler(event(kept=3), lambda_context)

    assert explanation["codes"] == ["ERROR_INVALID_BOUNDING_BOX", "REPEATED_SOURCE_REF"]
    assert explanation["data_is_the_reason"] is True
    for part in (
        "Draw the box inside the picture.",
        "keeps one line of each",
        "images_labeled_by_folder/a/0.jpg",
    ):
        assert part in explanation["words"]
    assert explanation["report"] == f"s3://{BUCKET}/evaluation/set-1/dataset-report.html"
    assert explanation["words"].endswith(f"The whole list: {explanation['report']}")

    def stored(name: str) -> bytes:
        return client.get_object(Bucket=BUCKET, Key=f"evaluation/set-1/{name}")["Body"].read()

    assert SAID.encode() in stored("dataset-report.html")
    assert b"could not be trained" not in stored("dataset-report.html")
    document = json.loads(stored("dataset-report.json"))
    assert document["statistics"]["training"] == {
        "manifest": f"s3://{BUCKET}/manifests/d/train.manifest",
        "written": 4,
        "kept": 3,
        "in_error": 1,
    }
    assert [(group["code"], group["places"][0]["line"]) for group in document["lines"]] == [
        ("ERROR_INVALID_BOUNDING_BOX", 1),
        ("REPEATED_SOURCE_REF", 3),
    ]


def test_a_line_that_is_missing_for_no_reason_that_shows_is_not_held_against_the_data(
    client: "S3Client", lambda_context: FakeContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    rekognition(monkeypatch, line(0), line(1))

    explanation = handler(event(), lambda_context)

    assert explanation["codes"] == ["NOT_KEPT", "REPEATED_SOURCE_REF"]
    assert explanation["data_is_the_reason"] is False


def test_a_comparison_that_was_cut_short_says_so(
    client: "S3Client", lambda_context: FakeContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    rekognition(monkeypatch, line(0), line(1))
    monkeypatch.setattr(
        FakeContext, "get_remaining_time_in_millis", lambda _: SECONDS_FOR_THE_REST * 1000 - 1
    )

    explanation = handler(event(), lambda_context)

    assert "REPEATED_SOURCE_REF" in explanation["codes"]
    assert "could not be compared in full" in explanation["words"]
    assert explanation["data_is_the_reason"] is False


def test_nothing_found_is_no_verdict_on_the_data(
    client: "S3Client", lambda_context: FakeContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    rekognition(monkeypatch, line(0))

    explanation = handler(event(kept=4), lambda_context)

    assert "could not be compared" not in explanation["words"]

    assert explanation["codes"] == []
    assert explanation["data_is_the_reason"] is False

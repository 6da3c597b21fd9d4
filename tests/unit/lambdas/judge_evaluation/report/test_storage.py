"""What the report reads and writes, against moto."""

import json
from typing import TYPE_CHECKING

import boto3
import pytest

from lambdas.judge_evaluation.errors import StorageRefused
from lambdas.judge_evaluation.report.asked import Asked
from lambdas.judge_evaluation.report.console import execution_link, object_link
from lambdas.judge_evaluation.report.storage import ReportStorage

from . import samples

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


@pytest.fixture
def client(aws: None) -> "S3Client":
    client: S3Client = boto3.client("s3")
    for bucket in ("pictures", "results"):
        client.create_bucket(Bucket=bucket)
    return client


@pytest.fixture
def storage(client: "S3Client") -> ReportStorage:
    return ReportStorage(
        client=client, data_bucket="pictures", results_bucket="results", prefix="models/evaluation/"
    )


def test_the_report_lies_in_the_versions_folder(client: "S3Client", storage: ReportStorage) -> None:
    place = storage.place("set-1", "report.html")
    storage.write(place, b"page", content_type="text/html")

    found = client.get_object(Bucket="results", Key="models/evaluation/set-1/report.html")
    assert (found["Body"].read(), found["ContentType"]) == (b"page", "text/html")


def test_an_inventory_is_read_line_by_line(client: "S3Client", storage: ReportStorage) -> None:
    lines = [json.dumps({"key": str(number)}).encode() for number in range(3)]
    client.put_object(Bucket="pictures", Key="manifests/abc/inventory.jsonl", Body=b"\n".join(lines) + b"\n")

    assert list(storage.inventory("abc") or ()) == lines
    assert storage.inventory("gone") is None


def test_a_picture_is_read_if_it_is_small_enough(client: "S3Client", storage: ReportStorage) -> None:
    client.put_object(Bucket="pictures", Key="ä b/#1.png", Body=b"12345")

    assert storage.picture("s3://pictures/ä b/#1.png", 5) == b"12345"
    assert storage.picture("s3://pictures/ä b/#1.png", 4) is None
    with pytest.raises(StorageRefused):
        storage.picture("s3://pictures/gone.png", 5)


def test_links_lead_to_the_console() -> None:
    assert object_link("s3://pictures/ä b/#1&.png", "eu-west-1") == (
        "https://eu-west-1.console.aws.amazon.com/s3/object/pictures?region=eu-west-1"
        "&prefix=%C3%A4%20b%2F%231%26.png"
    )
    assert str(execution_link(samples.EXECUTION)).endswith(f"#/v2/executions/details/{samples.EXECUTION}")
    assert object_link("javascript:alert(1)", "eu-west-1") is None
    assert execution_link("javascript:alert(1)") is None


def test_what_is_odd_in_the_event_is_not_told() -> None:
    asked = Asked.from_event({"billed_seconds": "many", "digest": 1, "model_type": None, "ended_at": ""})

    assert asked == Asked(
        execution="", digest=None, model_type="whole_picture", billed_seconds=None, ended_at=None
    )

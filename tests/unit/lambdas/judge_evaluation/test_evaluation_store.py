from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ReadTimeoutError

from lambdas.judge_evaluation import evaluation_store
from lambdas.judge_evaluation.errors import (
    EvaluationUnreadable,
    StorageDenied,
    StorageRefused,
    StorageUnavailable,
)
from lambdas.judge_evaluation.evaluation_store import EvaluationBucket
from lambdas.judge_evaluation.request import Location

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PLACE = Location(bucket="pictures-bucket", key="evaluation/ summary é+%.json")


def bucket_of(client: "S3Client") -> EvaluationBucket:
    return EvaluationBucket(client=client, bucket=PLACE.bucket, prefix="evaluation/", version="set-1")


@pytest.fixture
def client(aws: None) -> "S3Client":
    client: S3Client = boto3.client("s3")
    client.create_bucket(Bucket=PLACE.bucket)
    return client


def test_a_summary_is_read_whole(client: "S3Client") -> None:
    client.put_object(Bucket=PLACE.bucket, Key=PLACE.key, Body=b"{}")

    assert bucket_of(client).read(PLACE) == b"{}"


def test_a_summary_that_is_not_there_is_none(client: "S3Client") -> None:
    assert bucket_of(client).read(PLACE) is None


def test_what_is_larger_than_any_summary_is_not_read(
    client: "S3Client", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation_store, "_MAX_BYTES", 10)
    client.put_object(Bucket=PLACE.bucket, Key=PLACE.key, Body=b"x" * 11)

    with pytest.raises(EvaluationUnreadable, match="11 bytes"):
        bucket_of(client).read(PLACE)


def client_error(code: str, status: int = 400) -> ClientError:
    answer = {
        "Error": {"Code": code, "Message": "as S3 says"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, "GetObject")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (client_error("AccessDenied", 403), StorageDenied),
        (client_error("SlowDown", 503), StorageUnavailable),
        (client_error("SomethingNew", 500), StorageUnavailable),
        (client_error("NoSuchBucket", 404), StorageRefused),
        (EndpointConnectionError(endpoint_url="x"), StorageUnavailable),
        (ReadTimeoutError(endpoint_url="x"), StorageUnavailable),
        (NoCredentialsError(), StorageRefused),
    ],
)
def test_a_denial_is_told_from_a_bad_moment_from_a_refusal(
    client: "S3Client", monkeypatch: pytest.MonkeyPatch, raised: Exception, expected: type[Exception]
) -> None:
    def fail(**_keywords: object) -> Any:
        raise raised

    monkeypatch.setattr(client, "get_object", fail)

    with pytest.raises(expected, match="reading s3://pictures-bucket/evaluation/") as caught:
        bucket_of(client).read(PLACE)
    assert caught.value.__cause__ is raised

from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, ParamValidationError
from botocore.stub import Stubber

from lambdas.ask_model.errors import StorageDenied, StorageRefused, StorageUnavailable
from lambdas.ask_model.request import Place
from lambdas.ask_model.results_bucket import ResultsBucket

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

FILE = Place(bucket="results", key="evaluation/set-1/answers-live.json")


@pytest.fixture
def client(aws: None) -> "S3Client":
    client: S3Client = boto3.client("s3")
    client.create_bucket(Bucket=FILE.bucket)
    return client


def test_what_was_written_is_read_and_what_is_not_there_is_none(client: "S3Client") -> None:
    files = ResultsBucket(client=client)

    assert files.read(FILE) is None
    files.write(FILE, b"{}")
    assert files.read(FILE) == b"{}"
    assert client.head_object(Bucket=FILE.bucket, Key=FILE.key)["ContentType"] == "application/json"


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("AccessDenied", 403, StorageDenied),
        ("SlowDown", 503, StorageUnavailable),
        ("Unheard", 500, StorageUnavailable),
        ("NoSuchBucket", 404, StorageRefused),
    ],
)
def test_a_refusal_becomes_one_of_the_functions_errors(
    client: "S3Client", code: str, status: int, expected: type[Exception]
) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("put_object", code, http_status_code=status)
        with pytest.raises(expected, match=f"writing {FILE}"):
            ResultsBucket(client=client).write(FILE, b"")


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (EndpointConnectionError(endpoint_url="https://s3"), StorageUnavailable),
        (ParamValidationError(report="no"), StorageRefused),
    ],
)
def test_what_never_reached_s3_becomes_one_too(
    client: "S3Client", monkeypatch: pytest.MonkeyPatch, raised: Exception, expected: type[Exception]
) -> None:
    def fail(**_asked: object) -> None:
        raise raised

    monkeypatch.setattr(client, "get_object", fail)
    with pytest.raises(expected, match="reading"):
        ResultsBucket(client=client).read(FILE)

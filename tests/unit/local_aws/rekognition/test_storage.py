"""S3 as the caller sees it: which faults are tried again, and what the others mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from local_aws.rekognition import storage
from local_aws.rekognition.service import access_key_of
from local_aws.rekognition.storage import (
    ATTEMPTS,
    S3Store,
    StorageDeniedError,
    StorageError,
    StorageMissingError,
)


class FailingClient:
    """Fails so many times with an error before it answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    def put_object(self, **_: Any) -> dict[str, Any]:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return {}


def s3_error(code: str) -> Exception:
    client: Any = boto3.client("s3", region_name="us-east-1")
    error: Exception = client.exceptions.ClientError({"Error": {"Code": code, "Message": "m"}}, "PutObject")
    return error


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "FIRST_PAUSE_SECONDS", 0.0)


@pytest.mark.parametrize(
    "error", [s3_error("SlowDown"), s3_error("InternalError"), EndpointConnectionError(endpoint_url="x")]
)
def test_a_busy_s3_is_tried_again(error: Exception) -> None:
    client = FailingClient(*[error] * (ATTEMPTS - 1))
    S3Store(client=client).write("bucket", "key", b"")
    assert client.calls == ATTEMPTS


def test_a_fault_that_lasts_is_told() -> None:
    client = FailingClient(*[s3_error("SlowDown")] * ATTEMPTS)
    with pytest.raises(StorageError, match="SlowDown"):
        S3Store(client=client).write("bucket", "key", b"")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("AccessDenied", StorageDeniedError),
        ("403", StorageDeniedError),
        ("NoSuchBucket", StorageMissingError),
    ],
)
def test_what_will_not_change_is_not_tried_again(code: str, error: type[Exception]) -> None:
    client = FailingClient(s3_error(code))
    with pytest.raises(error):
        S3Store(client=client).write("bucket", "key", b"")
    assert client.calls == 1


@mock_aws
def test_objects_are_written_checked_and_read() -> None:
    client: Any = boto3.client(
        "s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    client.create_bucket(Bucket="bucket")
    store = S3Store(client=client)
    store.check_bucket("bucket")
    store.write("bucket", "a é+%20/b.png", b"content")
    store.check_object("bucket", "a é+%20/b.png")
    found = store.open("bucket", "a é+%20/b.png")
    assert (found.size, found.read()) == (7, b"content")
    missing: tuple[Callable[[], object], ...] = (
        lambda: store.open("bucket", "nothing"),
        lambda: store.open("nowhere", "nothing"),
        lambda: store.check_object("bucket", "nothing"),
        lambda: store.check_bucket("nowhere"),
    )
    for look in missing:
        with pytest.raises(StorageMissingError):
            look()


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        (
            {"Authorization": "AWS4-HMAC-SHA256 Credential=AKIA1/20260101/us-east-1/rekognition/x, Sig"},
            "AKIA1",
        ),
        ({"authorization": "AWS4-HMAC-SHA256 SignedHeaders=a, Credential=test/2026"}, "test"),
        ({}, ""),
    ],
)
def test_the_caller_is_read_from_the_signature(headers: dict[str, str], key: str) -> None:
    assert access_key_of(headers) == key

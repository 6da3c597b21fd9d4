import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from lambdas.ask_model.pictures import look_up
from lambdas.ask_model.request import Place

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PICTURE = Place(bucket="pictures", key="cat/1.jpg")


@pytest.fixture
def client(aws: None) -> "S3Client":
    client: S3Client = boto3.client("s3")
    client.create_bucket(Bucket=PICTURE.bucket)
    return client


def test_a_picture_was_written_when_s3_says_so(client: "S3Client") -> None:
    client.put_object(Bucket=PICTURE.bucket, Key=PICTURE.key, Body=b"cat")

    found = look_up(client, PICTURE)

    assert found is not None
    assert found.etag == hashlib.md5(b"cat", usedforsecurity=False).hexdigest()
    assert abs(found.at - datetime.now(tz=UTC)) < timedelta(hours=1)


@pytest.mark.parametrize(("code", "status"), [("403", 403), ("404", 404), ("503", 503)])
def test_where_s3_does_not_tell_nobody_knows(client: "S3Client", code: str, status: int) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("head_object", code, http_status_code=status)
        assert look_up(client, PICTURE) is None


def test_where_s3_is_not_reached_nobody_knows(client: "S3Client", monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_asked: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://s3")

    monkeypatch.setattr(client, "head_object", fail)
    assert look_up(client, PICTURE) is None

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ReadTimeoutError

from lambdas.explain_failure.errors import StorageDenied, StorageRefused, StorageUnavailable
from lambdas.explain_failure.request import Place
from lambdas.explain_failure.results_bucket import ResultsBucket

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PLACE = Place(bucket="pictures-bucket", key="evaluation/ result é+%.json")


@pytest.fixture
def client(aws: None) -> "S3Client":
    client: S3Client = boto3.client("s3")
    client.create_bucket(Bucket=PLACE.bucket)
    return client


@pytest.fixture
def bucket(client: "S3Client") -> ResultsBucket:
    return ResultsBucket(client=client, bucket=PLACE.bucket, prefix="evaluation/fruit/", version="set-1")


def test_a_file_is_read_whole_or_by_lines(client: "S3Client", bucket: ResultsBucket) -> None:
    client.put_object(Bucket=PLACE.bucket, Key=PLACE.key, Body=b'{"a": "\xc2\x85"}\n\n{}\n')

    assert bucket.read(PLACE) == b'{"a": "\xc2\x85"}\n\n{}\n'
    lines = bucket.read_lines(PLACE)
    assert lines is not None
    assert [line.strip() for line in lines] == [b'{"a": "\xc2\x85"}', b"", b"{}"]


def test_a_file_that_is_not_there_is_none(bucket: ResultsBucket) -> None:
    assert bucket.read(PLACE) is None
    assert bucket.read_lines(PLACE) is None


def test_a_report_lies_with_the_versions_results(client: "S3Client", bucket: ResultsBucket) -> None:
    place = bucket.write("report.html", b"<p>", content_type="text/html")

    assert str(place) == f"s3://{PLACE.bucket}/evaluation/fruit/set-1/report.html"
    stored = client.get_object(Bucket=place.bucket, Key=place.key)
    assert stored["Body"].read() == b"<p>"
    assert stored["ContentType"] == "text/html"


def client_error(code: str, status: int = 400) -> ClientError:
    answer = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
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
    client: "S3Client",
    bucket: ResultsBucket,
    monkeypatch: pytest.MonkeyPatch,
    raised: Exception,
    expected: type[Exception],
) -> None:
    def fail(**_keywords: object) -> Any:
        raise raised

    monkeypatch.setattr(client, "get_object", fail)
    monkeypatch.setattr(client, "put_object", fail)

    for act, doing in (
        (lambda: bucket.read(PLACE), "reading"),
        (lambda: bucket.read_lines(PLACE), "reading"),
        (lambda: bucket.write("x", b"", content_type="text/html"), "writing"),
    ):
        with pytest.raises(expected, match=f"{doing} s3://pictures-bucket/evaluation/"):
            act()

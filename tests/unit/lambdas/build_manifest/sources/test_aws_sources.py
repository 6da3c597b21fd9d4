from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from lambdas.build_manifest.errors import (
    DatasetUnreadable,
    DataSourceInvalid,
    LabelFileUnreadable,
    PicturesChanged,
    StorageDenied,
    StorageUnavailable,
)
from lambdas.build_manifest.listing import hand_over_pages
from lambdas.build_manifest.sources.aws_sources import AwsSources
from lambdas.build_manifest.sources.data_source import LabelFile
from lambdas.build_manifest.sources.located import locate

if TYPE_CHECKING:
    from mypy_boto3_rekognition.client import RekognitionClient
    from mypy_boto3_s3.client import S3Client

BUCKET = "team-pictures"
ARN = "arn:aws:rekognition:us-east-1:111122223333:project/by-hand/dataset/train/1690000000000"
NOW = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.fixture
def client(aws: None) -> "S3Client":
    client: S3Client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    return client


@pytest.fixture
def rekognition(aws: None) -> "RekognitionClient":
    client: RekognitionClient = boto3.client("rekognition")
    return client


@pytest.fixture
def stub(rekognition: "RekognitionClient") -> Iterator[Stubber]:
    with Stubber(rekognition) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def sources(client: "S3Client", rekognition: "RekognitionClient", slept: list[float]) -> AwsSources:
    own: S3Client = hand_over_pages(boto3.client("s3"))
    return AwsSources(s3=own, rekognition=rekognition, sleep=slept.append, clock=lambda: 7.0)


def described(stub: Stubber, status: str = "CREATE_COMPLETE", **others: Any) -> None:
    description = {"CreationTimestamp": NOW, "Status": status, **others}
    stub.add_response("describe_dataset", {"DatasetDescription": description}, {"DatasetArn": ARN})


def test_a_file_is_read_with_the_time_of_its_last_change(client: "S3Client", sources: AwsSources) -> None:
    client.put_object(Bucket=BUCKET, Key="a b/ü.csv", Body=b"image,label\n")

    opened = sources.open_file(LabelFile(BUCKET, "a b/ü.csv"))

    assert b"".join(opened.pieces) == b"image,label\n"
    assert opened.modified == client.head_object(Bucket=BUCKET, Key="a b/ü.csv")["LastModified"]


@pytest.mark.parametrize(
    ("bucket", "found"), [(BUCKET, "there is no such file"), ("no-such-bucket", "NoSuchBucket")]
)
def test_a_file_that_is_not_there_is_named(sources: AwsSources, bucket: str, found: str) -> None:
    with pytest.raises(LabelFileUnreadable, match=f"s3://{bucket}/lost.csv: .*{found}"):
        sources.open_file(LabelFile(bucket, "lost.csv"))


def test_pictures_are_found_by_their_keys(client: "S3Client", sources: AwsSources) -> None:
    for name in ("a", "b c", "d+e"):
        client.put_object(Bucket=BUCKET, Key=f"set/{name}.png", Body=name.encode())

    found = locate(sources.pages(BUCKET), "set/", ["set/a.png", "set/b c.png", "set/d+e.png", "set/z.png"])

    assert [(stored.key, stored.size) for stored in found] == [
        ("set/a.png", 1),
        ("set/b c.png", 3),
        ("set/d+e.png", 3),
    ]


def test_the_entries_of_a_dataset_are_lines(stub: Stubber, sources: AwsSources, slept: list[float]) -> None:
    described(stub, LastUpdatedTimestamp=NOW.replace(month=4))
    asked = {"DatasetArn": ARN, "MaxResults": 100}
    stub.add_response(
        "list_dataset_entries", {"DatasetEntries": ['{"a": 1}', '{"b": 2}'], "NextToken": "t"}, asked
    )
    stub.add_response("list_dataset_entries", {"DatasetEntries": ['{"c": 3}']}, asked | {"NextToken": "t"})

    opened = sources.open_dataset(ARN)

    assert b"".join(opened.pieces) == b'{"a": 1}\n{"b": 2}\n{"c": 3}\n'
    assert opened.modified == NOW.replace(month=4)
    # Five calls a second are the quota; after the last there is nothing to wait for.
    assert slept == [0.2]


@pytest.mark.parametrize("status", ["CREATE_FAILED", "UPDATE_FAILED", "DELETE_IN_PROGRESS"])
def test_a_dataset_that_is_not_ready_is_named_with_its_status(
    stub: Stubber, sources: AwsSources, status: str
) -> None:
    described(stub, status, StatusMessage="because")

    with pytest.raises(DatasetUnreadable, match=rf"{ARN} is {status} \(because\)"):
        sources.open_dataset(ARN)


@pytest.mark.parametrize("status", ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"])
def test_a_dataset_that_is_being_changed_is_measured_again(
    stub: Stubber, sources: AwsSources, status: str
) -> None:
    described(stub, status)

    with pytest.raises(PicturesChanged, match=status):
        sources.open_dataset(ARN)


@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        ("AccessDeniedException", DataSourceInvalid, "data_projects"),
        ("ResourceNotFoundException", DatasetUnreadable, "There is no dataset"),
        ("InvalidParameterException", DatasetUnreadable, "There is no dataset"),
        ("ThrottlingException", StorageUnavailable, "Trying again can help"),
        ("ProvisionedThroughputExceededException", StorageUnavailable, "Trying again can help"),
    ],
)
def test_what_rekognition_refuses_is_told_in_words(
    stub: Stubber, sources: AwsSources, code: str, error: type[Exception], words: str
) -> None:
    stub.add_client_error("describe_dataset", code)

    with pytest.raises(error, match=words):
        sources.open_dataset(ARN)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ResourceNotReadyException", PicturesChanged),
        ("ResourceInUseException", PicturesChanged),
        ("InvalidPaginationTokenException", PicturesChanged),
        ("InternalServerError", StorageUnavailable),
        ("AccessDeniedException", DataSourceInvalid),
    ],
)
def test_so_is_what_comes_in_the_middle_of_it(
    stub: Stubber, sources: AwsSources, code: str, error: type[Exception]
) -> None:
    described(stub)
    stub.add_client_error("list_dataset_entries", code)
    opened = sources.open_dataset(ARN)

    with pytest.raises(error):
        list(opened.pieces)


def test_a_file_that_is_denied_is_told_as_such(sources: AwsSources) -> None:
    with Stubber(sources._s3) as stub:
        stub.add_client_error("list_objects_v2", "AccessDenied", http_status_code=403)

        with pytest.raises(StorageDenied, match=rf"s3://{BUCKET}/a\.csv"):
            sources.open_file(LabelFile(BUCKET, "a.csv"))

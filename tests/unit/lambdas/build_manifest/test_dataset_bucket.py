import hashlib
import io
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from botocore.response import StreamingBody

from lambdas.build_manifest.dataset_bucket import DatasetBucket
from lambdas.build_manifest.errors import (
    ImageUnreadable,
    PicturesChanged,
    StorageDenied,
    StorageRefused,
    StorageUnavailable,
)
from lambdas.build_manifest.layout import CONTENT_HASHES_KEY, IMAGES_PREFIX, MANIFESTS_PREFIX, set_folder
from lambdas.build_manifest.listing import hand_over_pages
from lambdas.build_manifest.ports import Part

from .test_manifest_line import ODD_NAMES

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BUCKET = "pictures-bucket"


@pytest.fixture
def client(aws: None) -> "S3Client":
    client: S3Client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    return client


@pytest.fixture
def own(client: "S3Client") -> "S3Client":
    """The client of the bucket under test."""
    own: S3Client = hand_over_pages(boto3.client("s3"))
    # Pages of 3, so that a few objects make several.
    own.meta.events.register("provide-client-params.s3.ListObjectsV2", page_of_three)  # type: ignore[arg-type]
    return own


def page_of_three(params: dict[str, Any], **_event: object) -> dict[str, Any]:
    return {"MaxKeys": 3, **params}


@pytest.fixture
def bucket(own: "S3Client") -> DatasetBucket:
    return DatasetBucket(client=own, name=BUCKET)


def put(client: "S3Client", key: str, content: bytes = b"content") -> None:
    client.put_object(Bucket=BUCKET, Key=key, Body=content)


class RefusingClient:
    """An S3 client whose every call fails with one error."""

    class exceptions:  # noqa: N801 - as boto3 names it
        class NoSuchKey(Exception):  # noqa: N818
            pass

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        def fail(*_arguments: object, **_keywords: object) -> Any:
            raise self._error

        return fail


def client_error(code: str, status: int = 400) -> ClientError:
    answer = {
        "Error": {"Code": code, "Message": "as S3 says"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, "Operation")  # type: ignore[arg-type]


def test_listing_goes_through_every_page_and_stays_under_its_prefix(
    client: "S3Client", bucket: DatasetBucket
) -> None:
    keys = [f"{IMAGES_PREFIX}cat/{number:04}.png" for number in range(7)]
    for key in [*keys, "images_for_detection/a.png", f"{MANIFESTS_PREFIX}a.png"]:
        put(client, key)

    found = list(bucket.labelled_objects())

    assert [stored.key for stored in found] == keys
    assert found[0].etag == hashlib.md5(b"content", usedforsecurity=False).hexdigest()
    assert found[0].size == 7
    assert found[0].modified.tzinfo is not None


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_keys_arrive_raw_and_can_be_read_by_them(
    client: "S3Client", bucket: DatasetBucket, name: str
) -> None:
    key = f"{IMAGES_PREFIX}{name}/{name}.png"
    put(client, key, b"odd")

    (found,) = bucket.labelled_objects()

    assert found.key == key
    assert bucket.content_hash(key=found.key, etag=found.etag) == found.etag


def test_the_longest_keys_arrive_whole(client: "S3Client", bucket: DatasetBucket) -> None:
    key = f"{IMAGES_PREFIX}猫/{'é' * 490}.png"
    assert 1_000 < len(key.encode()) <= 1_024
    put(client, key)

    assert [stored.key for stored in bucket.labelled_objects()] == [key]


def test_the_hash_of_a_picture_uploaded_in_parts_is_that_of_its_bytes(
    client: "S3Client", bucket: DatasetBucket
) -> None:
    content = b"0123456789" * 900_000
    client.upload_fileobj(io.BytesIO(content), BUCKET, f"{IMAGES_PREFIX}cat/a.png")
    (found,) = bucket.labelled_objects()
    assert found.etag.endswith("-2")

    hashed = bucket.content_hash(key=found.key, etag=found.etag)

    assert hashed == hashlib.md5(content, usedforsecurity=False).hexdigest()


def test_a_picture_replaced_since_it_was_listed_is_not_hashed(
    client: "S3Client", bucket: DatasetBucket
) -> None:
    put(client, f"{IMAGES_PREFIX}cat/a.png")
    (found,) = bucket.labelled_objects()
    put(client, found.key, b"other")

    with pytest.raises(PicturesChanged, match=r"cat/a\.png"):
        bucket.content_hash(key=found.key, etag=found.etag)


def test_a_picture_deleted_since_it_was_listed_is_not_hashed(
    client: "S3Client", bucket: DatasetBucket
) -> None:
    with pytest.raises(PicturesChanged):
        bucket.content_hash(key=f"{IMAGES_PREFIX}cat/a.png", etag="e")


def test_an_archived_picture_is_unreadable() -> None:
    bucket = DatasetBucket(client=RefusingClient(client_error("InvalidObjectState", 403)), name=BUCKET)  # type: ignore[arg-type]

    with pytest.raises(ImageUnreadable, match="archived"):
        bucket.content_hash(key=f"{IMAGES_PREFIX}cat/a.png", etag="e")


def test_lines_are_stored_and_read_back(client: "S3Client", bucket: DatasetBucket) -> None:
    lines = [b'{"key":"\\n"}\n', "{\u2028}\n".encode(), b"last\n"]

    bucket.write_lines("manifests/file", iter(lines))

    read = bucket.read_lines("manifests/file")
    assert read is not None
    assert list(read) == [line.removesuffix(b"\n") for line in lines]


@pytest.mark.parametrize("size", [0, 1, 8 * 1024 * 1024, 20_000_003])
def test_files_of_any_size_are_stored_byte_for_byte(
    client: "S3Client", bucket: DatasetBucket, size: int
) -> None:
    content = (b"0123456789abcde\n" * (size // 16 + 1))[:size]
    lines = (content[start : start + 1_000] for start in range(0, size, 1_000))

    bucket.write_lines("manifests/file", lines)

    assert client.get_object(Bucket=BUCKET, Key="manifests/file")["Body"].read() == content


def test_a_file_that_is_not_there_is_none_even_beside_one_whose_name_begins_like_it(
    client: "S3Client", bucket: DatasetBucket
) -> None:
    put(client, CONTENT_HASHES_KEY + ".bak")

    assert bucket.read_lines(CONTENT_HASHES_KEY) is None


def test_sets_are_the_folders_whose_name_is_a_digest(client: "S3Client", bucket: DatasetBucket) -> None:
    for name in ("b" * 64, "a" * 64, "d" * 64, "e" * 64):
        put(client, f"{set_folder(name)}train.manifest")
        put(client, f"{set_folder(name)}deep/er")
    for other in (CONTENT_HASHES_KEY, f"{MANIFESTS_PREFIX}mine/x", f"{MANIFESTS_PREFIX}{'c' * 64}"):
        put(client, other)

    assert bucket.set_names() == ["a" * 64, "b" * 64, "d" * 64, "e" * 64]


def test_deleting_a_set_deletes_all_of_it_and_nothing_else(client: "S3Client", bucket: DatasetBucket) -> None:
    gone, stays = "a" * 64, "b" * 64
    for number in range(7):
        put(client, f"{set_folder(gone)}{number}")
    put(client, f"{set_folder(stays)}train.manifest")

    bucket.delete_set(gone)

    listed = client.list_objects_v2(Bucket=BUCKET)["Contents"]
    assert [found["Key"] for found in listed] == [f"{set_folder(stays)}train.manifest"]


def test_nothing_but_a_set_is_ever_deleted(bucket: DatasetBucket) -> None:
    with pytest.raises(ValueError, match="not the digest"):
        bucket.delete_set("")


@pytest.mark.parametrize(
    ("code", "error"), [("AccessDenied", StorageDenied), ("InternalError", StorageUnavailable)]
)
def test_what_s3_did_not_delete_is_an_error_though_it_answers_200(
    client: "S3Client",
    own: "S3Client",
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    error: type[Exception],
) -> None:
    put(client, f"{set_folder('a' * 64)}train.manifest")
    answer = {"Errors": [{"Key": "manifests/x", "Code": code, "Message": "as S3 says"}]}
    monkeypatch.setattr(own, "delete_objects", lambda **_keywords: answer)

    with pytest.raises(error, match="manifests/x"):
        DatasetBucket(client=own, name=BUCKET).delete_set("a" * 64)


def every_call(bucket: DatasetBucket) -> list[tuple[str, Any]]:
    return [
        ("list pictures", lambda: list(bucket.labelled_objects())),
        ("hash", lambda: bucket.content_hash(key="k", etag="e")),
        ("read", lambda: bucket.read_lines("k")),
        ("write", lambda: bucket.write_lines("k", [b"line\n"])),
        ("list sets", bucket.set_names),
        ("delete", lambda: bucket.delete_set("a" * 64)),
    ]


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (client_error("AccessDenied", 403), StorageDenied),
        (client_error("SlowDown", 503), StorageUnavailable),
        (client_error("SomethingNew", 500), StorageUnavailable),
        (client_error("NoSuchBucket", 404), StorageRefused),
        (EndpointConnectionError(endpoint_url="x"), StorageUnavailable),
        (ReadTimeoutError(endpoint_url="x"), StorageUnavailable),
    ],
)
def test_every_call_tells_a_denial_from_a_bad_moment_from_a_refusal(
    raised: Exception, expected: type[Exception]
) -> None:
    bucket = DatasetBucket(client=RefusingClient(raised), name=BUCKET)  # type: ignore[arg-type]

    for name, call in every_call(bucket):
        with pytest.raises(expected) as caught:
            call()
        assert caught.value.__cause__ is raised, name


def test_a_connection_lost_while_reading_is_a_bad_moment(
    client: "S3Client", own: "S3Client", bucket: DatasetBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(client, "manifests/file", b"one\ntwo\n")
    monkeypatch.setattr(
        own, "get_object", lambda **_keywords: {"Body": StreamingBody(io.BytesIO(b"one\n"), 8)}
    )
    lines = bucket.read_lines("manifests/file")
    assert lines is not None

    with pytest.raises(StorageUnavailable):
        list(lines)


def test_part_of_a_picture_is_read_with_the_size_of_the_whole(
    client: "S3Client", bucket: DatasetBucket
) -> None:
    put(client, f"{IMAGES_PREFIX}cat/a.png", b"0123456789")
    etag = hashlib.md5(b"0123456789", usedforsecurity=False).hexdigest()
    key = f"{IMAGES_PREFIX}cat/a.png"

    assert bucket.read_range(key=key, etag=etag, start=2, length=3) == Part(b"234", 10)
    assert bucket.read_range(key=key, etag=etag, start=8, length=100) == Part(b"89", 10)


def test_a_picture_that_is_no_longer_the_one_listed_is_not_looked_at(
    client: "S3Client", bucket: DatasetBucket
) -> None:
    put(client, f"{IMAGES_PREFIX}cat/a.png", b"0123456789")

    for key in ("cat/a.png", "cat/gone.png"):
        with pytest.raises(PicturesChanged, match=key):
            bucket.read_range(key=f"{IMAGES_PREFIX}{key}", etag="0" * 32, start=0, length=4)


def test_a_small_file_is_stored_with_its_type(client: "S3Client", bucket: DatasetBucket) -> None:
    bucket.write(f"{MANIFESTS_PREFIX}check.html", b"<p>", content_type="text/html")

    stored = client.get_object(Bucket=BUCKET, Key=f"{MANIFESTS_PREFIX}check.html")
    assert (stored["Body"].read(), stored["ContentType"]) == (b"<p>", "text/html")

"""Against the simulated S3 of `make bench`, whose pages are written as S3 writes them, and against moto."""

import io
import threading
from collections.abc import Callable
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import boto3
import botocore
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st
from urllib3 import HTTPResponse

from lambdas.build_manifest import listing as listing_module
from lambdas.build_manifest.dataset_bucket import DatasetBucket
from lambdas.build_manifest.errors import StorageDenied, StorageRefused, StorageUnavailable
from lambdas.build_manifest.layout import IMAGES_PREFIX
from lambdas.build_manifest.listing import Listing, hand_over_pages, page_of
from tools.bench.simulated_s3 import Response, SimulatedS3, request_of

from .test_manifest_line import ODD_NAMES

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BUCKET = "pictures-bucket"
SECONDS_TO_MEET = 30
ATTEMPTS = 3
ODD_KEYS = [
    *("", "/", "//", "a.png", "/a.png", "cat", "cat/", "cat//", "cat//a.png", "cat/a.png", "cat/a.png/"),
    *("cat/./a.png", "cat/../a.png", "cat /a.png", " cat/a.png", "cat/ ", "cat/a~b*c.png", "cat/<Key>"),
    *("cat/&amp;.png", "cat/%2F", "cat/100%.png", "Cat/a.png", "cat!/a.png", "cat0/a.png", "cat/</Key>"),
    *(f"{name}/{name}.png" for name in ODD_NAMES),
]


class Door:
    """Where boto3 would open a connection: the simulated S3 answers, or what a test puts in its place."""

    def __init__(self) -> None:
        self.s3 = SimulatedS3([])
        self.page = 3
        self.asked: list[dict[str, str]] = []
        self.instead: Callable[[int, Response], Response] = lambda _number, answer: answer
        self._lock = threading.Lock()

    def holds(self, *names: str) -> list[str]:
        """Put keys under the prefix; all of them, in order."""
        self.s3 = SimulatedS3({IMAGES_PREFIX + name for name in names})
        self.asked.clear()
        return sorted({IMAGES_PREFIX + name for name in names})

    def __call__(self, request: AWSPreparedRequest, **_event: object) -> AWSResponse:
        target = request.url.partition(BUCKET)[2]
        asked = request_of("GET", f"/{BUCKET}{target}", {}, b"")
        with self._lock:
            self.asked.append(dict(asked.query))
            number = len(self.asked)
            answer = self.s3.answer(replace(asked, query={"max-keys": str(self.page), **asked.query}))
        answer = self.instead(number, answer)
        raw = HTTPResponse(io.BytesIO(answer.body), preload_content=False)
        return AWSResponse(request.url, answer.status, HTTPHeaders(), raw)


def client_of(door: Door) -> "S3Client":
    config = Config(
        s3={"addressing_style": "path"}, retries={"mode": "standard", "total_max_attempts": ATTEMPTS}
    )
    client: S3Client = boto3.client(
        "s3",
        region_name="us-east-1",
        config=config,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    client.meta.events.register("before-send.s3.ListObjectsV2", door)  # type: ignore[arg-type]
    return client


@pytest.fixture(scope="module")
def module_door() -> tuple[Door, Listing, "S3Client"]:
    door = Door()
    return door, Listing(client=hand_over_pages(client_of(door)), bucket=BUCKET), client_of(door)


@pytest.fixture
def door(module_door: tuple[Door, Listing, "S3Client"], monkeypatch: pytest.MonkeyPatch) -> Door:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    door = module_door[0]
    door.page, door.instead = 3, lambda _number, answer: answer
    return door


@pytest.fixture
def listing(module_door: tuple[Door, Listing, "S3Client"], door: Door) -> Listing:
    return module_door[1]


@pytest.fixture
def plain(module_door: tuple[Door, Listing, "S3Client"], door: Door) -> "S3Client":
    """What boto3 makes of the same bucket by itself."""
    return module_door[2]


def listed(listing: Listing) -> list[str]:
    return sorted(stored.key for stored in listing.objects(IMAGES_PREFIX))


def error(status: int, code: str) -> Response:
    return Response(status=status, body=f"<Error><Code>{code}</Code><Message>told</Message></Error>".encode())


def labels(counts: dict[str, int]) -> list[str]:
    return [f"{label}/{number:03}.png" for label, count in counts.items() for number in range(count)]


@pytest.mark.parametrize("page", [1, 2, 3, 7, 1_000])
def test_every_key_is_listed_once_and_to_the_letter(door: Door, listing: Listing, page: int) -> None:
    keys = door.holds(*ODD_KEYS)
    door.page = page

    assert listed(listing) == keys


NAMES = st.text(
    st.one_of(st.sampled_from("/aA+% ~.!é"), st.characters(exclude_categories=["Cs"])), max_size=8
)


@given(st.sets(NAMES, max_size=30), st.integers(1, 5))
def test_whatever_the_keys_and_the_pages_all_are_listed(
    module_door: tuple[Door, Listing, "S3Client"], names: set[str], page: int
) -> None:
    door, listing, _ = module_door
    keys = door.holds(*names)
    door.page, door.instead = page, lambda _number, answer: answer

    assert listed(listing) == keys


def test_an_object_is_told_as_boto3_tells_it(door: Door, listing: Listing, plain: "S3Client") -> None:
    door.holds(*ODD_KEYS)
    pages = plain.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=IMAGES_PREFIX)
    told = {
        item["Key"]: (item["ETag"].strip('"'), item["Size"], item["LastModified"])
        for page in pages
        for item in page["Contents"]
    }

    assert {key: (etag, size, when) for key, etag, size, when in listing.objects(IMAGES_PREFIX)} == told


def test_keys_outside_the_prefix_are_not_listed(door: Door, listing: Listing) -> None:
    keys = door.holds(*labels({"cat": 5, "dog": 5}))
    door.s3 = SimulatedS3([*keys, "images_for_detection/a.png", "images_labeled_by_folder0/a/b.png"])

    assert listed(listing) == keys


def test_what_fits_into_a_page_is_one_request(door: Door, listing: Listing) -> None:
    door.holds("cat/a.png", "dog/a.png", "eel/a.png")
    listed(listing)

    assert len(door.asked) == 1


def test_however_many_the_labels_finding_and_cutting_costs_a_few_requests(
    door: Door, listing: Listing
) -> None:
    door.page = 100
    door.holds(*labels({f"label {number:04}": 2 for number in range(1_500)}))
    listed(listing)

    assert len(door.asked) <= 30 + 1 + 2 * 16


def test_parts_are_listed_at_once(door: Door, listing: Listing) -> None:
    keys = door.holds(*labels({"ant": 9, "bee": 9, "cat": 9}))
    meeting = threading.Barrier(3)

    def together(number: int, answer: Response) -> Response:
        if 3 <= number < 6:  # after the first page, and the folders
            meeting.wait(SECONDS_TO_MEET)
        return answer

    door.instead = together
    assert listed(listing) == keys


def test_a_label_of_many_pages_is_read_while_the_next_page_is_on_its_way(
    door: Door, listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = door.holds(*labels({"cat": 12}))
    requested = [threading.Event() for _ in range(10)]
    read = iter(range(1, 10))

    def told(number: int, answer: Response) -> Response:
        requested[number].set()
        return answer

    def read_page(body: bytes) -> Any:
        number = next(read)
        # 1: the first page; 2: the folders; 3, 4, 5: the others, of which the last has no next one.
        assert number not in (3, 4) or requested[number + 1].wait(SECONDS_TO_MEET)
        return page_of(body)

    door.instead = told
    monkeypatch.setattr(listing_module, "page_of", read_page)
    assert listed(listing) == keys


MANY = labels({"ant": 7, "bee": 5})


@pytest.mark.parametrize("reader", ["handlers._looks_like_special_case_error", "parsers.RestXMLParser.parse"])
def test_boto3_itself_reads_next_to_nothing_of_a_page(
    door: Door, listing: Listing, monkeypatch: pytest.MonkeyPatch, reader: str
) -> None:
    door.page = 1_000
    door.holds(*labels({"cat": 1_000}))
    original = attrgetter(reader)(botocore)
    sizes: list[int] = []

    def reading(*arguments: Any) -> Any:
        sizes.extend(len(each["body"] if isinstance(each, dict) else each) for each in arguments[1:2])
        return original(*arguments)

    monkeypatch.setattr(f"botocore.{reader}", reading)
    listed(listing)

    assert sizes
    assert max(sizes) < 100


PAGES = range(1, 7)
"""The first page, the folders, and two pages of each label, which are listed at once."""


@pytest.mark.parametrize("number", PAGES)
@pytest.mark.parametrize("code", ["SlowDown", "InternalError"])
def test_a_page_that_fails_once_is_asked_for_again(
    door: Door, listing: Listing, number: int, code: str
) -> None:
    keys = door.holds(*MANY)
    door.instead = lambda now, answer: error(503, code) if now == number else answer

    assert listed(listing) == keys


@pytest.mark.parametrize("cut", [1, 40, 400])
def test_a_page_that_breaks_off_is_asked_for_again(door: Door, listing: Listing, cut: int) -> None:
    keys = door.holds(*MANY)
    door.instead = lambda now, answer: replace(answer, body=answer.body[:-cut]) if now == 4 else answer

    assert listed(listing) == keys


def test_an_error_in_an_answer_that_says_200_is_asked_for_again(door: Door, listing: Listing) -> None:
    keys = door.holds(*MANY)
    door.instead = lambda now, answer: error(200, "InternalError") if now == 4 else answer

    assert listed(listing) == keys


@pytest.mark.parametrize("number", PAGES)
@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (403, "AccessDenied", StorageDenied),
        (503, "SlowDown", StorageUnavailable),
        (404, "NoSuchBucket", StorageRefused),
    ],
)
def test_whichever_page_fails_the_listing_fails_with_its_reason(
    door: Door, number: int, status: int, code: str, expected: type[Exception]
) -> None:
    door.holds(*MANY)
    door.instead = lambda now, answer: error(status, code) if now >= number else answer
    bucket = DatasetBucket(client=hand_over_pages(client_of(door)), name=BUCKET)

    with pytest.raises(expected, match=f"(?s)listing {IMAGES_PREFIX} in bucket {BUCKET}.*{code}"):
        list(bucket.labelled_objects())


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (b"<EncodingType>url</EncodingType>", b""),
        (b"<LastModified>2026-01-01T00:00:00.000Z</LastModified>", b""),
        (b"<Size>", b"<Bytes/><Size>some"),
        (b"ListBucketResult", b"ListVersionsResult"),
        (b"</ListBucketResult>", b"<Contents></ListBucketResult>"),
    ],
)
def test_an_answer_that_is_no_page_is_refused(
    door: Door, listing: Listing, wanted: bytes, found: bytes
) -> None:
    door.holds(*MANY)
    door.instead = lambda _now, answer: replace(answer, body=answer.body.replace(wanted, found))

    with pytest.raises(StorageRefused):
        listed(listing)


@pytest.mark.parametrize(
    "hidden", [b"<!--<NextContinuationToken>x</NextContinuationToken>-->", b"<!--<Key>-->"]
)
def test_a_page_whose_end_cannot_be_told_at_a_glance_is_refused_rather_than_believed(
    door: Door, listing: Listing, hidden: bytes
) -> None:
    door.holds(*MANY)
    end = b"</ListBucketResult>"
    door.instead = lambda now, answer: (
        replace(answer, body=answer.body.replace(end, hidden + end)) if now > 2 else answer
    )

    with pytest.raises(StorageRefused):
        listed(listing)


@pytest.mark.parametrize("page", [2, 1_000])
def test_moto_lists_the_same(aws: None, page: int) -> None:
    client: S3Client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    keys = sorted({IMAGES_PREFIX + name for name in ODD_KEYS})
    for key in keys:
        client.put_object(Bucket=BUCKET, Key=key, Body=b"content")
    own = hand_over_pages(boto3.client("s3"))
    own.meta.events.register(
        "provide-client-params.s3.ListObjectsV2",
        lambda params, **_event: {"MaxKeys": page, **params},  # type: ignore[arg-type]
    )

    assert listed(Listing(client=own, bucket=BUCKET)) == keys

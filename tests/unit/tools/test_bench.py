"""What `make bench` measures against is an S3 as far as boto3 can tell, and its rows compare."""

import asyncio
import hashlib
import io
import queue
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

from lambdas.build_manifest.preflight.headers import FIRST, Header, PictureFormat, look
from tools.bench import __main__ as bench
from tools.bench.pictures import PREFIX, keys
from tools.bench.simulated_s3 import PAGE, SimulatedS3, start

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BUCKET = "pictures"
PART = 5 * 1024 * 1024
PICTURES = sorted([*keys(2_500, labels=3), f"{PREFIX}a b/ö%+&<.png", f"{PREFIX}direct.png"])
FOLDERS = sorted({f"{PREFIX}{key.split('/')[1]}/" for key in PICTURES if key.count("/") > 1})
IN_PARTS = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, use_threads=False)


@pytest.fixture
def s3() -> SimulatedS3:
    return SimulatedS3(
        [*keys(2_500, labels=3), f"{PREFIX}a b/ö%+&<.png", f"{PREFIX}direct.png", "other/a.png"]
    )


@pytest.fixture
def client(s3: SimulatedS3) -> Iterator["S3Client"]:
    started: queue.Queue[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = queue.Queue()

    async def serve() -> None:
        server, port = await start(s3)
        over = asyncio.Event()
        started.put((asyncio.get_running_loop(), over, port))
        async with server:
            await over.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    loop, over, port = started.get(timeout=60)
    client: S3Client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )
    yield client
    client.close()
    loop.call_soon_threadsafe(over.set)
    thread.join()


def code_of(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"].get("Code"))


def test_the_benchmark_has_as_many_pictures_as_it_says_under_labels_of_uneven_sizes() -> None:
    found = list(keys(10_000, labels=20))
    sizes = sorted(
        sum(key.startswith(label) for key in found)
        for label in {key.rsplit("/", 2)[0] + "/" for key in found}
    )

    assert len(set(found)) == 10_000
    assert len(sizes) == 20
    assert sizes[-1] > 5 * sizes[0] > 0
    assert len({key.split("/")[1] for key in keys(1_000, labels=1)}) == 1


def test_it_lists_in_pages_from_a_key_on_and_as_the_key_is(client: "S3Client") -> None:
    paginator = client.get_paginator("list_objects_v2")
    for encoding in ({}, {"EncodingType": "url"}):
        pages = list(paginator.paginate(Bucket=BUCKET, Prefix=PREFIX, **encoding))  # type: ignore[arg-type]
        assert [len(page["Contents"]) for page in pages] == [PAGE, PAGE, 502]
        assert [page["IsTruncated"] for page in pages] == [True, True, False]
        if not encoding:
            assert [item["Key"] for page in pages for item in page["Contents"]] == PICTURES
    rest = client.list_objects_v2(Bucket=BUCKET, Prefix=PREFIX, StartAfter=PICTURES[1_999])
    assert [item["Key"] for item in rest["Contents"]] == PICTURES[2_000:]


def test_it_lists_folders_once_each_over_pages_too(client: "S3Client") -> None:
    paginator = client.get_paginator("list_objects_v2")
    for size in (1, 2, 1_000):
        few = {"PageSize": size}
        pages = list(paginator.paginate(Bucket=BUCKET, Prefix=PREFIX, Delimiter="/", PaginationConfig=few))  # type: ignore[arg-type]
        assert [found["Prefix"] for page in pages for found in page.get("CommonPrefixes", [])] == FOLDERS
        assert [item["Key"] for page in pages for item in page.get("Contents", [])] == [f"{PREFIX}direct.png"]


def test_what_is_stored_is_read_back_whole_in_ranges_and_under_its_etag(client: "S3Client") -> None:
    stored = client.put_object(Bucket=BUCKET, Key="manifests/a b", Body=b"0123456789")

    read = client.get_object(Bucket=BUCKET, Key="manifests/a b", IfMatch=stored["ETag"])
    assert read["Body"].read() == b"0123456789"
    part = client.get_object(Bucket=BUCKET, Key="manifests/a b", Range="bytes=2-4")
    assert part["Body"].read() == b"234"
    assert client.list_objects_v2(Bucket=BUCKET, Prefix="manifests/")["Contents"][0]["Size"] == 10
    with pytest.raises(ClientError) as caught:
        client.get_object(Bucket=BUCKET, Key="manifests/a b", IfMatch='"other"')
    assert code_of(caught) == "PreconditionFailed"
    with pytest.raises(ClientError) as caught:
        client.get_object(Bucket=BUCKET, Key="manifests/b")
    assert code_of(caught) == "NoSuchKey"


def test_each_picture_has_a_header_and_an_etag_of_its_own(client: "S3Client") -> None:
    etags = set()
    for item in client.list_objects_v2(Bucket=BUCKET, Prefix=PREFIX, MaxKeys=2)["Contents"]:
        read = client.get_object(
            Bucket=BUCKET, Key=item["Key"], IfMatch=item["ETag"], Range=f"bytes=0-{FIRST.length - 1}"
        )
        header = look(FIRST, read["Body"].read(), total=item["Size"])
        assert header == Header(PictureFormat.JPEG, 1_920, 1_080)
        assert read["ContentRange"] == f"bytes 0-4095/{item['Size']}"
        etags.add(read["ETag"])
    assert len(etags) == 2


def test_an_upload_in_parts_makes_one_object(client: "S3Client", s3: SimulatedS3) -> None:
    content = b"0123456789" * (PART // 10) + b"rest" * PART
    client.upload_fileobj(io.BytesIO(content), BUCKET, "manifests/large", Config=IN_PARTS)

    read = client.get_object(Bucket=BUCKET, Key="manifests/large")
    assert hashlib.sha256(read["Body"].read()).digest() == hashlib.sha256(content).digest()
    assert read["ETag"].endswith('-5"')
    assert s3.requests == {
        "CreateMultipartUpload": 1,
        "UploadPart": 5,
        "CompleteMultipartUpload": 1,
        "GetObject": 1,
    }


def test_what_it_cannot_do_it_refuses(client: "S3Client") -> None:
    with pytest.raises(ClientError) as caught:
        client.get_bucket_policy(Bucket=BUCKET)
    assert code_of(caught) == "NotImplemented"


def test_a_row_for_each_measurement_of_a_set_beside_the_bare_listing() -> None:
    header = bench.HEADER.split()
    rows = [line.split() for line in bench.measure(30, 2)]

    assert header[:2] == ["pictures", "labels"]
    assert [row[:3] for row in rows] == [
        ["30", "2", name] for name in ("listing", "measure", "write", "again", "cold", "warm")
    ]
    # A check lists the pictures, looks for what is remembered of them, and writes two reports; `cold` also
    # reads each picture and writes what is to be remembered, `warm` reads that.
    assert [row[-1] for row in rows] == ["1", "1", "5", "3", "35", "5"]
    assert rows[0][4] == rows[0][6] == "(1.00)"

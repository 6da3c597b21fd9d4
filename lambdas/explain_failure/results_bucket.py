"""Rekognition's result files, through S3."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .aws_errors import domain_errors
from .request import Place

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

_CHUNK_BYTES = 1024 * 1024


class ResultsBucket:
    """See `explain.ResultFiles`. `bucket` takes the reports, under `prefix`; results are read wherever
    Rekognition says."""

    def __init__(self, *, client: "S3Client", bucket: str, prefix: str, version: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        self._version = version

    def read(self, place: Place) -> bytes | None:
        with domain_errors(f"reading {place}"):
            answer = self._get(place)
            if answer is None:
                return None
            with answer["Body"] as body:
                return body.read()

    def read_lines(self, place: Place) -> Iterator[bytes] | None:
        with domain_errors(f"reading {place}"):
            answer = self._get(place)
        return None if answer is None else _lines(answer, place)

    def write(self, name: str, content: bytes, *, content_type: str) -> Place:
        place = Place(bucket=self._bucket, key=f"{self._prefix}{self._version}/{name}")
        with domain_errors(f"writing {place}"):
            self._client.put_object(
                Bucket=place.bucket, Key=place.key, Body=content, ContentType=content_type
            )
        return place

    def _get(self, place: Place) -> "GetObjectOutputTypeDef | None":
        try:
            return self._client.get_object(Bucket=place.bucket, Key=place.key)
        except self._client.exceptions.NoSuchKey:
            return None


def _lines(answer: "GetObjectOutputTypeDef", place: Place) -> Iterator[bytes]:
    body = answer["Body"]
    with domain_errors(f"reading {place}"), body:
        yield from body.iter_lines(_CHUNK_BYTES)

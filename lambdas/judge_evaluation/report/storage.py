"""What the report reads and writes in S3."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..errors import StorageDenied, StorageRefused
from ..evaluation_store import domain_errors

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

_CHUNK_BYTES = 1024 * 1024


class ReportStorage:
    """See `making.Storage`. Inventories are in `data_bucket`; the report goes to the other one, under
    `prefix`."""

    def __init__(self, *, client: "S3Client", data_bucket: str, results_bucket: str, prefix: str) -> None:
        self._client = client
        self._data_bucket = data_bucket
        self._results_bucket = results_bucket
        self._prefix = prefix

    def place(self, version: str, name: str) -> str:
        return f"s3://{self._results_bucket}/{self._prefix}{version}/{name}"

    def write(self, uri: str, content: bytes, *, content_type: str) -> None:
        bucket, key = _parts(uri)
        with domain_errors(f"writing {uri}"):
            self._client.put_object(Bucket=bucket, Key=key, Body=content, ContentType=content_type)

    def inventory(self, digest: str) -> Iterator[bytes] | None:
        """Of a file that is not there S3 says "denied" to those who may not list, as here."""
        place = f"s3://{self._data_bucket}/manifests/{digest}/inventory.jsonl"
        bucket, key = _parts(place)
        try:
            with domain_errors(f"reading {place}"):
                answer = self._client.get_object(Bucket=bucket, Key=key)
        except (StorageDenied, StorageRefused):
            return None
        return _lines(answer, place)

    def picture(self, uri: str, most: int) -> bytes | None:
        bucket, key = _parts(uri)
        with domain_errors(f"reading {uri}"):
            answer = self._client.get_object(Bucket=bucket, Key=key)
            with answer["Body"] as body:
                return body.read() if answer["ContentLength"] <= most else None


def _lines(answer: "GetObjectOutputTypeDef", place: str) -> Iterator[bytes]:
    body = answer["Body"]
    with domain_errors(f"reading {place}"), body:
        yield from body.iter_lines(_CHUNK_BYTES)


def _parts(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key

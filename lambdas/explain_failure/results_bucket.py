"""Rekognition's result files, through S3."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as BotocoreConnectionError

from .errors import StorageDenied, StorageRefused, StorageUnavailable
from .request import Place

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

_CHUNK_BYTES = 1024 * 1024
_DENIED = frozenset({"AccessDenied", "AllAccessDisabled", "403"})
_UNAVAILABLE = frozenset(
    {"InternalError", "RequestTimeout", "ServiceUnavailable", "SlowDown", "Throttling", "ThrottlingException"}
)


class ResultsBucket:
    """See `explain.ResultFiles`. `bucket` takes the reports, under `prefix`; results are read wherever
    Rekognition says."""

    def __init__(self, *, client: "S3Client", bucket: str, prefix: str, version: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        self._version = version

    def read(self, place: Place) -> bytes | None:
        with _domain_errors(f"reading {place}"):
            answer = self._get(place)
            if answer is None:
                return None
            with answer["Body"] as body:
                return body.read()

    def read_lines(self, place: Place) -> Iterator[bytes] | None:
        with _domain_errors(f"reading {place}"):
            answer = self._get(place)
        return None if answer is None else _lines(answer, place)

    def write(self, name: str, content: bytes, *, content_type: str) -> Place:
        place = Place(bucket=self._bucket, key=f"{self._prefix}{self._version}/{name}")
        with _domain_errors(f"writing {place}"):
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
    with _domain_errors(f"reading {place}"), body:
        yield from body.iter_lines(_CHUNK_BYTES)


@contextmanager
def _domain_errors(doing: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _DENIED:
            raise StorageDenied(
                f"AWS denied access while {doing} ({error}). The role of the function explain_failure, the "
                "policy of the bucket, or a policy of the organisation forbids it: bring the stack "
                "back (make deploy with REVERT_DRIFT=1), then look for a Deny."
            ) from error
        if code in _UNAVAILABLE or status >= 500:
            raise StorageUnavailable(
                f"AWS could not serve the call while {doing} ({error}). Trying again can help."
            ) from error
        raise StorageRefused(f"AWS refused the call while {doing} ({error}).") from error
    except (BotocoreConnectionError, HTTPClientError, IncompleteReadError) as error:
        raise StorageUnavailable(f"The connection to AWS failed while {doing} ({error}).") from error
    except BotoCoreError as error:
        raise StorageRefused(f"The AWS SDK gave up while {doing} ({error}).") from error

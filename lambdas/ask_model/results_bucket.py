"""Samples and answers, through S3."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as BotocoreConnectionError

from .errors import StorageDenied, StorageRefused, StorageUnavailable
from .request import Place

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_DENIED = frozenset({"AccessDenied", "AllAccessDisabled", "403"})
_UNAVAILABLE = frozenset(
    {"InternalError", "RequestTimeout", "ServiceUnavailable", "SlowDown", "Throttling", "ThrottlingException"}
)


class ResultsBucket:
    """See `run.Files`."""

    def __init__(self, *, client: "S3Client") -> None:
        self._client = client

    def read(self, place: Place) -> bytes | None:
        """Fetch a file; None if it is not there.

        Raises:
            StorageDenied, StorageUnavailable, StorageRefused: S3 did not hand it out.
        """
        with _domain_errors(f"reading {place}"):
            try:
                answer = self._client.get_object(Bucket=place.bucket, Key=place.key)
            except self._client.exceptions.NoSuchKey:
                return None
            with answer["Body"] as body:
                return body.read()

    def write(self, place: Place, content: bytes) -> None:
        """Keep a file.

        Raises:
            StorageDenied, StorageUnavailable, StorageRefused: S3 did not take it.
        """
        with _domain_errors(f"writing {place}"):
            self._client.put_object(
                Bucket=place.bucket, Key=place.key, Body=content, ContentType="application/json"
            )


@contextmanager
def _domain_errors(doing: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _DENIED:
            raise StorageDenied(
                f"AWS denied access while {doing} ({error}). The role of the function ask_model, the policy "
                "of the bucket, or a policy of the organisation forbids it: bring the stack back (make "
                "deploy with REVERT_DRIFT=1), then look for a Deny."
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

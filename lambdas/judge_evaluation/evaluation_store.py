"""What was found in a version's test, and what the pipeline makes of it, through S3."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as BotocoreConnectionError

from .errors import EvaluationUnreadable, StorageDenied, StorageRefused, StorageUnavailable
from .request import Location

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

# The confusion matrix of 250 labels has 62,500 entries of some 200 bytes at most: 12 MB.
_MAX_BYTES = 32 * 1024 * 1024
_CHUNK_BYTES = 1024 * 1024

_DENIED = frozenset({"AccessDenied", "AllAccessDisabled", "403"})
_UNAVAILABLE = frozenset(
    {"InternalError", "RequestTimeout", "ServiceUnavailable", "SlowDown", "Throttling", "ThrottlingException"}
)


class EvaluationBucket:
    """See `champion_labels.Results` and `drawing.SampleFiles`. `bucket` takes what is written, under `prefix`
    in a folder of the version's own; results are read wherever Rekognition says."""

    def __init__(self, *, client: "S3Client", bucket: str, prefix: str, version: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        self._version = version

    def read(self, location: Location) -> bytes | None:
        """Fetch a summary, a sample or answers; None if it is not there.

        Raises:
            EvaluationUnreadable: it is larger than any of them can be.
            StorageDenied, StorageUnavailable, StorageRefused: S3 did not hand it out.
        """
        with domain_errors(f"reading {location}"):
            answer = self._get(location)
            if answer is None:
                return None
            with answer["Body"] as body:
                if answer["ContentLength"] > _MAX_BYTES:
                    raise EvaluationUnreadable(
                        f"The file {location} has {answer['ContentLength']:,} bytes; an evaluation of "
                        f"250 labels, the most there can be, stays below {_MAX_BYTES:,}."
                    )
                return body.read()

    def lines(self, location: Location) -> Iterator[bytes] | None:
        """Fetch a snapshot of any size, line by line; None if it is not there.

        Raises:
            StorageDenied, StorageUnavailable, StorageRefused: S3 did not hand it out.
        """
        with domain_errors(f"reading {location}"):
            answer = self._get(location)
        return None if answer is None else _lines(answer, location)

    def place(self, version: str, name: str) -> Location:
        """Where a file of the pipeline's own about a version lies, if there is one."""
        return Location(bucket=self._bucket, key=f"{self._prefix}{version}/{name}")

    def write(self, name: str, content: bytes, *, content_type: str) -> Location:
        """Put a file into the version's folder.

        Raises:
            StorageDenied, StorageUnavailable, StorageRefused: S3 did not take it.
        """
        location = self.place(self._version, name)
        with domain_errors(f"writing {location}"):
            self._client.put_object(
                Bucket=location.bucket, Key=location.key, Body=content, ContentType=content_type
            )
        return location

    def _get(self, location: Location) -> "GetObjectOutputTypeDef | None":
        try:
            return self._client.get_object(Bucket=location.bucket, Key=location.key)
        except self._client.exceptions.NoSuchKey:
            return None


def _lines(answer: "GetObjectOutputTypeDef", location: Location) -> Iterator[bytes]:
    body = answer["Body"]
    with domain_errors(f"reading {location}"), body:
        yield from body.iter_lines(_CHUNK_BYTES)


@contextmanager
def domain_errors(doing: str) -> Iterator[None]:
    """Errors of AWS as those of this package; `doing` names the call in messages."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _DENIED:
            raise StorageDenied(
                f"AWS denied access while {doing} ({error}). The role of the function judge_evaluation, the "
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

"""Evaluation summaries, through S3."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as BotocoreConnectionError

from .errors import EvaluationUnreadable, StorageDenied, StorageRefused, StorageUnavailable
from .request import SummaryLocation

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

# The confusion matrix of 250 labels has 62,500 entries of some 200 bytes at most: 12 MB.
_MAX_BYTES = 32 * 1024 * 1024

_DENIED = frozenset({"AccessDenied", "AllAccessDisabled", "403"})
_UNAVAILABLE = frozenset(
    {"InternalError", "RequestTimeout", "ServiceUnavailable", "SlowDown", "Throttling", "ThrottlingException"}
)


class EvaluationBucket:
    """See `judge.SummaryStore`."""

    def __init__(self, *, client: "S3Client") -> None:
        self._client = client

    def read(self, location: SummaryLocation) -> bytes | None:
        """Fetch a summary; None if it is not there.

        Raises:
            EvaluationUnreadable: it is larger than a summary can be.
            StorageDenied, StorageUnavailable, StorageRefused: S3 did not hand it out.
        """
        with domain_errors(f"reading {location}"):
            try:
                answer = self._client.get_object(Bucket=location.bucket, Key=location.key)
            except self._client.exceptions.NoSuchKey:
                return None
            with answer["Body"] as body:
                if answer["ContentLength"] > _MAX_BYTES:
                    raise EvaluationUnreadable(
                        f"The evaluation summary {location} has {answer['ContentLength']:,} bytes; one of "
                        f"250 labels, the most there can be, stays below {_MAX_BYTES:,}."
                    )
                return body.read()


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

"""What S3 and Rekognition refuse, in this function's own errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as BotocoreConnectionError

from .errors import StorageDenied, StorageRefused, StorageUnavailable

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "AllAccessDisabled", "403"})
_UNAVAILABLE = frozenset(
    {
        "InternalError",
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestTimeout",
        "ResourceInUseException",
        "ResourceNotReadyException",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
    }
)


@contextmanager
def domain_errors(doing: str) -> Iterator[None]:
    """Raise what AWS answers as one of `errors`; `doing` says what was asked of it."""
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

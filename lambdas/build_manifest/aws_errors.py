"""Turns the errors of the AWS SDK into this function's own."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as BotocoreConnectionError

from .errors import BuildManifestError, StorageDenied, StorageRefused, StorageUnavailable

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "403", "AllAccessDisabled"})
_UNAVAILABLE = frozenset(
    {
        "InternalError",
        "InternalServerError",
        "OperationAborted",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)


def error_code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def domain_error(doing: str, code: str, message: str, *, status: int = 0) -> BuildManifestError:
    """The error for an AWS error code; `doing` completes "while …"."""
    said = f"{code}: {message}" if message else code
    if code in _DENIED:
        return StorageDenied(
            f"AWS denied access while {doing} ({said}). The role of the function build_manifest, the policy "
            "of the bucket, or a policy of the organisation forbids it. In the bucket of the stack: bring "
            "the stack back (make deploy with REVERT_DRIFT=1), then look for a Deny. In a bucket of "
            "data_locations: its own policy has to allow it, and data_keys in cdk.json its KMS key."
        )
    if code in _UNAVAILABLE or status >= 500:
        return StorageUnavailable(
            f"AWS could not serve the call while {doing} ({said}). Trying again can help."
        )
    return StorageRefused(
        f"AWS refused the call while {doing} ({said}). Check that the bucket and the registry's table exist "
        "as the stack made them: if one was deleted by hand, bring the stack back (make deploy with "
        "REVERT_DRIFT=1). A bucket of another name is one of data_locations or data_source: correct it there."
    )


@contextmanager
def domain_errors(doing: str) -> Iterator[None]:
    """Raise this function's errors for what the SDK raises inside; `doing` completes "while …"."""
    try:
        yield
    except ClientError as error:
        message = str(error.response.get("Error", {}).get("Message", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        raise domain_error(doing, error_code(error), message, status=status) from error
    except (BotocoreConnectionError, HTTPClientError, IncompleteReadError) as error:
        raise StorageUnavailable(f"The connection to AWS failed while {doing} ({error}).") from error
    except BotoCoreError as error:
        raise StorageRefused(f"The AWS SDK gave up while {doing} ({error}).") from error

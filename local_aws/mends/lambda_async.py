"""Functions that are invoked as events: when a failed one is tried again."""

from __future__ import annotations

from typing import Any

from local_aws.clock import Clock
from local_aws.mends.registry import mend

FIRST_PAUSE_SECONDS = 60
"""Lambda Developer Guide, "Error handling for asynchronous invocation": a minute, then two minutes."""
LONGEST_PAUSE_SECONDS = 300


@mend("lambda-async-retries", target="ministack.services.lambda_svc._LAMBDA_ASYNC_RETRY_BASE_SECONDS")
def pause_as_aws_does(_original: Any) -> Any:
    """A failed function is tried again after a minute and then two, scaled; MiniStack takes a second."""
    return Clock().scaled(FIRST_PAUSE_SECONDS)


@mend("lambda-async-retries", target="ministack.services.lambda_svc._LAMBDA_ASYNC_RETRY_MAX_SECONDS")
def pause_no_longer(_original: Any) -> Any:
    """See `pause_as_aws_does`."""
    return Clock().scaled(LONGEST_PAUSE_SECONDS)

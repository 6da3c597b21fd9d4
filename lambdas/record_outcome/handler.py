"""Entry point of the Lambda function `record_outcome`."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from .counted import CountedOutcomes
from .observability import logger, metrics, record, tracer
from .outcome import Outcome
from .settings import Settings

# What still fails after five tries escapes, and Lambda tries the event again a minute later.
_PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=10)


@cache
def _counted() -> CountedOutcomes:
    settings = Settings.from_environment(os.environ)
    return CountedOutcomes(client=boto3.client("dynamodb", config=_PATIENT), table=settings.registry_table)


@logger.inject_lambda_context(correlation_id_path="id", clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: Mapping[str, object], context: LambdaContext) -> None:
    """See `outcome.Outcome` for the event. Nobody reads a result: EventBridge invokes asynchronously."""
    now = datetime.now(tz=UTC)
    outcome = Outcome.from_event(event)
    if _counted().claim(outcome.key, attempt=context.aws_request_id, now=now):
        record(outcome, now=now)
    else:
        logger.info("Outcome counted before", extra={"execution": outcome.execution})

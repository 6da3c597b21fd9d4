"""Entry point of the Lambda function `ask_model`.

It needs no setting beyond Powertools' own: the event names the model and the files.
"""

import math
import time
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from .ask import ANSWER_SECONDS
from .model import Model
from .observability import logger, metrics, record, tracer
from .pictures import look_up
from .request import Request
from .results_bucket import ResultsBucket
from .run import run
from .tally import Tally

if TYPE_CHECKING:
    from mypy_boto3_rekognition.client import RekognitionClient
    from mypy_boto3_s3.client import S3Client

# What still fails after five tries is raised as StorageUnavailable and retried by the workflow.
_PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=30)
# For what does without an answer: `ask.Asking` has to know how long a question may take.
_IMPATIENT = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=3)
# `ask.Asking` tries again, with the pauses that it chooses.
_ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30)


@cache
def _s3() -> "S3Client":
    client: S3Client = boto3.client("s3", config=_PATIENT)
    return client


@cache
def _impatient_s3() -> "S3Client":
    client: S3Client = boto3.client("s3", config=_IMPATIENT)
    return client


@cache
def _rekognition() -> "RekognitionClient":
    client: RekognitionClient = boto3.client("rekognition", config=_ONCE)
    return client


def _time_left(request: Request, context: LambdaContext) -> Callable[[], float]:
    """What the function may still take, or the request if that is less; with the last answer's time."""
    deadline = time.monotonic() + (request.longest_seconds or math.inf) + ANSWER_SECONDS

    def seconds_left() -> float:
        own = context.get_remaining_time_in_millis() / 1000
        return min(float(own), deadline - time.monotonic())

    return seconds_left


@logger.inject_lambda_context(correlation_id_path="execution_id", clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: Mapping[str, object], context: LambdaContext) -> Tally:
    """See `request.Request` for the event, `tally.Tally` for the result."""
    request = Request.from_event(event)
    time_left = _time_left(request, context)
    result = run(
        request,
        files=ResultsBucket(client=_s3()),
        model=Model(client=_rekognition(), arn=request.arn),
        look_up=partial(look_up, _impatient_s3()),
        seconds_left=time_left,
    )
    record(request, result)
    return result

"""Entry point of the Lambda function `explain_failure`."""

import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from .dataset_entries import DatasetEntries
from .dataset_request import MODE, DatasetRequest
from .datasets import explain_datasets
from .explain import Explanation, explain
from .observability import logger, record, tracer
from .request import Request
from .results_bucket import ResultsBucket
from .settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_rekognition.client import RekognitionClient
    from mypy_boto3_s3.client import S3Client

# What still fails after five tries is raised as StorageUnavailable and retried by the workflow.
_PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=30)


@cache
def _s3() -> "S3Client":
    client: S3Client = boto3.client("s3", config=_PATIENT)
    return client


@cache
def _rekognition() -> "RekognitionClient":
    client: RekognitionClient = boto3.client("rekognition", config=_PATIENT)
    return client


@logger.inject_lambda_context(correlation_id_path="execution_id", clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
def handler(event: Mapping[str, object], context: LambdaContext) -> Explanation:
    """See `request.Request` and `dataset_request.DatasetRequest` for the events, `explain.Explanation` for
    the result."""
    settings = Settings.from_environment(os.environ)
    request = DatasetRequest.from_event(event) if event.get("mode") == MODE else Request.from_event(event)
    files = ResultsBucket(
        client=_s3(), bucket=settings.bucket, prefix=settings.prefix, version=request.version
    )
    if isinstance(request, Request):
        explanation = explain(request, files=files)
    else:
        explanation = explain_datasets(
            request,
            files=files,
            entries=DatasetEntries(client=_rekognition()),
            seconds_left=lambda: context.get_remaining_time_in_millis() / 1000,
        )
    record(explanation, request.version)
    return explanation

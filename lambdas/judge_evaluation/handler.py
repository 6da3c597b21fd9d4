"""Entry point of the Lambda function `judge_evaluation`."""

import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from .drawing import Drawn, draw
from .evaluation_store import EvaluationBucket
from .figures import shortened
from .judge import judge
from .observability import logger, metrics, record, record_sample, tracer
from .report.asked import Asked
from .report.collecting import Means
from .report.making import make_report
from .report.registry import VersionRegistry
from .report.storage import ReportStorage
from .report.subject import subject_of
from .request import Request
from .settings import Settings
from .verdict import Verdict

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client

# What still fails after five tries is raised as StorageUnavailable and retried by the workflow.
_PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=30)


@cache
def _s3() -> "S3Client":
    client: S3Client = boto3.client("s3", config=_PATIENT)
    return client


@cache
def _dynamodb() -> "DynamoDBClient":
    client: DynamoDBClient = boto3.client("dynamodb", config=_PATIENT)
    return client


@logger.inject_lambda_context(correlation_id_path="execution_id", clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: Mapping[str, object], context: LambdaContext) -> Verdict | Drawn:
    """See `request.Request` for the event, `verdict.Verdict` and `drawing.Drawn` for the results."""
    settings = Settings.from_environment(os.environ)
    request = Request.from_event(event)
    store = EvaluationBucket(
        client=_s3(), bucket=settings.bucket, prefix=settings.prefix, version=request.version
    )
    if request.mode == "sample":
        drawn = draw(
            request,
            store=store,
            data_bucket=settings.data_bucket,
            inventory=_report_storage(settings).inventory,
        )
        record_sample(drawn, request.version)
        return drawn
    verdict = judge(request, store=store)
    made = make_report(
        lambda: subject_of(request, verdict, Asked.from_event(event), store=store), _means(settings, context)
    )
    verdict["report"] = made.page
    verdict["warnings"] += made.warnings
    record(verdict, request.version)
    return shortened(verdict)


def _report_storage(settings: Settings) -> ReportStorage:
    return ReportStorage(
        client=_s3(),
        data_bucket=settings.data_bucket,
        results_bucket=settings.bucket,
        prefix=settings.prefix,
    )


def _means(settings: Settings, context: LambdaContext) -> Means:
    return Means(
        storage=_report_storage(settings),
        registry=VersionRegistry(client=_dynamodb(), table=settings.registry_table),
        pipeline=settings.pipeline,
        region=os.environ.get("AWS_REGION", ""),
        seconds_left=lambda: context.get_remaining_time_in_millis() / 1000,
    )

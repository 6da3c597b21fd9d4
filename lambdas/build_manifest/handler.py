"""Entry point of the Lambda function `build_manifest`."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from .build import build
from .checking import CheckResult, check
from .dataset_bucket import DatasetBucket
from .limits import SetLimits, limits_of
from .listing import hand_over_pages
from .observability import logger, metrics, record, record_check, tracer
from .picture_headers import READERS
from .report import BuildResult
from .request import Request
from .set_registry import RegistryTable
from .settings import Settings
from .sources.aws_sources import AwsSources
from .sources.labelled_build import build_labelled, check_labelled
from .sources.locations import Locations
from .sources.ports import Access

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_rekognition.client import RekognitionClient
    from mypy_boto3_s3.client import S3Client

# A listing is up to some 270 calls, so one throttled call must not lose the others: five tries each,
# within seconds. What still fails is raised as StorageUnavailable and retried by the workflow.
_PATIENT = Config(
    retries={"mode": "standard", "total_max_attempts": 5},
    connect_timeout=5,
    read_timeout=60,
    max_pool_connections=READERS,
)


@cache
def _s3() -> "S3Client":
    return hand_over_pages(boto3.client("s3", config=_PATIENT))


@cache
def _dynamodb() -> "DynamoDBClient":
    client: DynamoDBClient = boto3.client("dynamodb", config=_PATIENT)
    return client


@cache
def _rekognition() -> "RekognitionClient":
    client: RekognitionClient = boto3.client("rekognition", config=_PATIENT)
    return client


@logger.inject_lambda_context(correlation_id_path="execution_id", clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: Mapping[str, object], context: LambdaContext) -> BuildResult | CheckResult:
    """See `request.Request` for the event, `build.build` and `checking.check` for the result."""
    settings = Settings.from_environment(os.environ)
    request = Request.from_event(event)
    store = DatasetBucket(client=_s3(), name=settings.bucket, etags_are_content=settings.etags_are_content)
    limits = limits_of(settings.region)
    if request.mode == "check":
        checked = _check(request, settings, store, limits)
        record_check(checked)
        return checked
    result = _build(request, settings, store, limits)
    record(result, request.mode)
    return result


def _check(request: Request, settings: Settings, store: DatasetBucket, limits: SetLimits) -> CheckResult:
    if request.data_source is None:
        return check(request, store=store, limits=limits)
    return check_labelled(request, request.data_source, access=_access(settings, store), limits=limits)


def _build(request: Request, settings: Settings, store: DatasetBucket, limits: SetLimits) -> BuildResult:
    registry = RegistryTable(client=_dynamodb(), table=settings.registry_table)
    if request.data_source is None:
        return build(request, store=store, registry=registry, limits=limits, now=_now)
    return build_labelled(
        request,
        request.data_source,
        access=_access(settings, store),
        registry=registry,
        limits=limits,
        now=_now,
    )


def _access(settings: Settings, store: DatasetBucket) -> Access:
    return Access(
        sources=AwsSources(s3=_s3(), rekognition=_rekognition()),
        locations=Locations.parse(settings.data_locations),
        store=store,
    )


def _now() -> datetime:
    return datetime.now(UTC)

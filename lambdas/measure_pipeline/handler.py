"""Entry point of the Lambda function `measure_pipeline`, which a rule invokes every few minutes."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from . import observability
from .checks import Checks
from .missed import missed_checks
from .models import ProjectModels, running_units
from .observability import logger, metrics, tracer
from .registry import Registry
from .settings import Settings
from .strays import strays
from .usage import count_usage

# Four retries with growing pauses; what still fails is measured in the next turn.
_PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=10)


@dataclass(frozen=True, kw_only=True)
class _Sources:
    """What is measured, and at which price."""

    models: ProjectModels
    registry: Registry
    checks: Checks
    usd_per_unit_hour: float
    project_is_adopted: bool
    usual_deployment: timedelta


@cache
def _sources() -> _Sources:
    settings = Settings.from_environment(os.environ)
    return _Sources(
        models=ProjectModels(
            client=boto3.client("rekognition", config=_PATIENT), project_arn=settings.project_arn
        ),
        registry=Registry(client=boto3.client("dynamodb", config=_PATIENT), table=settings.registry_table),
        checks=Checks(
            step_functions=boto3.client("stepfunctions", config=_PATIENT),
            events=boto3.client("events", config=_PATIENT),
            workflow_arn=settings.training_workflow_arn,
            rule_name=settings.training_rule_name,
        ),
        usd_per_unit_hour=settings.usd_per_unit_hour,
        project_is_adopted=settings.project_is_adopted,
        usual_deployment=settings.usual_deployment,
    )


@logger.inject_lambda_context(correlation_id_path="id", clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: Mapping[str, object], context: LambdaContext) -> None:
    """The event says nothing but that it is time.

    Raises:
        ExceptionGroup: parts could not be measured, each with its error; the others were.
    """
    del event, context
    sources, now = _sources(), datetime.now(tz=UTC)
    # Independent of one another: no checks must not look like a dead meter because Rekognition is slow.
    parts: tuple[Callable[[_Sources, datetime], None], ...] = (_checks, _live_model, _strays, _units)
    problems: list[Exception] = []
    for part in parts:
        try:
            part(sources, now)
        except Exception as problem:
            logger.exception("A part could not be measured")
            problems.append(problem)
    if problems:
        said = "; ".join(str(problem) for problem in problems)
        raise ExceptionGroup(f"Parts of the pipeline could not be measured: {said}", problems)


def _checks(sources: _Sources, now: datetime) -> None:
    observability.record_missed(
        missed_checks(
            rule=sources.checks.rule(),
            is_wanted=sources.registry.training_is_wanted(),
            last_success=sources.checks.last_success(),
            changes=sources.registry.schedule_changes(),
            now=now,
        )
    )


def _live_model(sources: _Sources, now: datetime) -> None:
    observability.record_live_model(sources.registry.live_model(), now=now)


def _strays(sources: _Sources, now: datetime) -> None:
    observability.record_strays(
        strays(
            hosted=sources.models.hosted,
            pointers=sources.registry,
            is_running=sources.checks.is_running,
            now=now,
            usual_deployment=sources.usual_deployment,
            project_is_adopted=sources.project_is_adopted,
        )
    )


def _units(sources: _Sources, now: datetime) -> None:
    units = running_units(sources.models.hosted())
    observability.record_units(units)
    used = count_usage(units=units, now=now, store=sources.registry)
    observability.record_cost(used, usd_per_unit_hour=sources.usd_per_unit_hour)

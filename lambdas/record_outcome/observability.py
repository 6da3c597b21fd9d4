"""Logs, traces and metrics of this function.

Service and namespace come from POWERTOOLS_SERVICE_NAME and POWERTOOLS_METRICS_NAMESPACE.
"""

import warnings
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from .outcome import Outcome

logger = Logger()
tracer = Tracer()
metrics = Metrics()

# Only runs that judged a version have more to publish than their count.
warnings.filterwarnings("ignore", message="No application metrics to publish")

# CloudWatch leaves out what is older than 14 days or more than two hours ahead (Embedded metric format
# specification, "Timestamp"); a day less, because this clock is not CloudWatch's.
_OLDEST = timedelta(days=13)
_NEWEST = timedelta(hours=1)


def record(outcome: Outcome, *, now: datetime) -> None:
    """One log line and one count a run; score and hours too if the run judged a version.

    The metrics carry the time of the outcome, so that an event that arrives late, or out of order, counts
    where it belongs.
    """
    at = outcome.at if now - _OLDEST < outcome.at < now + _NEWEST else now
    with single_metric(name="Runs", unit=MetricUnit.Count, value=1, namespace=metrics.namespace) as runs:
        runs.set_timestamp(at)
        runs.add_dimension(name="workflow", value=outcome.workflow)
        runs.add_dimension(name="outcome", value=outcome.outcome)
    # Also when there is nothing to add: a warm function would keep the time of an earlier invocation.
    metrics.set_timestamp(at)
    figures: dict[str, object] = {}
    if outcome.judgement is not None:
        judged = outcome.judgement
        hours = judged.billed_training_seconds / 3600
        metrics.add_metadata(key="version", value=outcome.version)
        metrics.add_metric(name="TrainingHours", unit=MetricUnit.NoUnit, value=hours)
        if judged.f1 is not None:
            metrics.add_metric(name="F1", unit=MetricUnit.NoUnit, value=judged.f1)
        if judged.minimum_f1 is not None:
            metrics.add_metric(name="MinimumF1", unit=MetricUnit.NoUnit, value=judged.minimum_f1)
        figures = {"f1": judged.f1, "minimum_f1": judged.minimum_f1, "training_hours": round(hours, 3)}
    logger.info(
        "Outcome",
        extra={
            "workflow": outcome.workflow,
            "outcome": outcome.outcome,
            "execution": outcome.execution,
            "subject": outcome.subject,
            "version": outcome.version,
            **figures,
        },
    )

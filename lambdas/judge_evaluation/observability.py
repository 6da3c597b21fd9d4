"""Logs, traces and metrics of this function.

Service and namespace come from POWERTOOLS_SERVICE_NAME and POWERTOOLS_METRICS_NAMESPACE.
"""

import warnings

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from .drawing import Drawn
from .verdict import Verdict

logger = Logger()
tracer = Tracer()
metrics = Metrics()

# A run that fails has no metrics to publish; being told so beside the failure helps nobody.
warnings.filterwarnings("ignore", message="No application metrics to publish")


def record(verdict: Verdict, version: str) -> None:
    """One log line and one score a verdict."""
    metrics.add_metric(name="F1", unit=MetricUnit.NoUnit, value=verdict["f1"])
    logger.info(
        f"Version {verdict['verdict']}",
        extra={
            "version": version,
            "f1": verdict["f1"],
            "minimum_f1": verdict["minimum_f1"],
            "rules": verdict["rules"],
            "worst_labels": verdict["labels"][:5],
            "warnings": verdict["warnings"],
        },
    )


def record_sample(drawn: Drawn, version: str) -> None:
    """One log line a sample."""
    logger.info("Sample drawn", extra={"version": version, **drawn})

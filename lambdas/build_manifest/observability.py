"""Logs, traces and metrics of this function.

Service and namespace come from POWERTOOLS_SERVICE_NAME and POWERTOOLS_METRICS_NAMESPACE.
"""

import warnings

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from .checking import CheckResult
from .report import BuildResult
from .request import Mode

logger = Logger()
tracer = Tracer()
metrics = Metrics()

# A run that fails has no metrics to publish; being told so beside the failure helps nobody.
warnings.filterwarnings("ignore", message="No application metrics to publish")


def record(result: BuildResult, mode: Mode) -> None:
    """One log line and three counts an invocation. `mode` is a dimension: a set that is trained is
    both measured and written, and would be counted twice.
    """
    metrics.add_dimension(name="mode", value=mode)
    metrics.add_metric(name="PicturesCounted", unit=MetricUnit.Count, value=result["pictures"]["total"])
    metrics.add_metric(name="PicturesSkipped", unit=MetricUnit.Count, value=result["skipped"]["total"])
    metrics.add_metric(name="PicturesNew", unit=MetricUnit.Count, value=result["new_pictures"])
    logger.info(
        "Set measured" if result["manifests"] is None else "Set written",
        extra={
            "digest": result["digest"],
            "data_source": result["data_source"],
            "model_type": result["model_type"],
            "total": result["pictures"]["total"],
            "train": result["pictures"]["train"],
            "test": result["pictures"]["test"],
            "new_pictures": result["new_pictures"],
            "skipped": result["skipped"],
            "warnings": result["warnings"],
            "problem": result["problem"],
        },
    )


def record_check(result: CheckResult) -> None:
    """One log line and two counts an invocation."""
    metrics.add_dimension(name="mode", value="check")
    metrics.add_metric(name="CheckErrors", unit=MetricUnit.Count, value=result["errors"])
    metrics.add_metric(name="PicturesQuarantined", unit=MetricUnit.Count, value=result["quarantined"])
    logger.info("Set passed its check" if result["passed"] else "Set failed its check", extra={**result})

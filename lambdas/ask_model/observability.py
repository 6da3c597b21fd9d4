"""Logs, traces and metrics of this function.

Service and namespace come from POWERTOOLS_SERVICE_NAME and POWERTOOLS_METRICS_NAMESPACE. Rekognition's own
metrics of errors and latency are those of all models of the account and Region together (Rekognition guide,
"CloudWatch metrics for Rekognition": the dimension is Operation); these are of one version.
"""

import warnings

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from .request import Request
from .tally import Tally

logger = Logger()
tracer = Tracer()
metrics = Metrics()

# A comparison has nothing to publish, and neither has what fails; being told so helps nobody.
warnings.filterwarnings("ignore", message="No application metrics to publish")


def record(request: Request, result: Tally) -> None:
    """One log line an invocation, and metrics of the version unless it was compared: then what another model
    found is held against the truth, not against its own evaluation."""
    logger.info(
        "Model asked", extra={"purpose": request.purpose, "version": request.version, "result": result}
    )
    if request.purpose == "compare":
        return
    metrics.add_dimension(name="version", value=request.version)
    metrics.add_metric(name="PicturesAsked", unit=MetricUnit.Count, value=result["asked"])
    faults = result["failed"] + int(result["not_ready"])
    metrics.add_metric(name="AnswerErrors", unit=MetricUnit.Count, value=faults)
    if result["answered"] + result["failed"] > 0:
        metrics.add_metric(name="Agreement", unit=MetricUnit.Percent, value=100 * result["agreement"])
    if result["median_ms"] is not None and result["slowest_ms"] is not None:
        metrics.add_metric(name="MedianAnswer", unit=MetricUnit.Milliseconds, value=result["median_ms"])
        metrics.add_metric(name="SlowestAnswer", unit=MetricUnit.Milliseconds, value=result["slowest_ms"])

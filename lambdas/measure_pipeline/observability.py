"""Logs, traces and metrics of this function.

Service and namespace come from POWERTOOLS_SERVICE_NAME and POWERTOOLS_METRICS_NAMESPACE. Each metric is
added as soon as it is known: a later call that fails does not take the earlier ones with it.
"""

import warnings
from collections.abc import Sequence
from datetime import datetime

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

from .registry import LiveModel

logger = Logger()
tracer = Tracer()
metrics = Metrics()

# Being told beside a failure that there is nothing to publish helps nobody.
warnings.filterwarnings("ignore", message="No application metrics to publish")


def record_units(units: int) -> None:
    """What runs now."""
    metrics.add_metric(name="RunningInferenceUnits", unit=MetricUnit.Count, value=units)


def record_cost(unit_seconds: int, *, usd_per_unit_hour: float) -> None:
    """US dollars since the first of the month, at the price of the settings."""
    usd = round(unit_seconds / 3600 * usd_per_unit_hour, 2)
    metrics.add_metric(name="InferenceCostThisMonth", unit=MetricUnit.NoUnit, value=usd)


def record_strays(versions: Sequence[str] | None) -> None:
    """None, during a deployment, counts as no stray: an alarm must not hang on for a deployment's hour.

    The log names the versions, which the alarm cannot.
    """
    metrics.add_metric(name="StrayModels", unit=MetricUnit.Count, value=len(versions or []))
    if versions:
        logger.warning("Models run that are not live", extra={"versions": list(versions)})


def record_live_model(live: LiveModel | None, *, now: datetime) -> None:
    """Hours since the live model was deployed; nothing while there is none."""
    if live is not None:
        hours = (now - live.deployed_at).total_seconds() / 3600
        metrics.add_metric(name="LiveModelAge", unit=MetricUnit.NoUnit, value=round(max(0.0, hours), 3))


def record_missed(checks: int) -> None:
    """Polling periods since the last check that ended well."""
    metrics.add_metric(name="MissedChecks", unit=MetricUnit.Count, value=checks)

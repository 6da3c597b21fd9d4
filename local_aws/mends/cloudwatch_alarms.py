"""Alarms: which datapoints they look at, when, and what they publish."""

from __future__ import annotations

from typing import Any

from local_aws import alarm_watch
from local_aws.mends.registry import mend


@mend(
    "alarm-evaluation",
    target="ministack.services.cloudwatch._evaluate_alarm",
    requires=(
        "ministack.services.cloudwatch._calc_stats",
        "ministack.services.cloudwatch._stat_value",
        "ministack.services.cloudwatch._record_history",
        "ministack.services.cloudwatch._evaluate_parent_alarms",
        "ministack.services.cloudwatch._dims_from_list",
        "ministack.services.cloudwatch._dims_key",
        "ministack.services.sqs._queues",
    ),
)
def evaluate_as_documented(_original: Any) -> Any:
    """An alarm heeds its dimensions, its datapoints to alarm and how it treats missing data.

    MiniStack adds up all metrics of the name over all periods and never notices that data is missing.
    """
    return alarm_watch.evaluate


@mend("alarm-evaluation", target="ministack.services.eventbridge.start_scheduler")
def evaluate_by_the_clock(original: Any) -> Any:
    """Alarms are evaluated all the time; MiniStack does so when a metric is put through the API."""

    def start_scheduler() -> None:
        original()
        alarm_watch.start()

    return start_scheduler


@mend("alarm-actions", target="ministack.services.cloudwatch._dispatch_alarm_actions")
def publish_as_cloudwatch(_original: Any) -> Any:
    """An alarm publishes the message that CloudWatch does, if the topic's policy lets CloudWatch in.

    MiniStack's lacks members, asks no policy and passes no door, so that no fault applies to it.
    """

    def _dispatch_alarm_actions(alarm: dict[str, Any], old_state: str, new_state: str, reason: str) -> None:
        alarm_watch.act(alarm, old=old_state, new=new_state, reason=reason)

    return _dispatch_alarm_actions

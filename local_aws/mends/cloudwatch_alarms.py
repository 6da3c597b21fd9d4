"""Alarms: which datapoints they look at, when, and what they publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ministack.services import cloudwatch

from local_aws import alarm_watch, metric_math
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


@mend("metric-math", target="ministack.services.cloudformation.provisioners._cw_metric_alarm_record")
def take_queries_from_templates(original: Any) -> Any:
    """An alarm may watch a math expression; MiniStack fails the whole stack that has one."""

    def record(name: str, props: dict[str, Any]) -> dict[str, Any]:
        queries = props.get("Metrics")
        if not queries:
            return dict(original(name, props))
        without = {key: value for key, value in props.items() if key != "Metrics"}
        alarm = original(name, {**without, "MetricName": "math", "Namespace": "math"})
        return _watching(alarm, _checked(queries))

    return record


@mend(
    "metric-math",
    target="ministack.services.cloudwatch._put_metric_alarm",
    requires=("ministack.services.cloudwatch._alarms",),
)
def take_queries(original: Any) -> Any:
    """See `take_queries_from_templates`; the API passes over the queries."""

    def _put_metric_alarm(
        params: Any, cbor_data: Mapping[str, Any], is_cbor: bool, is_json: bool = False
    ) -> Any:
        queries = cbor_data.get("Metrics")
        if not queries:
            return original(params, cbor_data, is_cbor, is_json)
        try:
            _checked(queries)
        except ValueError as problem:
            return cloudwatch._error("ValidationError", str(problem), 400, use_json=is_json, use_cbor=is_cbor)
        answer = original(params, cbor_data, is_cbor, is_json)
        if answer[0] < 300:
            alarm = cloudwatch._alarms[cbor_data["AlarmName"]]
            alarm.update(_watching(alarm, queries))
        return answer

    return _put_metric_alarm


def _checked(queries: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The queries; raises ValueError for those that cannot be evaluated."""
    for query in queries:
        if query.get("Expression"):
            metric_math.check(query["Expression"])
    returned = [query["Id"] for query in queries if query.get("ReturnData", True)]
    if len(returned) != 1:
        raise ValueError(f"Exactly one of the alarm's Metrics may return data, found {len(returned)}.")
    return queries


def _watching(alarm: Mapping[str, Any], queries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The alarm, with queries in place of a metric of its own."""
    of_one_metric = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Unit")
    return {**alarm, **dict.fromkeys(of_one_metric), "Dimensions": [], "Metrics": [dict(q) for q in queries]}

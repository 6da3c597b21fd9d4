"""Metrics that MiniStack does not produce: those in functions' logs, and those of topics."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ministack.services import cloudwatch

from local_aws.mends.registry import mend


@mend(
    "embedded-metrics",
    target="ministack.services.cloudwatch_logs._append_log_events",
    requires=("ministack.services.cloudwatch._store_datum",),
)
def read_metrics_in_logs(original: Any) -> Any:
    """Log lines in the embedded metric format become metrics; MiniStack keeps them as text only.

    CloudWatch User Guide, "Specification: Embedded metric format".
    """

    def _append_log_events(stream: Any, events: Sequence[Mapping[str, Any]]) -> None:
        original(stream, events)
        for event in events:
            for datum in embedded_metrics(event.get("message", "")):
                cloudwatch._store_datum(**datum)

    return _append_log_events


@mend("topic-metrics", target="ministack.services.sns._fanout", requires=("ministack.services.sns._topics",))
def count_messages(original: Any) -> Any:
    """Messages of topics are metrics in AWS/SNS; MiniStack has none. Every delivery here succeeds."""

    def _fanout(topic_arn: str, *args: Any, **kwargs: Any) -> None:
        from ministack.services import sns  # noqa: PLC0415 - as MiniStack, which loads it when needed

        original(topic_arn, *args, **kwargs)
        topic = {"TopicName": topic_arn.rpartition(":")[2]}
        subscriptions = (sns._topics.get(topic_arn) or {}).get("subscriptions", [])
        delivered = [each for each in subscriptions if each.get("confirmed", True)]
        cloudwatch.record_metric("AWS/SNS", "NumberOfMessagesPublished", 1, "Count", topic)
        if delivered:
            cloudwatch.record_metric(
                "AWS/SNS", "NumberOfNotificationsDelivered", len(delivered), "Count", topic
            )

    return _fanout


def embedded_metrics(line: str) -> Iterator[dict[str, Any]]:
    """What the line's metric directives say, one for each metric and set of dimensions."""
    if '"CloudWatchMetrics"' not in line:
        return
    try:
        document = json.loads(line)
        metadata = document["_aws"]
        for directive in metadata["CloudWatchMetrics"]:
            for names in directive.get("Dimensions") or [[]]:
                dimensions = {name: str(document[name]) for name in names}
                for metric in directive["Metrics"]:
                    yield {
                        "namespace": directive["Namespace"],
                        "name": metric["Name"],
                        "dims": dimensions,
                        "ts": metadata.get("Timestamp", time.time() * 1000) / 1000,
                        "unit": metric.get("Unit", "None"),
                        **_values(document[metric["Name"]]),
                    }
    except (AttributeError, KeyError, TypeError, ValueError):
        return  # CloudWatch, too, passes over a line that only looks like the format


def _values(given: Any) -> dict[str, Any]:
    if isinstance(given, list):
        values = [float(each) for each in given]
        return {"value": None, "values": values, "counts": None, "stat_values": None}
    return {"value": float(given), "values": None, "counts": None, "stat_values": None}

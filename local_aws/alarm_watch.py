"""Evaluates alarms again and again, and publishes what changed, as CloudWatch does."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from ministack.services import cloudwatch, sqs

from local_aws import alarm_messages
from local_aws.alarm_datapoints import latest_datapoints, period_seconds
from local_aws.alarm_rules import COMPARISONS, EXTRA_PERIODS, state_of
from local_aws.clock import Clock
from local_aws.identity import loopback_client, service_session

TURN_SECONDS = 0.1
PRINCIPAL = "cloudwatch.amazonaws.com"
QUEUE_METRIC = "ApproximateNumberOfMessagesVisible"
KEPT_QUEUE_SAMPLES = 500
PUBLISH_ATTEMPTS = 5
"""AWS does not say how often CloudWatch tries to publish."""
PUBLISH_PAUSE_SECONDS = 60

logger = logging.getLogger("local_aws")
_evaluating = threading.RLock()
_watcher: threading.Thread | None = None


def start() -> None:
    """Start the watch, once: it goes on for as long as the process."""
    global _watcher  # noqa: PLW0603 - one for each process, as MiniStack's own schedulers
    if _watcher is None:
        _watcher = threading.Thread(target=_watch, name="alarm-watch", daemon=True)
        _watcher.start()


def evaluate(alarm: dict[str, Any]) -> None:
    """Put the alarm in the state that its datapoints call for, and tell of a change."""
    if alarm["ComparisonOperator"] not in COMPARISONS:
        return  # of anomaly detection bands, which are not simulated
    if not alarm.get("MetricName") and not alarm.get("Metrics"):
        return  # half made: its queries are about to be added
    periods = int(alarm["EvaluationPeriods"])
    to_alarm = int(alarm.get("DatapointsToAlarm") or periods)
    with _evaluating:
        values = latest_datapoints(alarm, periods + EXTRA_PERIODS)
        is_breaching, threshold = COMPARISONS[alarm["ComparisonOperator"]], alarm["Threshold"]
        breaches = [None if each is None else is_breaching(each[1], threshold) for each in values]
        treat = alarm.get("TreatMissingData") or "missing"
        state = state_of(breaches, periods=periods, to_alarm=to_alarm, treat_missing=treat)
        if state is None or state == alarm["StateValue"]:
            return
        reason = alarm_messages.reason(alarm, state, values, to_alarm=to_alarm)
        _change(alarm, state, reason)


def act(alarm: Mapping[str, Any], *, old: str, new: str, reason: str) -> None:
    """Publish to the topics of the new state, in the background and as CloudWatch.

    Actions other than topics are passed over.
    """
    message = alarm_messages.body(alarm, old=old, new=new, reason=reason, at=time.time())
    topics = [arn for arn in alarm_messages.actions(alarm, new) if arn.split(":")[2] == "sns"]
    for topic in topics:
        arguments = {
            "TopicArn": topic,
            "Subject": alarm_messages.subject(alarm, new),
            "Message": message,
        }
        threading.Thread(
            target=_publish, args=(alarm["AlarmArn"], arguments), name="alarm-action", daemon=True
        ).start()


def _change(alarm: dict[str, Any], state: str, reason: str) -> None:
    old = alarm["StateValue"]
    now = int(time.time())
    alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=now)
    cloudwatch._record_history(alarm["AlarmName"], old, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, old, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def _publish(alarm_arn: str, arguments: Mapping[str, Any]) -> None:
    clock = Clock()
    client: Any = loopback_client("sns", service_session(principal=PRINCIPAL, source_arn=alarm_arn))
    for attempt in range(PUBLISH_ATTEMPTS):
        if attempt:
            clock.sleep(PUBLISH_PAUSE_SECONDS)
        try:
            client.publish(**arguments)
        except ClientError as refusal:
            problem = refusal
            if "Authorization" in refusal.response["Error"]["Code"]:
                break
        except BotoCoreError as failure:
            logger.warning("%s could not publish: %s", alarm_arn, failure)
            return
        else:
            return
    logger.warning("%s could not publish to %s: %s", alarm_arn, arguments["TopicArn"], problem)


def _watch() -> None:
    sample_at = 0.0
    while True:
        time.sleep(TURN_SECONDS)
        if time.monotonic() >= sample_at:
            _sample_queues()
            sample_at = time.monotonic() + period_seconds(60) / 2
        for alarm in list(cloudwatch._alarms.values()):
            try:
                evaluate(alarm)
            except Exception:
                logger.exception("The alarm %s cannot be evaluated", alarm.get("AlarmName"))


def _sample_queues() -> None:
    """AWS/SQS, ApproximateNumberOfMessagesVisible: SQS sends it every minute for each queue in use."""
    now = time.time()
    for queue in list(sqs._queues.values()):
        visible = sum(message["visible_at"] <= now for message in list(queue["messages"]))
        name = {"QueueName": queue["name"]}
        cloudwatch.record_metric("AWS/SQS", QUEUE_METRIC, visible, "Count", name)
        points = cloudwatch._metrics.get(("AWS/SQS", QUEUE_METRIC, cloudwatch._dims_key(name))) or []
        del points[:-KEPT_QUEUE_SAMPLES]

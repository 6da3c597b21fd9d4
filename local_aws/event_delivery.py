"""How EventBridge gets an event to a target: attempts, retries, and the dead-letter queue.

EventBridge User Guide, "Retry policies" and "Using dead-letter queues": retries for 24 hours and up to
185 times with growing pauses unless the target's RetryPolicy says otherwise; a missing permission or
target is not retried; what could not be delivered goes to the target's dead-letter queue.
"""

from __future__ import annotations

import contextvars
import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ministack.services import cloudwatch

from local_aws.clock import Clock
from local_aws.event_calls import Failure, call_target, send_to_queue

MAX_RETRIES = 185
MAX_AGE_SECONDS = 86_400
LONGEST_PAUSE_SECONDS = 300
"""Our choice: AWS tells of pauses that grow, with jitter, but not of their lengths."""

logger = logging.getLogger("local_aws")


@dataclass(frozen=True, kw_only=True)
class About:
    """What a delivery is about, besides what it delivers."""

    target: Mapping[str, Any]
    """As PutTargets took it: its RoleArn, RetryPolicy and DeadLetterConfig."""
    rule: Mapping[str, Any]
    event: str
    """The event itself, as JSON, before the target's own input is made of it."""


def deliver(*, about: About, arn: str, payload: str) -> None:
    """Deliver in the background; events to one target are first tried in the order they came in."""
    context = contextvars.copy_context()
    _count(about, "TriggeredRules")
    _lanes.put(f"{about.rule['Arn']} {about.target['Id']}", lambda: context.run(_first, about, arn, payload))


def _first(about: About, arn: str, payload: str) -> None:
    _count(about, "Invocations")
    failure = _attempt(about, arn, payload)
    if failure is None:
        return
    if not failure.is_worth_a_retry:
        _give_up(about, arn, failure, exhausted=None, retries=0)
        return
    context = contextvars.copy_context()
    retry = threading.Thread(
        target=context.run, args=(_retry, about, arn, payload, failure), name="event-retry", daemon=True
    )
    retry.start()


def _retry(about: About, arn: str, payload: str, failure: Failure) -> None:
    """Retry until the policy ends it. The event's age is the sum of the pauses: calls take no AWS time."""
    policy = about.target.get("RetryPolicy") or {}
    most = int(policy.get("MaximumRetryAttempts", MAX_RETRIES))
    oldest = int(policy.get("MaximumEventAgeInSeconds", MAX_AGE_SECONDS))
    clock, age = Clock(), 0
    for retries in range(most):
        pause = min(2**retries, LONGEST_PAUSE_SECONDS)
        age += pause
        if age > oldest:
            _give_up(about, arn, failure, exhausted="MaximumEventAgeInSeconds", retries=retries)
            return
        clock.sleep(pause)
        _count(about, "RetryInvocationAttempts")
        again = _attempt(about, arn, payload)
        if again is None:
            return
        failure = again
        if not failure.is_worth_a_retry:
            _give_up(about, arn, failure, exhausted=None, retries=retries + 1)
            return
    _give_up(about, arn, failure, exhausted="MaximumRetryAttempts", retries=most)


def _attempt(about: About, arn: str, payload: str) -> Failure | None:
    return call_target(arn=arn, payload=payload, target=about.target, rule_arn=about.rule["Arn"])


def _give_up(about: About, arn: str, failure: Failure, *, exhausted: str | None, retries: int) -> None:
    """Count it as failed, and keep the event in the dead-letter queue if the target has one."""
    _count(about, "FailedInvocations")
    logger.warning("EventBridge could not deliver to %s: %s: %s", arn, failure.code, failure.message)
    queue = (about.target.get("DeadLetterConfig") or {}).get("Arn")
    if not queue:
        return
    texts = {
        "RULE_ARN": about.rule["Arn"],
        "TARGET_ARN": arn,
        "ERROR_CODE": failure.code,
        "ERROR_MESSAGE": failure.message,
    }
    if exhausted:
        texts["EXHAUSTED_RETRY_CONDITION"] = exhausted
    attributes = {name: {"DataType": "String", "StringValue": text} for name, text in texts.items()}
    attributes["RETRY_ATTEMPTS"] = {"DataType": "Number", "StringValue": str(retries)}
    lost = send_to_queue(arn=queue, body=about.event, rule_arn=about.rule["Arn"], attributes=attributes)
    _count(about, "InvocationsFailedToBeSentToDlq" if lost else "InvocationsSentToDlq")
    if lost:
        logger.warning("EventBridge could not keep the event in %s: %s: %s", queue, lost.code, lost.message)


def _count(about: About, metric: str) -> None:
    """EventBridge User Guide, "Monitoring Amazon EventBridge": metrics in AWS/Events, by rule."""
    cloudwatch.record_metric("AWS/Events", metric, 1, "Count", {"RuleName": about.rule["Name"]})


class _Lanes:
    """Runs the jobs of one key one after another, those of different keys side by side."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Callable[[], None]]] = {}
        self._lock = threading.Lock()

    def put(self, key: str, job: Callable[[], None]) -> None:
        with self._lock:
            waiting = self._waiting.get(key)
            if waiting is not None:
                waiting.append(job)
                return
            self._waiting[key] = deque([job])
        threading.Thread(target=self._drain, args=(key,), name="event-target", daemon=True).start()

    def _drain(self, key: str) -> None:
        while True:
            with self._lock:
                if not self._waiting[key]:
                    del self._waiting[key]
                    return
                job = self._waiting[key].popleft()
            try:
                job()
            except Exception:
                logger.exception("A delivery of EventBridge broke down")


_lanes = _Lanes()

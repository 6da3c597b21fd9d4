"""Rules: their targets are called with the target's own role, and their schedules can be hastened."""

from __future__ import annotations

import contextvars
import logging
import threading
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from ministack.services import eventbridge

from local_aws.clock import Clock
from local_aws.config import current_settings
from local_aws.identity import RoleUnusableError, loopback_client, role_session
from local_aws.mends.registry import mend

MAX_RETRIES = 185
MAX_AGE_SECONDS = 86_400
"""EventBridge User Guide, "Event retry policy": for 24 hours and up to 185 times, with growing pauses."""
LONGEST_PAUSE_SECONDS = 300
SHORT_TICK_SECONDS = 0.1
"""How often hastened schedules are looked at, so that a rate of a second is kept."""

logger = logging.getLogger("local_aws")
_target: contextvars.ContextVar[dict[str, Any]] = contextvars.ContextVar("event_target")


@mend("event-target-role", target="ministack.services.eventbridge._invoke_target")
def remember_the_target(original: Any) -> Any:
    """Workflows are started as nobody, so a missing permission of the rule's role goes unnoticed.

    See `start_as_the_targets_role`, which needs the target that MiniStack does not hand on.
    """

    def _invoke_target(target: dict[str, Any], event: Any, rule: Any, view: Any = None) -> None:
        token = _target.set(target)
        try:
            original(target, event, rule, view)
        finally:
            _target.reset(token)

    return _invoke_target


@mend("event-target-role", target="ministack.services.eventbridge._dispatch_to_stepfunctions")
def start_as_the_targets_role(_original: Any) -> Any:
    """Starts the workflow by a signed call of the target's role, on a thread, with EventBridge's retries."""

    def _dispatch_to_stepfunctions(arn: str, payload: str) -> None:
        target = dict(_target.get())
        threading.Thread(
            target=_start_workflow, args=(arn, payload, target), name="event-target", daemon=True
        ).start()

    return _dispatch_to_stepfunctions


def _start_workflow(arn: str, payload: str, target: dict[str, Any]) -> None:
    policy = target.get("RetryPolicy") or {}
    retries = int(policy.get("MaximumRetryAttempts", MAX_RETRIES))
    clock = Clock()
    give_up_at = time.monotonic() + clock.scaled(int(policy.get("MaximumEventAgeInSeconds", MAX_AGE_SECONDS)))
    for attempt in range(retries + 1):
        problem, is_worth_a_retry = _try_start(arn, payload, target)
        if problem is None:
            return
        if not is_worth_a_retry or time.monotonic() > give_up_at:
            break
        clock.sleep(min(2**attempt, LONGEST_PAUSE_SECONDS))
    logger.warning("EventBridge did not start %s: %s", arn, problem)


def _try_start(arn: str, payload: str, target: dict[str, Any]) -> tuple[str | None, bool]:
    """Why it did not start, if so, and whether EventBridge would try again."""
    try:
        session = role_session(
            role_arn=target.get("RoleArn", ""),
            session_name="events",
            service_principal="events.amazonaws.com",
        )
        client: Any = loopback_client("stepfunctions", session)
        client.start_execution(stateMachineArn=arn, input=payload)
    except ClientError as refusal:
        code = str(refusal.response["Error"]["Code"])
        status = refusal.response["ResponseMetadata"]["HTTPStatusCode"]
        return str(refusal), status >= 500 or status == 429 or "Throttl" in code or "Limit" in code
    except BotoCoreError as problem:
        return str(problem), True
    except RoleUnusableError as problem:
        return str(problem), False
    return None, False


@mend("schedule-scale", target="ministack.services.eventbridge._parse_rate_seconds")
def hasten_rates(original: Any) -> Any:
    """LOCAL_AWS_SCHEDULE_SCALE shortens `rate(…)`, so that a test need not wait ten hours; cron stays."""

    def _parse_rate_seconds(expression: str) -> float | None:
        seconds = original(expression)
        return None if seconds is None else seconds * current_settings().schedule_scale

    return _parse_rate_seconds


@mend("schedule-scale", target="ministack.services.eventbridge._SCHEDULER_TICK_INTERVAL")
def look_at_schedules_often(original: Any) -> Any:
    """Schedules are looked at every ten seconds, which is too coarse for hastened ones."""
    return original if current_settings().schedule_scale == 1 else SHORT_TICK_SECONDS


@mend("rate-grammar", target="ministack.services.eventbridge._validate_schedule_expression")
def refuse_wrong_plurals(original: Any) -> Any:
    """`rate(1 minutes)`, `rate(5 minute)` and `rate(0 minutes)` are taken; AWS answers ValidationException.

    EventBridge User Guide, "Rate expressions": a value of 1 takes the singular, others the plural.
    """

    def _validate_schedule_expression(expression: str) -> bool:
        if expression.startswith("rate("):
            value, _, unit = expression.removeprefix("rate(").removesuffix(")").partition(" ")
            if not value.isdigit() or int(value) < 1 or (int(value) == 1) == unit.endswith("s"):
                return False
        return bool(original(expression))

    return _validate_schedule_expression


@mend(
    "rate-grammar",
    target="ministack.services.cloudformation.provisioners._RESOURCE_HANDLERS[AWS::Events::Rule]",
    requires=("ministack.services.eventbridge._validate_schedule_expression",),
)
def refuse_wrong_schedules_in_templates(original: Any) -> Any:
    """CloudFormation makes rules with any schedule expression; AWS fails the stack."""

    def create(logical_id: str, props: dict[str, Any], stack_name: str) -> Any:
        expression = props.get("ScheduleExpression", "")
        if not eventbridge._validate_schedule_expression(expression):
            raise ValueError(f"Parameter ScheduleExpression is not valid: {expression}")
        return original["create"](logical_id, props, stack_name)

    return {**original, "create": create}

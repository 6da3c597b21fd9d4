"""Rules: their targets are called by signed requests, and their schedules can be hastened."""

from __future__ import annotations

import contextvars
import json
from typing import Any

from ministack.services import eventbridge

from local_aws.config import current_settings
from local_aws.event_delivery import About, deliver
from local_aws.mends.registry import mend

SHORT_TICK_SECONDS = 0.1
"""How often hastened schedules are looked at, so that a rate of a second is kept."""

_about: contextvars.ContextVar[About] = contextvars.ContextVar("event_target")


@mend(
    "event-targets",
    target="ministack.services.eventbridge._invoke_target",
    requires=("ministack.services.eventbridge._pattern_event_view",),
)
def remember_the_target(original: Any) -> Any:
    """Targets are called in process and as nobody: no policy applies, nothing is retried or kept.

    See `deliver`, which needs the rule, the target and the event that MiniStack does not hand on.
    """

    def _invoke_target(target: dict[str, Any], event: Any, rule: dict[str, Any], view: Any = None) -> None:
        view = view or eventbridge._pattern_event_view(event)
        about = About(target=dict(target), rule=dict(rule), event=json.dumps(view.event_with_detail()))
        token = _about.set(about)
        try:
            original(target, event, rule, view)
        finally:
            _about.reset(token)

    return _invoke_target


def _hand_over(target: Any, payload: str, *_: Any) -> None:
    deliver(about=_about.get(), arn=str(target), payload=payload)


@mend("event-targets", target="ministack.services.eventbridge._dispatch_to_stepfunctions")
def start_the_workflow(_original: Any) -> Any:
    """Starts the workflow as the target's role. See `remember_the_target`."""
    return _hand_over


@mend("event-targets", target="ministack.services.eventbridge._dispatch_to_lambda")
def invoke_the_function(_original: Any) -> Any:
    """Invokes the function as EventBridge, if its policy allows that. See `remember_the_target`."""
    return _hand_over


@mend("event-targets", target="ministack.services.eventbridge._dispatch_to_sqs")
def send_to_the_queue(_original: Any) -> Any:
    """Sends to the queue as EventBridge, if its policy allows that. See `remember_the_target`."""
    return _hand_over


@mend("event-targets", target="ministack.services.eventbridge._dispatch_to_sns")
def publish_to_the_topic(_original: Any) -> Any:
    """Publishes to the topic as EventBridge, if its policy allows that. See `remember_the_target`."""
    return _hand_over


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

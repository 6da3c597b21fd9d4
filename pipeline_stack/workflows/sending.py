"""Sending a message to the operators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from pipeline_stack.workflows.calls import CALL_TIMEOUT, Calls


def send_message(
    scope: Construct,
    name: str,
    *,
    calls: Calls,
    topic: sns.ITopic,
    subject: str,
    message: str,
    kind: Literal["outcome", "progress", "setting", "approval"],
    assign: Mapping[str, Any] | None = None,
    failure: sfn.IChainable | None = None,
    tolerated: sfn.IChainable | None = None,
) -> tasks.SnsPublish:
    """A task that publishes a message; both texts are expressions, `kind` an attribute to filter by."""
    task = tasks.SnsPublish.jsonata(
        scope,
        name,
        topic=topic,
        subject=subject,
        message=sfn.TaskInput.from_text(message),
        message_attributes={"kind": tasks.MessageAttribute(value=kind)},
        assign=dict(assign) if assign else None,
        task_timeout=sfn.Timeout.duration(CALL_TIMEOUT),
    )
    calls.finish(
        task, during="sending the message", prefixes=("SNS", "Sns"), failure=failure, tolerated=tolerated
    )
    return task

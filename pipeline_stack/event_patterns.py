"""Which of the events that the workflows publish a rule of this stack is about."""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_events as events
from constructs import Construct

from pipeline_stack.workflows.publishing import SOURCE


def published(
    scope: Construct, detail_types: Sequence[str], **detail: Sequence[object]
) -> events.EventPattern:
    """Events of this stack, those of other environments are on the same bus; `detail` narrows them down."""
    return events.EventPattern(
        source=[SOURCE],
        detail_type=list(detail_types),
        detail={"pipeline": [Stack.of(scope).stack_name], **detail},
    )

"""What a run ended in, as an event. docs/outcome-event.schema.json holds its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from pipeline_stack.workflows.calls import Calls
from pipeline_stack.workflows.publishing import publish_event

DETAIL_TYPES: Final = ("Training Outcome", "Deployment Outcome", "Settings Outcome")


def outcome_event(
    scope: Construct,
    name: str,
    *,
    calls: Calls,
    pipeline: str,
    workflow: str,
    detail: Mapping[str, Any],
    then: sfn.IChainable,
) -> tasks.EventBridgePutEvents:
    """A task that publishes `$outcome`; `workflow` is an expression."""
    return publish_event(
        scope,
        name,
        calls=calls,
        detail_type=f"{{% {workflow} & ' Outcome' %}}",
        pipeline=pipeline,
        workflow=f"{{% {workflow} %}}",
        detail={"outcome": "{% $outcome %}", **detail},
        during="publishing the outcome",
        then=then,
    )

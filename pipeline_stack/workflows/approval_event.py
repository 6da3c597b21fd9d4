"""That a person was asked, as an event. docs/approval-event.schema.json holds its schema."""

from __future__ import annotations

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from pipeline_stack.workflows.calls import Calls
from pipeline_stack.workflows.publishing import publish_event

APPROVAL_REQUESTED: Final = "Approval Requested"


def approval_event(
    scope: Construct,
    name: str,
    *,
    calls: Calls,
    pipeline: str,
    patience: Duration,
    then: sfn.IChainable,
) -> tasks.EventBridgePutEvents:
    """A task that publishes the question about `$version`.

    It is no outcome and has none: whoever selects by `outcome` is told what runs end in, and that alone. The
    wait begins after it, so nobody has less time than `answer_by` says.
    """
    return publish_event(
        scope,
        name,
        calls=calls,
        detail_type=APPROVAL_REQUESTED,
        pipeline=pipeline,
        workflow="Training",
        detail={
            "version": "{% $version %}",
            "answer_by": f"{{% $fromMillis($millis() + {patience.to_milliseconds()}) %}}",
        },
        during="publishing the question",
        then=then,
    )

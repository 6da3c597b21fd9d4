"""Publishing an event on the account's default bus, for programs to subscribe to.

docs/events.md describes the events; `SCHEMA_VERSION` goes up with every change that could break a
subscriber.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from pipeline_stack.workflows.calls import CALL_TIMEOUT, Calls

SOURCE: Final = "custom-labels-training-pipeline"
SCHEMA_VERSION: Final = 1
# An entry may hold 256 KiB in all (EventBridge API reference, PutEvents); the report's pictures take most.
_LONGEST_TEXT: Final = 8000


def publish_event(
    scope: Construct,
    name: str,
    *,
    calls: Calls,
    detail_type: str,
    pipeline: str,
    workflow: str,
    detail: Mapping[str, Any],
    during: str,
    then: sfn.IChainable,
) -> tasks.EventBridgePutEvents:
    """A task that publishes an event about the run in `$me`, with `$subject` and `$message`; `detail` adds to
    what it says.

    Subscribers are not worth failing a run for: an event that could not be published after all retries
    is left out, and the execution's history shows it. The execution's ARN is in the event's resources
    as well: Step Functions adds it (Developer Guide, "Add EventBridge events with Step Functions").
    """
    task = tasks.EventBridgePutEvents.jsonata(
        scope,
        name,
        entries=[
            tasks.EventBridgePutEventsEntry(
                source=SOURCE,
                detail_type=detail_type,
                detail=sfn.TaskInput.from_object(
                    {
                        "schema_version": SCHEMA_VERSION,
                        "pipeline": pipeline,
                        "workflow": workflow,
                        "execution": "{% $me %}",
                        "at": "{% $now() %}",
                        "subject": "{% $subject %}",
                        "message": f"{{% $substring($message, 0, {_LONGEST_TEXT}) %}}",
                        **detail,
                    }
                ),
            )
        ],
        task_timeout=sfn.Timeout.duration(CALL_TIMEOUT),
    )
    calls.finish(task, during=during, prefixes=("EventBridge", "Events"), tolerated=then)
    task.next(then)
    return task

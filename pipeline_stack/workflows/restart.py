"""The part of Deployment that stops the live model so that it starts again with other inference units, and
the part that takes such a restart up where an interrupted run left it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.project import CustomLabelsProject
from pipeline_stack.workflows.calls import Calls, Handled, unless_redriven
from pipeline_stack.workflows.model_start import WANTED_MAXIMUM
from pipeline_stack.workflows.names import REKOGNITION_IN_USE
from pipeline_stack.workflows.registry import Registry
from pipeline_stack.workflows.registry_items import DEPLOYMENT_LOCK

# A running version's units cannot be changed (Custom Labels guide, "Running a trained model"); one that
# has them already is left alone, so a restart that is asked for twice stops the model once.
WANTED: Final = (
    "$restart and $live.version = $version and $described.status = 'RUNNING' and ($described.units != $units "
    f"or $described.most_units != {WANTED_MAXIMUM})"
)

_BY_ME: Final = {"restarting_by": {"S": "{% $me %}"}}


def take_up_restart(*, registry: Registry, then: sfn.IChainable) -> sfn.TaskStateBase:
    """A state that makes an interrupted restart of `$live` this run's own; on to `then`.

    The version is the pointer's, read under the lock: what was live when the restart was cut short may have
    been replaced since, and the note with it.
    """
    task = registry.transact(
        "Take the restart up",
        lock=DEPLOYMENT_LOCK,
        items=[registry.update_part("pointer", "live", _BY_ME)],
        assign={"version": "{% $live.version %}", "restart": True},
        during="taking an interrupted restart up",
    )
    task.next(then)
    return task


def note_restart(
    name: str, *, registry: Registry, units: str, assign: Mapping[str, Any] | None = None
) -> sfn.TaskStateBase:
    """A state in which the live pointer notes that this run stops the live model, and its `units` from
    before, an expression, which `formerUnits` is then: should this run be cut short, the next check sees a
    note of nobody who runs, and has the model started again."""
    return registry.transact(
        name,
        lock=DEPLOYMENT_LOCK,
        items=[
            registry.update_part(
                "pointer", "live", {"restarting": {"N": f"{{% $string({units}) %}}"}, **_BY_ME}
            )
        ],
        assign={"formerUnits": f"{{% {units} %}}", **(assign or {})},
        during="noting the restart",
    )


class StopToRestart:
    """States that stop the live model; enter at `start` under the condition `WANTED`, on to `wait`.

    First the restart is noted; `forget` takes the note off, on to `then`.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        calls: Calls,
        registry: Registry,
        project: CustomLabelsProject,
        wait: sfn.IChainable,
        then: sfn.IChainable,
    ) -> None:
        stop = calls.rekognition(
            "Stop the model to restart it",
            action="stopProjectVersion",
            resources=[project.version_resource_arn],
            parameters={"ProjectVersionArn": unless_redriven("$described.arn")},
            # Stopping already: the answer to an earlier attempt was lost.
            handled=[Handled(errors=[REKOGNITION_IN_USE], then=wait)],
            during="stopping the model to start it again",
        )
        stop.next(wait)
        note = note_restart("Note the restart", registry=registry, units="$described.units")
        note.next(stop)
        self.start: Final = note
        forget = registry.transact(
            "Forget the restart",
            lock=DEPLOYMENT_LOCK,
            items=[registry.update_part("pointer", "live", {"restarting": {"N": "0"}})],
            during="noting that the restart is over",
        )
        forget.next(then)
        self.forget: Final = forget

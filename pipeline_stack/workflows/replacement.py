"""The part of Deployment that stops the live model to make room for another, and starts it again if that
fails.

Detection is down in between. It is done only where the environment's settings say so (`when_no_slot`), and
only once Rekognition has refused a slot: whoever has two slots never sees it.
"""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.project import CustomLabelsProject
from pipeline_stack.workflows.calls import Calls, Handled, unless_redriven
from pipeline_stack.workflows.names import REKOGNITION_IN_USE, REKOGNITION_NOT_FOUND
from pipeline_stack.workflows.registry import Registry
from pipeline_stack.workflows.registry_items import DEPLOYMENT_LOCK
from pipeline_stack.workflows.report import with_warnings
from pipeline_stack.workflows.restart import note_restart
from pipeline_stack.workflows.switch import roll_back

REPLACES: Final = "$stoppedAt != ''"
"""The live model was stopped by this run, so that `$version` could start."""

# Those of a former model that somebody else stopped are not known.
FORMER_UNITS: Final = "($formerUnits > 0 ? $formerUnits : $units)"

IN_THE_WAY: Final = f"$hosted[version != $version and (version != $live.version or {REPLACES})]"
"""Models of the project that have to give a slot back before anything waits for one: strays of a run that was
cut short, the former model of one whose watch was ended early, and the live one once it gives way."""
_STOPPABLE: Final = f"{IN_THE_WAY}[status = 'RUNNING']"


class ClearTheSlot:
    """States that stop a model of the project that takes the slot which `$version` needs, on to `wait`.

    - `start`: where one is `IN_THE_WAY`.
    - `replace`: where the live model gives way. First the live pointer notes that it has to run again: should
      this run be cut short, the next check sees to it.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        calls: Calls,
        registry: Registry,
        project: CustomLabelsProject,
        wait: sfn.IChainable,
    ) -> None:
        stop = calls.rekognition(
            "Stop what takes the slot",
            action="stopProjectVersion",
            resources=[project.version_resource_arn],
            parameters={"ProjectVersionArn": unless_redriven(f"{_STOPPABLE}[0].arn")},
            # Stopping already, or gone: the next start shows it.
            handled=[Handled(errors=[REKOGNITION_IN_USE, REKOGNITION_NOT_FOUND], then=wait)],
            during="stopping the model that takes the slot",
        )
        stop.next(wait)
        self.start: Final = (
            sfn.Choice.jsonata(scope, "Can what takes the slot be stopped?")
            .when(sfn.Condition.jsonata(f"{{% $count({_STOPPABLE}) > 0 %}}"), stop)
            .otherwise(wait)
        )
        self._registry = registry
        self._stop = stop

    def replace(self) -> sfn.IChainable:
        """States that begin a replacement; only for environments that ask for it."""
        note = note_restart(
            "Note the replacement",
            registry=self._registry,
            units="$hosted[version = $live.version].units",
            assign={"stoppedAt": "{% $now() %}"},
        )
        note.next(self._stop)
        return note


def tell_gap(scope: Construct, *, then: sfn.IChainable) -> sfn.Pass:
    """A state after the switch that says for how long nothing answered, if the live model gave way; on to
    `then`.

    It counts until the pointer moved: callers may have found the new model a moment before or after.
    """
    minutes = "$ceil(($toMillis($switchedAt) - $toMillis($stoppedAt)) / 60000)"
    state = sfn.Pass.jsonata(
        scope,
        "Say how long detection was down",
        assign={
            "report": with_warnings(
                f"[{REPLACES} ? "
                "'There was no free slot for ' & $version & ', so ' & $former.version & ' was stopped before "
                f"it was started: detection was down for about ' & $string({minutes}) & ({minutes} = 1 "
                "? ' minute.' : ' minutes.')]"
            )
        },
    )
    state.next(then)
    return state


class StartFormer:
    """States that start the model again that this run stopped for `$version`, which failed.

    - `unless_live`: enter with `errorName`, `cause` and `during` assigned and the candidate stopped; on to
      `otherwise` if no model was stopped for it.
    - `goes_on`: their last state, to be entered with `failed` assigned once the pointer is moved back. Its
      next is where a version is started: the former one.
    A failed replacement is not tried again: each attempt takes detection down.
    """

    def __init__(self, scope: Construct, *, registry: Registry, otherwise: sfn.IChainable) -> None:
        self.goes_on: Final = sfn.Pass.jsonata(
            scope,
            "Turn to the former model",
            assign={
                "version": "{% $live.version %}",
                "started": False,
                "formerUnits": f"{{% {FORMER_UNITS} %}}",
                "errorName": "",
                "cause": "",
                "during": "",
            },
        )
        record = registry.transact(
            "Record the failed replacement",
            lock=DEPLOYMENT_LOCK,
            items=[roll_back(registry, reason="$failed.words")],
            during="recording the failed replacement",
            # Nothing keeps the former model from serving again.
            tolerated=self.goes_on,
        )
        record.next(self.goes_on)
        remember = sfn.Pass.jsonata(
            scope,
            "The replacement failed",
            assign={
                "failed": "{% {'error': $errorName, 'words': ($during = '' ? '' : 'While ' & $during & "
                "': ') & $cause & ' The model ' & $live.version & ', stopped to make room for it, is started "
                "again. No check tries ' & $version & ' again, since detection is down meanwhile: start "
                "Deployment with its name to do so.'} %}"
            },
        )
        remember.next(record)
        self.unless_live: Final = (
            sfn.Choice.jsonata(scope, "Was the live model stopped for it?")
            .when(
                sfn.Condition.jsonata(f"{{% {REPLACES} and $live.version != $version %}}"),
                remember,
            )
            .otherwise(otherwise)
        )

"""Deployment: one version of the project becomes the one that serves, and the former one is at hand until it
has shown that it does so well.

Started by Training, or by hand with `{"version": "<VersionName>"}` (a rollback is just that); with
`"untested": true` the version is neither tried out before it goes live nor sent canaries afterwards. With
`{"version": "<VersionName>", "restart": true}` the live model is stopped and started, so that it gets the
inference units that the operator set since. Training also starts it with `{"reconcile": true}`, to stop
what runs without the live pointer naming it, and to finish a restart or a way back that was cut short.
Only executions of this machine hold the deployment lock, so a rollback never waits for a training.
"""

from __future__ import annotations

from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import names
from pipeline_stack.workflows.deployment_end import DeploymentEnd
from pipeline_stack.workflows.deployment_lock import AwaitDeploymentLock
from pipeline_stack.workflows.deployment_times import DeploymentTimes
from pipeline_stack.workflows.ending import AT_FIRST, STARTED_BY_PARENT, Ending
from pipeline_stack.workflows.live_model import UNREAD, WHAT_IS_LIVE, read_live_pointer
from pipeline_stack.workflows.locks import allow_describing
from pipeline_stack.workflows.machine import workflow_machine
from pipeline_stack.workflows.model_change import ModelChange
from pipeline_stack.workflows.operator_settings import ReadSettings
from pipeline_stack.workflows.other_models import StopOtherModels
from pipeline_stack.workflows.registry_items import DEPLOYMENT_LOCK
from pipeline_stack.workflows.resources import PipelineResources
from pipeline_stack.workflows.restart import take_up_restart
from pipeline_stack.workflows.switch import POINTER_ITEM

_VERSION_NAME: Final = "/^[a-zA-Z0-9_.\\-]{1,255}$/"
_INPUT: Final = "$states.context.Execution.Input"
_AT_FIRST: Final = {
    "report": {"warnings": []},
    "live": UNREAD,
    "turns": 0,
    "started": False,
    # Whether `$version` was seen RUNNING; see `failed_attempts`.
    "ran": False,
    "units": 0,
    "maximum": 0,
    # What was live before the switch, and what went wrong after it.
    "former": {"version": ""},
    "failed": {"error": "", "words": ""},
    "wantedBy": "",
    "yielded": False,
    # When the live model was stopped, if that was to make room; see `replacement`.
    "stoppedAt": "",
}


class DeploymentWorkflow(Construct):
    """The state machine; `state_machine` is what others start."""

    state_machine: sfn.StateMachine
    log_group: logs.LogGroup

    def __init__(self, scope: Construct, construct_id: str, *, resources: PipelineResources) -> None:
        super().__init__(scope, construct_id)
        times = DeploymentTimes(settings=resources.change)
        ending = Ending(
            self,
            workflow="Deployment",
            lock=DEPLOYMENT_LOCK,
            resources=resources,
            advice=f"{WHAT_IS_LIVE} & ' The next check stops whatever else still runs.'",
        )
        registry = ending.registry
        end = DeploymentEnd(
            self, pipeline=Stack.of(self).stack_name, ending=ending, parameters=resources.parameters
        )
        stop_others = StopOtherModels(
            self,
            ending=ending,
            calls=end.calls,
            project=resources.project,
            then=end.start,
            yielded=end.others_left,
        )
        change = ModelChange(
            self, ending=ending, end=end, stop_others=stop_others, times=times, resources=resources
        )
        read_record = registry.get(
            "Read the model's record",
            kind="version",
            item="{% $version %}",
            assign={"record": "{% $exists($states.result.Item) ? $states.result.Item : {} %}"},
            during="reading the model's record",
        )
        read_record.next(change.start)
        settings = ReadSettings(
            self,
            ending=ending,
            parameters=resources.parameters,
            wanted=["Minimum-Inference-Units", "Maximum-Inference-Units"],
            then=read_record,
        )
        not_live = ending.failure(
            "Refuse to restart what is not live",
            error=names.INVALID_INPUT,
            cause="'Only the live model can be restarted, and that is ' & ($live.version = '' ? 'none' "
            ": $live.version) & '. To deploy ' & $version & ' in its place, leave \"restart\" out.'",
        )
        what_to_do = (
            sfn.Choice.jsonata(self, "What is to be done?")
            .when(
                sfn.Condition.jsonata("{% $reconcile and $formerUnits > 0 %}"),
                take_up_restart(registry=registry, then=settings.start),
            )
            .when(sfn.Condition.jsonata("{% $reconcile and $goingBack %}"), change.resume)
            .when(sfn.Condition.jsonata("{% $reconcile %}"), stop_others.start)
            # Another deployment may have gone first while this one waited for the lock.
            .when(sfn.Condition.jsonata("{% $restart and $live.version != $version %}"), not_live)
            .otherwise(settings.start)
        )
        read_pointer = read_live_pointer(
            "Read the live pointer",
            registry=registry,
            then=what_to_do,
            assign={"pointerItem": POINTER_ITEM},
        )
        lock = AwaitDeploymentLock(
            self, ending=ending, times=times, table=resources.registry, then=read_pointer
        )
        self.state_machine, self.log_group = workflow_machine(
            self,
            start=self._begin(ending, then=lock.start),
            timeout=times.timeout,
            resources=resources,
        )
        allow_describing(self.state_machine)

    def _begin(self, ending: Ending, *, then: sfn.IChainable) -> sfn.Pass:
        refuse = ending.failure(
            "Refuse the input",
            error=names.INVALID_INPUT,
            cause=f"'The input was ' & $substring($string({_INPUT}), 0, 500) & '. Allowed is "
            '{"version": "<VersionName>"}, where the name is 1 to 255 letters, digits, dots, - or _; with '
            '"restart": true the live model is stopped and started, with "untested": true a version goes '
            "live without being tried out.'",
        )
        understood = (
            sfn.Choice.jsonata(self, "Is the input understood?")
            .when(
                sfn.Condition.jsonata("{% $reconcile or $contains($version, " + _VERSION_NAME + ") %}"),
                then,
            )
            .otherwise(refuse)
        )
        begin = sfn.Pass.jsonata(
            self,
            "Begin",
            assign={
                "me": "{% $states.context.Execution.Id %}",
                "nested": f"{{% $exists({_INPUT}.{STARTED_BY_PARENT}) %}}",
                "reconcile": f"{{% {_INPUT}.reconcile = true %}}",
                **AT_FIRST,
                **_AT_FIRST,
                "source": "operator",
                "version": f"{{% $type({_INPUT}.version) = 'string' ? {_INPUT}.version : '' %}}",
                "restart": f"{{% {_INPUT}.restart = true %}}",
                "untested": f"{{% {_INPUT}.untested = true %}}",
            },
        )
        begin.next(understood)
        return begin

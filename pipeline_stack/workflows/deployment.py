"""Deployment: one version of the project becomes the one that serves, and the former one is at hand until it
has shown that it does so well.

Started by Training, or by hand with `{"version": "<VersionName>"}` (a rollback is just that); with
`"untested": true` the version is neither tried out before it goes live nor sent canaries afterwards. With
`{"version": "<VersionName>", "restart": true}` the live model is stopped and started, so that it gets the
inference units that the operator set since. Training also starts it with `{"reconcile": true}`, to stop
what runs without the live pointer naming it, and to finish a restart that was cut short.
Only executions of this machine hold the deployment lock, so a rollback never waits for a training.
"""

from __future__ import annotations

from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import names
from pipeline_stack.workflows.bake import Bake
from pipeline_stack.workflows.calls import Calls
from pipeline_stack.workflows.candidate_start import StartCandidate
from pipeline_stack.workflows.candidate_stop import StopCandidate
from pipeline_stack.workflows.deployment_end import DeploymentEnd
from pipeline_stack.workflows.deployment_lock import AwaitDeploymentLock
from pipeline_stack.workflows.deployment_times import DeploymentTimes
from pipeline_stack.workflows.ending import AT_FIRST, STARTED_BY_PARENT, Ending
from pipeline_stack.workflows.live_model import UNREAD, WHAT_IS_LIVE, read_live_pointer
from pipeline_stack.workflows.locks import allow_describing
from pipeline_stack.workflows.machine import workflow_machine
from pipeline_stack.workflows.operator_settings import ReadSettings
from pipeline_stack.workflows.other_models import StopOtherModels
from pipeline_stack.workflows.registry import Registry
from pipeline_stack.workflows.registry_items import DEPLOYMENT_LOCK
from pipeline_stack.workflows.replacement import StartFormer, tell_gap
from pipeline_stack.workflows.resources import PipelineResources
from pipeline_stack.workflows.restart import take_up_restart
from pipeline_stack.workflows.smoke_test import SmokeTest
from pipeline_stack.workflows.switch import POINTER_ITEM, switch
from pipeline_stack.workflows.way_back import GoBack

_VERSION_NAME: Final = "/^[a-zA-Z0-9_.\\-]{1,255}$/"
_INPUT: Final = "$states.context.Execution.Input"
_AT_FIRST: Final = {
    "report": {"warnings": []},
    "live": UNREAD,
    "turns": 0,
    "started": False,
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
        ready = self._try_out_and_switch(
            ending=ending, end=end, stop_others=stop_others, times=times, resources=resources
        )
        read_record = registry.get(
            "Read the model's record",
            kind="version",
            item="{% $version %}",
            assign={"record": "{% $exists($states.result.Item) ? $states.result.Item : {} %}"},
            during="reading the model's record",
        )
        read_record.next(ready)
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

    def _try_out_and_switch(
        self,
        *,
        ending: Ending,
        end: DeploymentEnd,
        stop_others: StopOtherModels,
        times: DeploymentTimes,
        resources: PipelineResources,
    ) -> sfn.IChainable:
        """From a version whose record was read to the moved pointer, and what comes of the move."""
        registry = Registry(self, calls=end.calls, table=resources.registry)
        start_former = (
            StartFormer(self, registry=registry, otherwise=end.failure)
            if resources.change.when_no_slot == "replace"
            else None
        )
        go_back = GoBack(
            self,
            calls=end.calls,
            registry=registry,
            resources=resources,
            back=stop_others.start,
            start_former=start_former,
            stays=end.start,
        )
        bake = Bake(
            self,
            ending=ending,
            calls=end.calls,
            resources=resources,
            times=times,
            then=stop_others.start,
            failed=go_back.start,
            yielded=end.watch_left,
        )
        # From here on a failure first stops what this run started, if it is not the live model.
        stop_candidate = StopCandidate(
            self,
            ending=ending,
            project=resources.project,
            moved=bake.start,
            end=start_former.unless_live if start_former else end.failure,
        )
        guarded: Calls = stop_candidate.calls
        smoke_test = SmokeTest(
            self,
            ending=ending,
            calls=guarded,
            registry=stop_candidate.registry,
            resources=resources,
            then=switch(
                self,
                registry=stop_candidate.registry,
                resources=resources,
                then=tell_gap(self, then=bake.start) if start_former else bake.start,
            ),
            failed=stop_candidate.start,
        )
        start = StartCandidate(
            self,
            pipeline=Stack.of(self).stack_name,
            ending=ending,
            calls=guarded,
            registry=stop_candidate.registry,
            resources=resources,
            failed=stop_candidate.start,
            ready=smoke_test.start,
            live=stop_others.start,
        ).start
        if start_former:
            start_former.goes_on.next(start)
        return start

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

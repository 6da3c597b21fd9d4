"""Deployment: one version of the project becomes the one that serves, blue/green.

Started by Training, or by hand with `{"version": "<VersionName>"}` (a rollback is just that). With
`{"version": "<VersionName>", "restart": true}` the live model is stopped and started, so that it gets the
inference units that the operator set since. Training also starts it with `{"reconcile": true}`, to stop
what runs without the live pointer naming it, and to finish a restart that was cut short.
Only executions of this machine hold the deployment lock, so a rollback never waits for a training.
"""

from __future__ import annotations

from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import messages, names
from pipeline_stack.workflows.candidate_start import StartCandidate
from pipeline_stack.workflows.candidate_stop import StopCandidate
from pipeline_stack.workflows.ending import AT_FIRST, STARTED_BY_PARENT, Ending
from pipeline_stack.workflows.live_model import UNREAD, WHAT_IS_LIVE, WriteSystemParameter, read_live_pointer
from pipeline_stack.workflows.locks import TakeLock, allow_describing
from pipeline_stack.workflows.machine import workflow_machine
from pipeline_stack.workflows.operator_settings import ReadSettings
from pipeline_stack.workflows.other_models import StopOtherModels
from pipeline_stack.workflows.registry_items import DEPLOYMENT_LOCK
from pipeline_stack.workflows.resources import PipelineResources
from pipeline_stack.workflows.restart import take_up_restart

# An hour for the lock, one for the start, one for stopping the others, and on failure up to two for the
# candidate to start and stop; the machine outlives their sum.
TIMEOUT: Final = Duration.hours(6)
LOCK_TURNS: Final = 60  # one minute each
_VERSION_NAME: Final = "/^[a-zA-Z0-9_.\\-]{1,255}$/"
_INPUT: Final = "$states.context.Execution.Input"


class DeploymentWorkflow(Construct):
    """The state machine; `state_machine` is what others start."""

    state_machine: sfn.StateMachine
    log_group: logs.LogGroup

    def __init__(self, scope: Construct, construct_id: str, *, resources: PipelineResources) -> None:
        super().__init__(scope, construct_id)
        pipeline = Stack.of(self).stack_name
        ending = Ending(
            self,
            workflow="Deployment",
            lock=DEPLOYMENT_LOCK,
            resources=resources,
            advice=f"{WHAT_IS_LIVE} & ' The next check stops whatever else still runs.'",
        )
        calls, registry = ending.calls, ending.registry
        deployed = ending.outcome(
            "Deployed",
            outcome="deployed",
            subject=messages.subject(pipeline, "$version & ' is live'"),
            message=messages.message(
                "'The model ' & $version & ' now serves' & "
                "($units > 0 ? ' with ' & $string($units) & ' inference unit' & ($units = 1 ? '' : 's') : "
                "'') & "
                "'; no other model of the project runs.'"
            ),
            report="{'version': $version}",
        )
        reconciled = ending.outcome(
            "Reconciled",
            outcome="reconciled",
            subject=messages.subject(pipeline, "'models put in order'"),
            message=messages.message("'Only the live model runs now.'"),
        )
        system = WriteSystemParameter(self, calls=calls, parameters=resources.parameters, then=deployed)
        others_stopped = (
            sfn.Choice.jsonata(self, "Was it only to reconcile?")
            .when(sfn.Condition.jsonata("{% $reconcile %}"), reconciled)
            .otherwise(system.start)
        )
        stop_others = StopOtherModels(self, ending=ending, project=resources.project, then=others_stopped)
        # From here on a failure first stops what this run started, if it is not the live model.
        stop_candidate = StopCandidate(
            self, ending=ending, project=resources.project, moved=stop_others.start
        )
        guarded = stop_candidate.calls
        guarded_registry = stop_candidate.registry

        start = StartCandidate(
            self,
            pipeline=pipeline,
            ending=ending,
            calls=guarded,
            registry=guarded_registry,
            resources=resources,
            failed=stop_candidate.start,
            live=stop_others.start,
        )
        read_record = registry.get(
            "Read the model's record",
            kind="version",
            item="{% $version %}",
            assign={"record": "{% $exists($states.result.Item) ? $states.result.Item : {} %}"},
            during="reading the model's record",
        )
        read_record.next(start.start)
        settings = ReadSettings(
            self,
            ending=ending,
            parameters=resources.parameters,
            wanted=["Minimum-Inference-Units"],
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
        read_pointer = read_live_pointer("Read the live pointer", registry=registry, then=what_to_do)

        wait_for_lock = sfn.Wait.jsonata(
            self,
            "Wait for the deployment lock",
            time=sfn.WaitTime.duration(Duration.minutes(1)),
            assign={"turns": "{% $turns + 1 %}"},
        )
        locked_out = ending.failure(
            "Another deployment does not end",
            error=names.DEPLOYMENT_LOCKED,
            cause="'Another deployment has held the lock for an hour: ' & $holder & '. Stop it, or "
            "wait for it, "
            "and start this one again.'",
        )
        held = (
            sfn.Choice.jsonata(self, "Waited long enough for the lock?")
            .when(sfn.Condition.jsonata(f"{{% $turns >= {LOCK_TURNS} %}}"), locked_out)
            .otherwise(wait_for_lock)
        )
        lock = TakeLock(
            self, lock=DEPLOYMENT_LOCK, registry=registry, calls=calls, taken=read_pointer, held=held
        )
        wait_for_lock.next(lock.start)

        refuse = ending.failure(
            "Refuse the input",
            error=names.INVALID_INPUT,
            cause=f"'The input was ' & $substring($string({_INPUT}), 0, 500) & '. Allowed is "
            '{"version": "<VersionName>"}, where the name is 1 to 255 letters, digits, dots, - or _; with '
            '"restart": true the live model is stopped and started.\'',
        )
        understood = (
            sfn.Choice.jsonata(self, "Is the input understood?")
            .when(
                sfn.Condition.jsonata("{% $reconcile or $contains($version, " + _VERSION_NAME + ") %}"),
                lock.start,
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
                "source": "operator",
                "version": f"{{% $type({_INPUT}.version) = 'string' ? {_INPUT}.version : '' %}}",
                "report": {"warnings": []},
                "live": UNREAD,
                "turns": 0,
                "started": False,
                "restart": f"{{% {_INPUT}.restart = true %}}",
                "units": 0,
            },
        )
        begin.next(understood)

        self.state_machine, self.log_group = workflow_machine(
            self, start=begin, timeout=TIMEOUT, resources=resources
        )
        allow_describing(self.state_machine)

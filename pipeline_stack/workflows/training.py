"""Training: from labelled pictures to a deployed model, or to the reason why not.

Input: `{"source": "schedule"}` from the rule, `{"source": "setting"}` from Settings, nothing or `{}` from an
operator, `{"force": true}` to train although too few pictures are new, or the set was tried before, and
`{"data_source": {…}}` to train other labelled pictures than the environment does (docs/data-sources.md).
Output: one object, see `report.Report`.
"""

from __future__ import annotations

from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.parameter_specs import OPERATOR_PARAMETERS
from pipeline_stack.workflows import messages, names
from pipeline_stack.workflows.approval import PATIENCE, AskForApproval
from pipeline_stack.workflows.calls import unless_redriven
from pipeline_stack.workflows.datasets import RefreshDatasets
from pipeline_stack.workflows.decision import CarryOutDecision
from pipeline_stack.workflows.deployment_times import DeploymentTimes
from pipeline_stack.workflows.ending import AT_FIRST, Ending
from pipeline_stack.workflows.existing_version import LookForVersion
from pipeline_stack.workflows.finish_deployment import DeployAccepted
from pipeline_stack.workflows.kept_lines import AccountForLines
from pipeline_stack.workflows.live_model import UNREAD, WHAT_IS_LIVE
from pipeline_stack.workflows.locks import TakeLock, allow_describing
from pipeline_stack.workflows.machine import workflow_machine
from pipeline_stack.workflows.operator_settings import ReadSettings, value_of
from pipeline_stack.workflows.pending_approval import MeetPendingApproval
from pipeline_stack.workflows.pictures import BUILD_TIMEOUT, MEASURED, DecideOnPictures, pictures_changed
from pipeline_stack.workflows.preflight import CheckPictures
from pipeline_stack.workflows.preflight_rules import payload_of_rules
from pipeline_stack.workflows.reconcile import Reconcile
from pipeline_stack.workflows.refusal import RecordRefusal
from pipeline_stack.workflows.registration import register
from pipeline_stack.workflows.registry_items import TRAINING_LOCK
from pipeline_stack.workflows.resources import PipelineResources
from pipeline_stack.workflows.retention import MakeRoom
from pipeline_stack.workflows.training_input import UNDERSTOOD, data_source
from pipeline_stack.workflows.unfinished import TakeUpUnfinished
from pipeline_stack.workflows.verdict import Judge
from pipeline_stack.workflows.version_creation import CreateVersion
from pipeline_stack.workflows.version_training import AwaitTraining

# 25 hours of training, an hour each for datasets, a deletion and finding out what the datasets left out,
# three for the comparison with the live model, and three for retries; then a week for a person to decide,
# and an hour for the lock after that. The two nested deployments come on top.
_OWN_TIME: Final = Duration.hours(35).plus(PATIENCE)
_MEASURES: Final = 3
_INPUT: Final = "$states.context.Execution.Input"
# Whoever asked for a check wants to hear of it, or answered a question; of a scheduled one that found
# nothing, or a question that needed no answer any more, nobody does.
_FOUND_NOTHING: Final = (
    "$source = 'schedule' and $outcome in ['nothing_to_train', 'already_tried', 'disabled', 'busy', "
    "'waiting_for_approval'] or "
    # What was done with the version instead was told by the run that did it.
    "$outcome = 'superseded' and $decision = 'none'"
)


class TrainingWorkflow(Construct):
    """The state machine; `state_machine` is what the schedule and operators start."""

    state_machine: sfn.StateMachine
    log_group: logs.LogGroup

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        resources: PipelineResources,
        deployment: sfn.StateMachine,
    ) -> None:
        super().__init__(scope, construct_id)
        pipeline = Stack.of(self).stack_name
        ending = Ending(
            self,
            workflow="Training",
            lock=TRAINING_LOCK,
            resources=resources,
            # Once a deployment was begun, only the pointer itself knows.
            advice=f"($childName = '' ? {WHAT_IS_LIVE} : 'For-System-Use-Only says which model is live.') & "
            "' The next run continues from here; nothing is paid twice.'",
            quiet=_FOUND_NOTHING,
        )
        calls = ending.calls
        project = resources.project

        times = DeploymentTimes(settings=resources.change)
        deploy = DeployAccepted(self, pipeline=pipeline, ending=ending, deployment=deployment, times=times)
        decision = CarryOutDecision(self, pipeline=pipeline, ending=ending, approved=deploy.start)
        lock_again = sfn.Pass.jsonata(self, "Turn to the training lock", assign={"turns": 0})
        approval = AskForApproval(
            self, pipeline=pipeline, ending=ending, resources=resources, decided=lock_again
        )
        judge = Judge(
            self,
            pipeline=pipeline,
            ending=ending,
            resources=resources,
            accepted=deploy.start,
            ask=approval.start,
        )
        refusal = RecordRefusal(self, ending=ending, resources=resources)
        training = AwaitTraining(
            self, ending=ending, resources=resources, trained=judge.start, refused=refusal.training
        )
        take_up = register("Take the existing version up", ending=ending, then=training.resume)
        create = CreateVersion(
            self,
            pipeline=pipeline,
            ending=ending,
            resources=resources,
            begun=training.start,
            existing=training.start,
        )
        register_version = register("Register the version", ending=ending, then=create.start)
        room = MakeRoom(self, ending=ending, resources=resources, then=register_version)
        account = AccountForLines(
            self, ending=ending, resources=resources, refused=refusal.dropped, then=room.start
        )
        datasets = RefreshDatasets(
            self,
            ending=ending,
            resources=resources,
            refused=refusal.dataset,
            then=account.start,
        )
        changed = sfn.Choice.jsonata(self, "Do the pictures keep changing?")
        write = calls.function(
            "Write the manifests",
            function=resources.build_manifest,
            longest=BUILD_TIMEOUT,
            payload={
                "mode": unless_redriven("'write'"),
                **payload_of_rules(resources),
                "digest": "{% $measured.digest %}",
                "previous_digest": "{% $trained = '' ? null : $trained %}",
                "execution_id": "{% $me %}",
            },
            assign=MEASURED,
            handled=[pictures_changed(changed)],
            during="writing the manifests",
        )
        write.next(datasets.start)
        check = CheckPictures(
            self, pipeline=pipeline, ending=ending, resources=resources, passed=write, changed=changed
        )
        look = LookForVersion(self, ending=ending, project=project, absent=check.start, present=take_up)
        decide = DecideOnPictures(
            self, pipeline=pipeline, ending=ending, resources=resources, train=look.start, changed=changed
        )
        unsettled = sfn.Pass.jsonata(
            self,
            "Leave the upload alone",
            assign={"reason": "Pictures changed while they were being read; train when the upload is over."},
        )
        unsettled.next(decide.nothing)
        changed.when(sfn.Condition.jsonata(f"{{% $measures >= {_MEASURES} %}}"), unsettled).otherwise(
            decide.measure
        )
        unfinished = TakeUpUnfinished(
            self,
            ending=ending,
            project=project,
            wait=training.resume,
            deploy=deploy.start,
            asked=MeetPendingApproval(self, pipeline=pipeline, ending=ending, ask_again=approval.again).start,
            nothing=decide.start,
        )

        busy = ending.outcome(
            "Busy",
            outcome="busy",
            subject=messages.subject(pipeline, "'another training runs'"),
            message=messages.message("'Nothing was done: another Training execution runs, ' & $holder & '.'"),
            report="{'reason': 'Another Training execution runs: ' & $holder}",
        )
        lock = TakeLock(
            self,
            lock=TRAINING_LOCK,
            registry=ending.registry,
            calls=calls,
            taken=sfn.Choice.jsonata(self, "Has a person decided?")
            .when(sfn.Condition.jsonata("{% $decision != '' %}"), decision.start)
            .otherwise(unfinished.start),
            held=sfn.Choice.jsonata(self, "Is a decision to be carried out?")
            .when(sfn.Condition.jsonata("{% $decision != '' %}"), decision.held)
            .otherwise(busy),
        )
        lock_again.next(lock.start)
        decision.retake.next(lock.start)
        disabled = ending.outcome(
            "Disabled",
            outcome="disabled",
            subject=messages.subject(pipeline, "'training is switched off'"),
            message=messages.message(
                "'Nothing was trained: Enable-Automatic-Training is false.'",
                f"'Set it to true in Parameter Store, under {resources.parameters.path}.'",
            ),
            report="{'reason': 'Enable-Automatic-Training is false.'}",
        )
        enabled = (
            sfn.Choice.jsonata(self, "Is training enabled?")
            .when(
                sfn.Condition.jsonata(f"{{% {value_of('Enable-Automatic-Training')} = 'true' %}}"), lock.start
            )
            .otherwise(disabled)
        )
        settings = ReadSettings(
            self,
            ending=ending,
            parameters=resources.parameters,
            wanted=[spec.name for spec in OPERATOR_PARAMETERS],
            then=enabled,
        )
        reconcile = Reconcile(
            self, ending=ending, deployment=deployment, resources=resources, then=settings.start
        )
        refuse = ending.failure(
            "Refuse the input",
            error=names.INVALID_INPUT,
            cause=f"'The input was ' & $substring($string({_INPUT}), 0, 500) & '. Allowed are {{}}, "
            '{"force": true} and {"data_source": {"kind": …}}; the schedule sends {"source": "schedule"}.\'',
        )
        understood = (
            sfn.Choice.jsonata(self, "Is the input understood?")
            .when(sfn.Condition.jsonata("{% $understood %}"), reconcile.start)
            .otherwise(refuse)
        )
        begin = sfn.Pass.jsonata(
            self,
            "Begin",
            assign={
                "me": "{% $states.context.Execution.Id %}",
                "nested": False,
                "source": f"{{% $type({_INPUT}.source) = 'string' ? {_INPUT}.source : 'operator' %}}",
                "force": f"{{% {_INPUT}.force = true %}}",
                "understood": UNDERSTOOD,
                "report": {"warnings": []},
                "live": UNREAD,
                "childName": "",
                "tried": "",
                "measures": 1,
                "decision": "",
                "checkNotes": [],
                **AT_FIRST,
                "digest": "",
                **data_source(resources),
            },
        )
        begin.next(understood)

        self.state_machine, self.log_group = workflow_machine(
            self,
            start=begin,
            timeout=_OWN_TIME.plus(times.nested_timeout).plus(times.nested_timeout),
            resources=resources,
        )
        allow_describing(self.state_machine)

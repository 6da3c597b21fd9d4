"""EndedRuns: tells of executions that ended without telling.

A Catch does not see everything: an execution may be stopped, run out of time, meet a runtime error or
return too much data. EventBridge reports each end; this workflow tells the operator unless the run did.
"""

from __future__ import annotations

from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import messages, names
from pipeline_stack.workflows.calls import Calls
from pipeline_stack.workflows.ending import STARTED_BY_PARENT
from pipeline_stack.workflows.machine import workflow_machine
from pipeline_stack.workflows.outcome_event import outcome_event
from pipeline_stack.workflows.registry import Registry
from pipeline_stack.workflows.registry_items import expires_in_days, text
from pipeline_stack.workflows.resources import PipelineResources
from pipeline_stack.workflows.sending import send_message
from pipeline_stack.workflows.told import RUNS_KEPT_DAYS, TOLD

# A handful of calls, each retried for three minutes at most.
TIMEOUT: Final = Duration.minutes(20)
_DETAIL: Final = "$states.context.Execution.Input.detail"


class EndedRunsWorkflow(Construct):
    """The state machine that the rule on ended executions starts, with the event as its input."""

    state_machine: sfn.StateMachine
    log_group: logs.LogGroup

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        resources: PipelineResources,
        deployment: sfn.StateMachine,
        settings: sfn.StateMachine,
    ) -> None:
        super().__init__(scope, construct_id)
        pipeline = Stack.of(self).stack_name
        failed = sfn.Fail.jsonata(
            self,
            "Nobody could be told",
            error=names.MESSAGE_NOT_SENT,
            cause="{% 'Execution ' & $me & ' ended as ' & $status & ', and the message about it "
            "failed while ' & "
            "$during & ': ' & $errorName & ', ' & $cause %}",
        )
        calls = Calls(self, failure=failed)
        registry = Registry(self, calls=calls, table=resources.registry)

        known = sfn.Succeed.jsonata(self, "Already told", outputs={"told": False})
        done = sfn.Succeed.jsonata(self, "Told", outputs={"told": True})
        unclaim = registry.delete(
            "Give the claim back",
            kind="run",
            item="{% $me %}",
            attribute="claimed_by",
            equals="{% $states.context.Execution.Id %}",
            during="giving the claim back",
            then=failed,
            tolerated=failed,
        )
        tell = send_message(
            self,
            "Tell the operator",
            calls=calls,
            topic=resources.topic,
            subject="{% $subject %}",
            message="{% $message %}",
            kind="outcome",
            failure=unclaim,
        )
        tell.next(done)
        # Claimed before it is told: the event may be delivered twice.
        claim = registry.put(
            "Claim the telling",
            kind="run",
            item="{% $me %}",
            attributes={
                "execution": text("{% $me %}"),
                "outcome": text("{% $lowercase($status) %}"),
                "claimed_by": text("{% $states.context.Execution.Id %}"),
                "told_at": text("{% $now() %}"),
                "expires": expires_in_days(RUNS_KEPT_DAYS),
            },
            # A repeated attempt whose first answer was lost finds its own claim.
            condition="attribute_not_exists(#execution) OR #claimed = :claimed",
            aliases={"#execution": "execution", "#claimed": "claimed_by"},
            values={":claimed": "{% $states.context.Execution.Id %}"},
            during="claiming the telling",
            if_refused=known,
        )
        publish = outcome_event(
            self,
            "Publish the outcome",
            calls=calls,
            pipeline=pipeline,
            workflow="$workflow",
            detail={
                "started_by": "{% $startedBy %}",
                "operator_told": True,
                "report": {},
                "error": {"name": "{% $errorName %}", "cause": "{% $cause %}"},
            },
            then=tell,
        )
        words = sfn.Pass.jsonata(
            self,
            "Find the words",
            assign={
                "outcome": "{% $lowercase($status) %}",
                "subject": messages.subject(pipeline, "$workflow & ' ended: ' & $status"),
                "message": messages.expression(
                    "$join([$workflow & ' run ' & $run & ' ended as ' & $status & ' before it could "
                    "report.', "
                    "$errorName & ($cause = '' ? '' : ': ' & $cause), "
                    "$workflow = 'Settings' ? 'The parameter may not be in force. Put its value once "
                    "more, or "
                    "start Settings with the input {}.' : "
                    "'For-System-Use-Only says which model is live. The next run of Training puts in order "
                    "what this one left, and pays nothing twice; while the schedule is off, start one by "
                    "hand.', "
                    f"'What to do: {resources.runbook}#{messages.CUT_SHORT}', "
                    f"'Execution: ' & {messages.LINK}][$ != ''], '\\n\\n')"
                ),
            },
        )
        words.next(
            # Its outcome was published before the message about it was refused.
            sfn.Choice.jsonata(self, "Was only the message missing?")
            .when(sfn.Condition.jsonata(f"{{% $errorName = '{names.MESSAGE_NOT_SENT}' %}}"), tell)
            .otherwise(publish)
        )
        claim.next(words)
        parent_tells = (
            sfn.Choice.jsonata(self, "Has it told, or does its parent?")
            .when(sfn.Condition.jsonata("{% $nested %}"), known)
            .when(sfn.Condition.jsonata("{% $saidSo %}"), known)
            .otherwise(claim)
        )
        is_deployment = f"{_DETAIL}.stateMachineArn = '{deployment.state_machine_arn}'"
        is_settings = f"{_DETAIL}.stateMachineArn = '{settings.state_machine_arn}'"
        begin = sfn.Pass.jsonata(
            self,
            "Begin",
            assign={
                "me": f"{{% {_DETAIL}.executionArn %}}",
                "run": f"{{% {_DETAIL}.name %}}",
                "status": f"{{% {_DETAIL}.status %}}",
                "workflow": f"{{% {is_deployment} ? 'Deployment' : {is_settings} ? 'Settings' : "
                f"'Training' %}}",
                # Only Training starts a nested Deployment; a Training that somebody nests tells itself.
                "nested": f"{{% {is_deployment} and $type({_DETAIL}.input) = 'string' and "
                f"$contains({_DETAIL}.input, '\"{STARTED_BY_PARENT}\"') %}}",
                "startedBy": f"{{% {is_settings} ? 'setting' : $type({_DETAIL}.input) = 'string' and "
                f"$contains({_DETAIL}.input, /\"source\"\\s*:\\s*\"schedule\"/) ? 'schedule' : 'operator' "
                f"%}}",
                "errorName": f"{{% $type({_DETAIL}.error) = 'string' ? {_DETAIL}.error : {_DETAIL}.status "
                f"%}}",
                # Looked for in the whole cause: it stands at the end.
                "saidSo": f"{{% $type({_DETAIL}.cause) = 'string' and $contains({_DETAIL}.cause, '{TOLD}') "
                "%}",
                "cause": f"{{% $type({_DETAIL}.cause) = 'string' ? $substring({_DETAIL}.cause, 0, 4000) : "
                f"'' %}}",
            },
        )
        begin.next(parent_tells)
        self.state_machine, self.log_group = workflow_machine(
            self, start=begin, timeout=TIMEOUT, resources=resources
        )

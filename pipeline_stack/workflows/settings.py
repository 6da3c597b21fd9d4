"""Settings: a changed operator parameter is checked, applied and told of, once.

Input: the event "Parameter Store Change", or `{}` to make the schedule agree with the parameters again (a
deployment that changes the rule resets it; `make deploy` starts this after each). Output: `outcome` is
`applied`, `refused` or `unchanged`, with the parameter and its value.
"""

from __future__ import annotations

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.parameter_specs import OPERATOR_PARAMETERS
from pipeline_stack.workflows import names
from pipeline_stack.workflows.ending import AT_FIRST, Ending
from pipeline_stack.workflows.locks import TakeLock, allow_describing
from pipeline_stack.workflows.machine import workflow_machine
from pipeline_stack.workflows.registry_items import SETTINGS_LOCK
from pipeline_stack.workflows.resources import PipelineResources
from pipeline_stack.workflows.rule_agreement import MakeRuleAgree
from pipeline_stack.workflows.setting_application import ApplyChange
from pipeline_stack.workflows.setting_change import NextChange
from pipeline_stack.workflows.training_rule import ApplyToRule

# A run takes seconds for each change; the lock is awaited for ten minutes, calls are retried for three each.
TIMEOUT: Final = Duration.hours(2)
LOCK_TURN: Final = Duration.seconds(5)
LOCK_TURNS: Final = 120
_INPUT: Final = "$states.context.Execution.Input"
_NAMES: Final = [spec.name for spec in OPERATOR_PARAMETERS]


class SettingsWorkflow(Construct):
    """The state machine that the rule on changed parameters starts."""

    state_machine: sfn.StateMachine
    log_group: logs.LogGroup

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        resources: PipelineResources,
        training: sfn.StateMachine,
        training_rule: events.IRule,
        deployment: sfn.StateMachine,
    ) -> None:
        super().__init__(scope, construct_id)
        ending = Ending(
            self,
            workflow="Settings",
            lock=SETTINGS_LOCK,
            resources=resources,
            advice="'The change may not be in force. Put the value once more, or start Settings with the "
            "input {} to have the schedule agree with the parameters.'",
            quiet="$outcome != 'failed'",
            # Each change is told and published as it is applied; an event that comes twice is no outcome.
            reported="$parameter != '' and $outcome != 'failed'",
        )
        calls, registry = ending.calls, ending.registry
        again = sfn.Pass.jsonata(self, "Look for another change")
        to_rule = sfn.Pass.jsonata(self, "Turn to the schedule")
        apply = ApplyChange(
            self,
            ending=ending,
            resources=resources,
            training=training,
            deployment=deployment,
            to_rule=to_rule,
            then=again,
        )
        next_change = NextChange(
            self,
            calls=calls,
            registry=registry,
            parameters=resources.parameters,
            found=apply.start,
            none=ending.conclude,
        )
        again.next(next_change.start)
        agree = MakeRuleAgree(
            self,
            pipeline=ending.pipeline,
            calls=calls,
            parameters=resources.parameters,
            to_rule=to_rule,
            then=ending.conclude,
        )
        whose = (
            sfn.Choice.jsonata(self, "Was it for one parameter?")
            .when(sfn.Condition.jsonata("{% $parameter != '' %}"), apply.after_rule)
            .otherwise(agree.after_rule)
        )
        to_rule.next(ApplyToRule(self, calls=calls, rule=training_rule, then=whose).start)
        which = (
            sfn.Choice.jsonata(self, "Did one parameter change?")
            .when(sfn.Condition.jsonata("{% $parameter != '' %}"), next_change.start)
            .otherwise(agree.start)
        )
        wait = sfn.Wait.jsonata(
            self,
            "Wait for the settings lock",
            time=sfn.WaitTime.duration(LOCK_TURN),
            assign={"turns": "{% $turns + 1 %}"},
        )
        locked_out = ending.failure(
            "Another Settings run does not end",
            error=names.SETTINGS_LOCKED,
            cause="'Another Settings run has held the lock for ten minutes: ' & $holder & '. Stop it.'",
        )
        held = (
            sfn.Choice.jsonata(self, "Waited long enough for the lock?")
            .when(sfn.Condition.jsonata(f"{{% $turns >= {LOCK_TURNS} %}}"), locked_out)
            .otherwise(wait)
        )
        lock = TakeLock(self, lock=SETTINGS_LOCK, registry=registry, calls=calls, taken=which, held=held)
        wait.next(lock.start)
        refuse = ending.failure(
            "Refuse the input",
            error=names.INVALID_INPUT,
            cause=f"'The input was ' & $substring($string({_INPUT}), 0, 500) & '. Allowed are {{}} and an "
            "event "
            f"Parameter Store Change of a parameter under {resources.parameters.path}.'",
        )
        understood = (
            sfn.Choice.jsonata(self, "Is the input understood?")
            .when(
                sfn.Condition.jsonata(f"{{% $parameter in {_NAMES} or $string({_INPUT}) = '{{}}' %}}"),
                lock.start,
            )
            .otherwise(refuse)
        )
        path = f"{resources.parameters.path}/"
        begin = sfn.Pass.jsonata(
            self,
            "Begin",
            assign={
                **AT_FIRST,
                "me": "{% $states.context.Execution.Id %}",
                "nested": False,
                "source": f"{{% $exists({_INPUT}.detail) ? 'setting' : 'operator' %}}",
                "parameter": f"{{% $type({_INPUT}.detail.name) = 'string' and "
                f"$contains({_INPUT}.detail.name, '{path}') "
                f"? $substringAfter({_INPUT}.detail.name, '{path}') : '' %}}",
                "report": {},
                "turns": 0,
                "lookAgain": f"{{% $exists({_INPUT}.detail) %}}",
                "frequency": "",
                "enabled": "",
                "outcome": "unchanged",
                "subject": f"{ending.pipeline}: settings unchanged",
                "message": "No parameter has changed since it was last applied.",
            },
        )
        begin.next(understood)
        self.state_machine, self.log_group = workflow_machine(
            self, start=begin, timeout=TIMEOUT, resources=resources
        )
        allow_describing(self.state_machine)

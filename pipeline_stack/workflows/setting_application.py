"""The part of Settings that applies one change of one parameter, tells the operator, and remembers it."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from pipeline_stack.workflows import messages, names
from pipeline_stack.workflows.calls import Handled, unless_redriven
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.outcome_event import outcome_event
from pipeline_stack.workflows.registry_items import text
from pipeline_stack.workflows.resources import PipelineResources
from pipeline_stack.workflows.rule_agreement import ENABLED, FREQUENCY
from pipeline_stack.workflows.sending import send_message
from pipeline_stack.workflows.setting_effects import EffectOfInferenceUnits, EffectOfMinimumF1
from pipeline_stack.workflows.setting_values import allowed, refusal

_ON: Final = f"$parameter = '{ENABLED}' and $change.value = 'true'"


class ApplyChange:
    """States that apply `$change`; enter at `start`, leave to `then`.

    Those that rule the schedule go by way of `to_rule`, which comes back to `after_rule`. The others are
    read by each run anew: what they mean for the models there are is looked up and said.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        ending: Ending,
        resources: PipelineResources,
        training: sfn.IStateMachine,
        deployment: sfn.IStateMachine,
        to_rule: sfn.IChainable,
        then: sfn.IChainable,
    ) -> None:
        calls, registry = ending.calls, ending.registry
        remember = registry.put(
            "Remember what is in force",
            kind="setting",
            item="{% $parameter %}",
            attributes={
                "version": tasks.DynamoAttributeValue.number_from_string(
                    unless_redriven("$string($change.version)")
                ),
                "value": text("{% $inForce %}"),
                "seen": text("{% $change.value %}"),
                # What was refused, or put again, changed nothing: nobody counts from it.
                "changed_at": text(
                    "{% $inForce = $known.value and $known.changed_at != '' ? $known.changed_at : $now() %}"
                ),
            },
            during="remembering what is in force",
        )
        remember.next(then)
        tell = send_message(
            scope,
            "Tell of the change",
            calls=calls,
            topic=resources.topic,
            subject="{% $subject %}",
            message="{% $message %}",
            kind="setting",
        )
        tell.next(remember)
        publish = outcome_event(
            scope,
            "Publish the change",
            calls=calls,
            pipeline=ending.pipeline,
            workflow="'Settings'",
            detail={
                "started_by": "{% $source %}",
                "operator_told": True,
                "report": "{% $report %}",
                "error": None,
            },
            then=tell,
        )
        report = (
            "{% {'parameter': $parameter, 'value': $change.value, 'in_force': $inForce, "
            "'parameter_version': $change.version} %}"
        )
        later = (
            "$change.version < $newest.version "
            "? 'It has been changed again since; that change is told next.' : ''"
        )
        applied = sfn.Pass.jsonata(
            scope,
            "Put the change into words",
            assign={
                "outcome": "applied",
                "inForce": "{% $change.value %}",
                "report": report.replace("$inForce", "$change.value"),
                "subject": messages.subject(ending.pipeline, "$parameter & ' is now ' & $change.value"),
                "message": messages.letter(
                    "$change.value = $known.value "
                    "? $parameter & ' was put again, with the value it had: ' & $change.value & '.' "
                    ": $parameter & ' was updated' & ($known.value = '' ? '' : ' from ' & $known.value) & "
                    "' to ' & $change.value & '.'",
                    "$effect",
                    later,
                ),
            },
        )
        applied.next(publish)
        refused = refusal(scope, pipeline=ending.pipeline, report=report, later=later)
        refused.next(publish)

        start_check = calls.aws(
            "Start a check",
            service="sfn",
            action="startExecution",
            iam_action="states:StartExecution",
            prefix="Sfn",
            resources=[training.state_machine_arn],
            parameters={
                "StateMachineArn": training.state_machine_arn,
                # The name follows from this run and this change: an attempt that is repeated starts nothing.
                "Name": unless_redriven(
                    "'switched-on-' & $string($change.version) & '-' & $substring($hash($me, 'SHA-256'), "
                    "0, 32)"
                ),
                "Input": '{"source": "setting"}',
            },
            handled=[Handled(errors=[names.EXECUTION_EXISTS], then=applied)],
            during="starting a check",
        )
        start_check.next(applied)
        switched_on = (
            sfn.Choice.jsonata(scope, "Was training switched on?")
            .when(
                sfn.Condition.jsonata(
                    f"{{% {_ON} and $known.value != 'true' and $change.version = $newest.version %}}"
                ),
                start_check,
                assign={"effect": "The schedule is on. A check was started and reports for itself."},
            )
            .otherwise(applied)
        )
        say = sfn.Pass.jsonata(
            scope,
            "Say what the schedule does",
            assign={
                "effect": f"{{% $parameter = '{FREQUENCY}' ? 'The schedule checks at this interval, in "
                "minutes, "
                "from now on; whether it is switched on was left as it is.' "
                f": {_ON} ? 'The schedule is on.' "
                ": 'The schedule is off. A check that somebody starts ends as disabled; a run under way "
                "goes on "
                "to its end.' %}"
            },
        )
        say.next(switched_on)
        take = sfn.Pass.jsonata(
            scope,
            "Take the new schedule",
            assign={
                "frequency": f"{{% $parameter = '{FREQUENCY}' ? $change.value : '' %}}",
                "enabled": f"{{% $parameter = '{ENABLED}' ? $change.value : '' %}}",
            },
        )
        take.next(to_rule)
        from_next = sfn.Pass.jsonata(
            scope, "It counts from the next run", assign={"effect": "It counts from the next run on."}
        )
        from_next.next(applied)
        minimum = EffectOfMinimumF1(
            scope,
            calls=calls,
            registry=registry,
            resources=resources,
            deployment=deployment,
            then=applied,
        )
        units = EffectOfInferenceUnits(
            scope,
            calls=calls,
            registry=registry,
            resources=resources,
            deployment=deployment,
            then=applied,
        )
        what = (
            sfn.Choice.jsonata(scope, "What does the parameter rule?")
            .when(sfn.Condition.jsonata(f"{{% $parameter in ['{FREQUENCY}', '{ENABLED}'] %}}"), take)
            .when(sfn.Condition.jsonata("{% $parameter = 'Minimum-F1-Score' %}"), minimum.start)
            .when(
                sfn.Condition.jsonata(
                    "{% $parameter in ['Minimum-Inference-Units', 'Maximum-Inference-Units'] %}"
                ),
                units.start,
            )
            .otherwise(from_next)
        )
        # Put again as it was, by a deployment for one, and changed since: nobody needs to hear of it.
        pass_over = sfn.Pass.jsonata(
            scope, "Pass over what changed nothing", assign={"inForce": "{% $known.value %}"}
        )
        pass_over.next(remember)
        self.start: Final = (
            sfn.Choice.jsonata(scope, "Is the value allowed?")
            .when(
                sfn.Condition.jsonata(
                    "{% $change.value = $known.value and $change.version < $newest.version %}"
                ),
                pass_over,
            )
            .when(sfn.Condition.jsonata(f"{{% {allowed('$change.value')} %}}"), what)
            .otherwise(refused)
        )
        self.after_rule: Final = say

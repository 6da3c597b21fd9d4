"""What a changed parameter means for the models that are there: looked up, and put into words."""

from __future__ import annotations

from typing import Any, Final

from aws_cdk import Stack
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows.calls import Calls
from pipeline_stack.workflows.candidate import TRAINED, describe_version
from pipeline_stack.workflows.hosted_models import ListHostedModels
from pipeline_stack.workflows.live_model import read_live_pointer
from pipeline_stack.workflows.registry import Registry
from pipeline_stack.workflows.resources import PipelineResources
from pipeline_stack.workflows.setting_values import allowed

_ITEM_WORDS: Final = "{'version': name.S, 'f1': $number(f1.N), 'judged_at': judged_at.S}"


def deploy_command(deployment: sfn.IStateMachine, payload: str) -> str:
    """An expression: the one command that starts Deployment with `payload`, an expression of an object."""
    return (
        # The CLI asks the Region it is set to, not that of the ARN.
        f'"aws stepfunctions start-execution --region {Stack.of(deployment).region} '
        f"--state-machine-arn {deployment.state_machine_arn} --input '\""
        f' & $string({payload}) & "\'"'
    )


class EffectOfMinimumF1:
    """States that look for rejected models that a lower minimum would have let pass; enter at `start`, on to
    `then` with `effect` assigned: what the operator is to know, in words."""

    def __init__(
        self,
        scope: Construct,
        *,
        calls: Calls,
        registry: Registry,
        resources: PipelineResources,
        deployment: sfn.IStateMachine,
        then: sfn.IChainable,
    ) -> None:
        best = (
            "$sort($passing[version in $hosted.version], function($a, $b) { $a.judged_at < $b.judged_at })[0]"
        )
        live = (
            "($live.version = '' ? 'No model is live.' : 'The live model ' & $live.version & "
            "($exists($live.f1) ? ', F1 ' & $string($round($live.f1, 3)) & ',' : '') & ' serves on.')"
        )
        plain = sfn.Pass.jsonata(
            scope,
            "No model is let in",
            assign={"effect": f"{{% 'It counts from the next model that is judged. ' & {live} %}}"},
        )
        plain.next(then)
        meets = sfn.Pass.jsonata(
            scope,
            "A rejected model is let in",
            assign={
                "effect": "{% ($best := " + best + "; 'The model ' & $best.version & ', rejected with F1 ' & "
                "$string($round($best.f1, 3)) & ', meets it now. ' & "
                "($live.version = '' ? '' : 'It was not compared with the live model. ') & "
                + live
                + " & ' To deploy it: ' & "
                + deploy_command(deployment, "{'version': $best.version}")
                + ") %}"
            },
        )
        meets.next(then)
        kept = (
            sfn.Choice.jsonata(scope, "Is one of them still there?")
            .when(sfn.Condition.jsonata("{% $count($passing[version in $hosted.version]) > 0 %}"), meets)
            .otherwise(plain)
        )
        listed = ListHostedModels(
            scope, calls=calls, project=resources.project, then=kept, statuses=TRAINED, noun="kept models"
        )
        any_passing = (
            sfn.Choice.jsonata(scope, "Would a rejected model pass?")
            .when(sfn.Condition.jsonata("{% $count($passing) > 0 %}"), listed.start)
            .otherwise(plain)
        )

        def query(name: str, parameters: dict[str, Any], passing: str) -> sfn.TaskStateBase:
            return registry.query(
                name,
                kind="version",
                parameters={
                    # Not one that was rejected for something else, too: a lower minimum does not cure that.
                    "FilterExpression": "#outcome = :rejected AND #f1 >= :minimum AND "
                    "(attribute_not_exists(#failed) OR #failed = :only)",
                    "ProjectionExpression": "#name, #f1, #judged",
                    **parameters,
                },
                aliases={
                    "#outcome": "outcome",
                    "#f1": "f1",
                    "#name": "name",
                    "#judged": "judged_at",
                    "#failed": "failed_rules",
                },
                values={
                    ":rejected": {"S": "rejected"},
                    ":minimum": {"N": "{% $change.value %}"},
                    ":only": {"S": "minimum_f1"},
                },
                assign={
                    "passing": f"{{% {passing} %}}",
                    "after": "{% $exists($states.result.LastEvaluatedKey) ? $states.result.LastEvaluatedKey "
                    ": {} %}",
                },
                during="looking for rejected models",
            )

        page = f"[$states.result.Items.{_ITEM_WORDS}]"
        first = query("Find rejected models", {}, page)
        more = query(
            "Find more rejected models", {"ExclusiveStartKey": "{% $after %}"}, f"$append($passing, {page})"
        )
        another = (
            sfn.Choice.jsonata(scope, "More rejected models to find?")
            .when(sfn.Condition.jsonata("{% $exists($after.name) %}"), more)
            .otherwise(any_passing)
        )
        first.next(another)
        more.next(another)
        lower = (
            sfn.Choice.jsonata(scope, "Is the minimum lower than before?")
            .when(
                sfn.Condition.jsonata(
                    # What was in force may be no number, in a parameter that was made anew by hand.
                    f"{{% {allowed('$known.value')} and $number($change.value) < $number($known.value) %}}"
                ),
                first,
            )
            .otherwise(plain)
        )
        self.start: Final = read_live_pointer("Read what is live", registry=registry, then=lower)


class EffectOfInferenceUnits:
    """States that say how the live model gets its new units; enter at `start`, on to `then`."""

    def __init__(
        self,
        scope: Construct,
        *,
        calls: Calls,
        registry: Registry,
        resources: PipelineResources,
        deployment: sfn.IStateMachine,
        then: sfn.IChainable,
    ) -> None:
        said = sfn.Pass.jsonata(
            scope,
            "Say when the units count",
            assign={
                "effect": "{% $described.status != 'RUNNING' "
                "? 'They count when the live model ' & $live.version & ' starts; it is ' & $described.status "
                "& ' now.' "
                ": $string($parameter = 'Maximum-Inference-Units' ? $described.most_units "
                ": $described.units) = $change.value "
                "? 'The live model ' & $live.version & ' runs with this number already.' "
                ": 'They count from the next deployment on: the live model ' & $live.version & ' runs "
                "with ' & "
                "$string($described.units) & ($described.most_units > 0 ? ' to ' & "
                "$string($described.most_units) : '') & ', and a running model cannot be changed. To apply "
                "them now, stop and start it: ' & "
                + deploy_command(deployment, "{'version': $live.version, 'restart': true}")
                + " & ' (Detection is down from the stop until the model runs again: usually 10 to 40 "
                "minutes, "
                "a few to stop and up to 30 to start.)' %}"
            },
        )
        said.next(then)
        describe = describe_version(
            "How does the live model run?", calls=calls, project=resources.project, then=said
        )
        nothing_live = sfn.Pass.jsonata(
            scope,
            "Nothing is live",
            assign={"effect": "No model is live; they count from the first deployment on."},
        )
        nothing_live.next(then)
        name = sfn.Pass.jsonata(scope, "Take the live model", assign={"version": "{% $live.version %}"})
        name.next(describe)
        live = (
            sfn.Choice.jsonata(scope, "Is a model live?")
            .when(sfn.Condition.jsonata("{% $live.version = '' %}"), nothing_live)
            .otherwise(name)
        )
        self.start: Final = read_live_pointer("Read which model is live", registry=registry, then=live)

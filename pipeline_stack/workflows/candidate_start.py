"""The part of Deployment that brings a version to RUNNING."""

from __future__ import annotations

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import names
from pipeline_stack.workflows.calls import Calls, Handled
from pipeline_stack.workflows.candidate import ABSENT, STARTABLE, describe_version, one_of
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.hosted_models import ListHostedModels
from pipeline_stack.workflows.model_start import UNITS, start_model
from pipeline_stack.workflows.no_free_slot import no_free_slot
from pipeline_stack.workflows.registry import Registry
from pipeline_stack.workflows.replacement import REPLACES, ClearTheSlot
from pipeline_stack.workflows.report import with_warnings
from pipeline_stack.workflows.resources import PipelineResources
from pipeline_stack.workflows.restart import WANTED, StopToRestart

# A start takes minutes as a rule, half an hour was seen; an hour leaves room (one minute a turn).
START_TURNS: Final = 60


class StartCandidate:
    """States from "where does it stand?" to a model that runs; enter at `start`.

    - `ready`: where the run goes on with a model that is not live.
    - `live`: where it goes on if the pointer names the version already.
    - `failed`: entered with `errorName`, `cause`, `during` when it could not be brought to RUNNING.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        pipeline: str,
        ending: Ending,
        calls: Calls,
        registry: Registry,
        resources: PipelineResources,
        failed: sfn.IChainable,
        ready: sfn.IChainable,
        live: sfn.IChainable,
    ) -> None:
        project = resources.project
        wait = sfn.Wait.jsonata(
            scope,
            "Wait for the model",
            time=sfn.WaitTime.duration(Duration.minutes(1)),
            assign={"turns": "{% $turns + 1 %}"},
        )
        too_late = ending.failure(
            "The model does not start",
            error=names.MODEL_START_DEADLINE,
            cause=f"'The model ' & $version & ' was not running after {START_TURNS} minutes; "
            "it was last ' & $described.status & '.'",
            then=failed,
        )
        patient = (
            sfn.Choice.jsonata(scope, "Waited long enough for the model?")
            .when(sfn.Condition.jsonata(f"{{% $turns >= {START_TURNS} %}}"), too_late)
            .otherwise(wait)
        )
        # A restart must not leave detection down for units that the account does not have.
        refused_units = sfn.Pass.jsonata(
            scope,
            "Return to the former units",
            assign={
                "units": "{% $formerUnits %}",
                "maximum": 0,
                "report": with_warnings(
                    "['Rekognition refused ' & $string($units) & ($maximum > $units ? ' to ' & "
                    "$string($maximum) : '') & ' inference units (' & $refusal & '); the former number, ' & "
                    "$string($formerUnits) & ', was asked for instead, without scaling. Set "
                    "Minimum-Inference-Units and Maximum-Inference-Units to what the account allows.']"
                ),
            },
        )
        refused_units.next(wait)
        capacity = ListHostedModels(
            scope,
            calls=calls,
            project=project,
            noun="models that take a slot",
            then=no_free_slot(
                scope,
                pipeline=pipeline,
                ending=ending,
                go_on=patient,
                refused_units=refused_units,
                clear=ClearTheSlot(scope, calls=calls, registry=registry, project=project, wait=patient),
                failed=failed,
                resources=resources,
            ),
        )
        restart = StopToRestart(scope, calls=calls, registry=registry, project=project, wait=wait, then=live)
        is_live = (
            sfn.Choice.jsonata(scope, "Is it live already?")
            .when(
                sfn.Condition.jsonata("{% $live.version = $version and $formerUnits > 0 %}"), restart.forget
            )
            .when(sfn.Condition.jsonata("{% $live.version = $version %}"), live)
            .otherwise(ready)
        )
        start = start_model(
            scope,
            "Start the model",
            calls=calls,
            project=project,
            arn="$described.arn",
            assign={"started": True},
            handled=[
                # The answer to an earlier attempt was lost: it is starting.
                Handled(errors=[names.REKOGNITION_IN_USE], then=patient, assign={"started": True}),
                Handled(
                    errors=[names.REKOGNITION_LIMIT, names.REKOGNITION_QUOTA],
                    then=capacity.start,
                    assign={"refusal": "{% $states.errorOutput.Cause %}"},
                ),
            ],
            during="starting the model",
            then=patient,
        )
        start_failed = ending.failure(
            "The model failed to start",
            error=names.MODEL_START_FAILED,
            cause="'Rekognition could not start the model ' & $version & ': ' & "
            "($exists($described.message) ? $described.message : 'it gave no reason') & "
            f"({REPLACES} and $version != $live.version ? '' : ' The next check tries "
            'again; Training with the input {"force": true} leaves this version and trains another.\')',
            then=failed,
        )
        not_deployable = ending.failure(
            "The version cannot be deployed",
            error=names.VERSION_NOT_DEPLOYABLE,
            cause=f"$described.status = '{ABSENT}' "
            f"? 'The project {project.project_name} has no version named ' & $version & '. "
            "Rekognition lists the names: aws rekognition describe-project-versions.' "
            ": 'The version ' & $version & ' is ' & $described.status & '; only a trained version "
            f"({', '.join(STARTABLE)}, STARTING, RUNNING) can be deployed.'",
        )
        where = (
            sfn.Choice.jsonata(scope, "Does the model run?")
            .when(sfn.Condition.jsonata(f"{{% {WANTED} %}}"), restart.start)
            .when(
                sfn.Condition.jsonata(one_of(("RUNNING",))),
                is_live,
                # One that ran already has those that it was started with.
                assign={
                    "ran": True,
                    "units": "{% $exists($described.units) ? $described.units : $units %}",
                    "maximum": "{% $described.most_units %}",
                },
            )
            .when(sfn.Condition.jsonata("{% $started and $described.status = 'FAILED' %}"), start_failed)
            .when(sfn.Condition.jsonata(one_of(("STARTING", "STOPPING"))), patient)
            # What was asked to start may be seen a moment late in its old status.
            .when(
                sfn.Condition.jsonata(
                    "{% $started and $described.status in ['TRAINING_COMPLETED', 'STOPPED'] %}"
                ),
                patient,
            )
            .when(sfn.Condition.jsonata(one_of(STARTABLE)), start)
            .otherwise(not_deployable)
        )
        describe = describe_version("Where does the model stand?", calls=calls, project=project, then=where)
        wait.next(describe)
        begin = sfn.Pass.jsonata(
            scope,
            "Begin the start",
            assign={"turns": 0, **UNITS},
        )
        begin.next(describe)
        self.start: Final = begin

"""The part of Training that has an accepted version deployed, and ends with what came of it."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import messages, names
from pipeline_stack.workflows.calls import unless_redriven
from pipeline_stack.workflows.deployment_times import DeploymentTimes
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.nested_deployment import NestedDeployment
from pipeline_stack.workflows.operator_settings import number_of, value_of


class DeployAccepted:
    """States from an accepted version to the end of the run; enter at `start`."""

    def __init__(
        self,
        scope: Construct,
        *,
        pipeline: str,
        ending: Ending,
        deployment: sfn.StateMachine,
        times: DeploymentTimes,
    ) -> None:
        done = ending.outcome(
            "Deployed",
            outcome="deployed",
            subject=messages.subject(pipeline, "$version & ' is live, F1 ' & $string($round($report.f1, 3))"),
            message=messages.message(
                "'The model ' & $version & ' was trained, met the minimum and now serves' & "
                "($deployed.former_runs = true ? '.' : '; no other model of the project runs.')",
                messages.RULES,
                messages.EVALUATION,
                "'The next training waits for ' & "
                + value_of("Minimum-Untrained-Images")
                + " & ' new, changed or removed pictures (Minimum-Untrained-Images)' & "
                "($exists($report.pictures.total) ? ': ' & $string($report.pictures.total + "
                + number_of("Minimum-Untrained-Images")
                + ") & ' in all, if you only add some.' : '.')",
            ),
        )
        finished = ending.registry.delete(
            "Forget what was unfinished",
            kind="pointer",
            item="unfinished",
            attribute="version",
            equals=unless_redriven("$version"),
            during="recording the deployment",
            then=done,
        )
        waiting = ending.outcome(
            "Wait for capacity",
            outcome="waiting_for_capacity",
            subject=messages.subject(pipeline, "$version & ' waits for a free model slot'"),
            message=messages.message(
                "'The model ' & $version & ' met the minimum but cannot start: ' & $deployed.reason",
                "'Stop a model, or ask AWS for a higher quota of running models. The next check "
                "deploys it; nothing "
                "is trained again.'",
            ),
            report="{'reason': $deployed.reason}",
        )
        unknown = ending.failure(
            "The deployment ended oddly",
            error=names.DEPLOYMENT_FAILED,
            cause="'The deployment answered with an outcome that Training does not know: ' & "
            "$string($deployed)",
        )
        # What the deployment has to say of the model, and what its canaries saw.
        noted = {
            "report": "{% $merge([$report, "
            "$exists($deployed.canaries) ? {'canaries': $deployed.canaries} : {}, "
            "{'warnings': $append($report.warnings, $deployed.warnings)}]) %}"
        }
        serves = (
            sfn.Choice.jsonata(scope, "Does it serve now?")
            .when(sfn.Condition.jsonata("{% $deployed.outcome = 'deployed' %}"), finished, assign=noted)
            .when(sfn.Condition.jsonata("{% $deployed.outcome = 'waiting_for_capacity' %}"), waiting)
            .otherwise(unknown)
        )
        deploy = NestedDeployment(
            scope,
            name="Deploy the version",
            noun="deployment",
            ending=ending,
            calls=ending.calls,
            deployment=deployment,
            longest=times.nested_timeout,
            execution_name="{% $version & '-' & $substring($hash($me, 'SHA-256'), 0, 16) %}",
            payload={"version": "{% $version %}"},
            then=serves,
        )
        self.start: Final = deploy.start

"""The part of Training that puts in order what an interrupted run may have left."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import names
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.hosted_models import ListHostedModels
from pipeline_stack.workflows.live_model import WriteSystemParameter, read_live_pointer
from pipeline_stack.workflows.nested_deployment import NestedDeployment
from pipeline_stack.workflows.resources import PipelineResources


class Reconcile:
    """States that every run begins with, whatever its outcome; enter at `start`, on to `then`.

    A RUNNING version that the live pointer does not name bills for nothing: a nested Deployment, which
    alone may hold the deployment lock, stops it. A live model whose restart was cut short is started, also
    by a nested Deployment. `For-System-Use-Only` is made to say what the registry says.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        ending: Ending,
        deployment: sfn.StateMachine,
        resources: PipelineResources,
        then: sfn.IChainable,
    ) -> None:
        calls = ending.calls
        system = WriteSystemParameter(scope, calls=calls, parameters=resources.parameters, then=then)
        # While strays were being stopped, a deployment by hand may have moved the pointer.
        once_more = read_live_pointer(
            "Read the live pointer once more", registry=ending.registry, then=system.start
        )
        stop_strays = NestedDeployment(
            scope,
            name="Stop the stray model",
            noun="clean-up",
            ending=ending,
            calls=calls,
            deployment=deployment,
            execution_name="{% 'reconcile-' & $substring($hash($me, 'SHA-256'), 0, 32) %}",
            payload={"reconcile": True},
            then=once_more,
            # Whoever holds the deployment lock for so long puts the models in order at its own end.
            tolerated_error=names.DEPLOYMENT_LOCKED,
        )
        stray = (
            sfn.Choice.jsonata(scope, "Does a stray model run?")
            .when(
                sfn.Condition.jsonata(
                    "{% $count($hosted[status = 'RUNNING' and version != $live.version]) > 0 %}"
                ),
                stop_strays.start,
            )
            .otherwise(system.start)
        )
        listed = ListHostedModels(scope, calls=calls, project=resources.project, then=stray)
        finish_restart = NestedDeployment(
            scope,
            name="Finish the restart",
            noun="restart",
            ending=ending,
            calls=calls,
            deployment=deployment,
            execution_name="{% 'restart-' & $substring($hash($me, 'SHA-256'), 0, 32) %}",
            payload={"version": "{% $live.version %}", "restart": True},
            then=listed.start,
            tolerated_error=names.DEPLOYMENT_LOCKED,
        )
        cut_short = (
            sfn.Choice.jsonata(scope, "Was a restart cut short?")
            .when(sfn.Condition.jsonata("{% $formerUnits > 0 %}"), finish_restart.start)
            .otherwise(listed.start)
        )
        self.start: Final = read_live_pointer(
            "Read the live pointer", registry=ending.registry, then=cut_short
        )

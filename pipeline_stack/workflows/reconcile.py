"""The part of Training that puts in order what an interrupted run may have left."""

from __future__ import annotations

from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import messages, names
from pipeline_stack.workflows.calls import Handled
from pipeline_stack.workflows.deployment_times import DeploymentTimes
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.hosted_models import ListHostedModels, unless_none_is_live
from pipeline_stack.workflows.live_model import WriteSystemParameter, read_live_pointer
from pipeline_stack.workflows.nested_deployment import NestedDeployment, look_at_execution
from pipeline_stack.workflows.registry_items import DEPLOYMENT_LOCK
from pipeline_stack.workflows.report import with_warnings
from pipeline_stack.workflows.resources import PipelineResources


class Reconcile:
    """States that every run begins with, whatever its outcome; enter at `start`, on to `then`.

    A RUNNING version that the live pointer does not name bills for nothing, a live model whose restart was
    cut short leaves detection down, and a way back that was cut short leaves a bad model live: a nested
    Deployment, which alone may hold the deployment lock, puts them right. While another deployment is under
    way, they are its doing: it lets the former model run on while it watches the new one, and puts things in
    order at its end. `For-System-Use-Only` is made to say what the registry says.

    If that fails, the run fails: a person has to look. `{"force": true}` goes on all the same, so that
    another model can be trained in place of one that does not start.
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
        # Meanwhile a deployment by hand may have moved the pointer.
        once_more = read_live_pointer(
            "Read the live pointer once more", registry=ending.registry, then=system.start
        )
        mend = NestedDeployment(
            scope,
            name="Put the models in order",
            noun="clean-up",
            ending=ending,
            calls=calls,
            deployment=deployment,
            longest=DeploymentTimes(settings=resources.change).nested_timeout,
            execution_name="{% 'reconcile-' & $substring($hash($me, 'SHA-256'), 0, 32) %}",
            payload={"reconcile": True},
            then=self._does_it_wait(scope, ending=ending, then=once_more),
            # Whoever took the deployment lock meanwhile, and holds it for so long, puts the models in order
            # at its own end.
            tolerated_error=names.DEPLOYMENT_LOCKED,
            refused=self._go_on_if_forced(scope, ending=ending, then=once_more),
        )
        under_way = (
            sfn.Choice.jsonata(scope, "Is a deployment under way?")
            .when(sfn.Condition.jsonata("{% $child.status = 'RUNNING' %}"), system.start)
            .otherwise(mend.start)
        )
        look = look_at_execution(
            "Look at the deployment under way",
            calls=calls,
            stack=Stack.of(scope),
            machine=deployment,
            arn="$deployer",
            gone=Handled(errors=names.EXECUTION_GONE, then=mend.start),
            during="looking whether a deployment is under way",
        )
        look.next(under_way)
        deployer = ending.registry.get(
            "Read who deploys",
            kind="lock",
            item=DEPLOYMENT_LOCK,
            assign={"deployer": "{% $exists($states.result.Item) ? $states.result.Item.holder.S : '' %}"},
            during="reading who holds the deployment lock",
        )
        deployer.next(
            sfn.Choice.jsonata(scope, "Does anybody deploy?")
            .when(sfn.Condition.jsonata("{% $deployer = '' %}"), mend.start)
            .otherwise(look)
        )
        stray = (
            sfn.Choice.jsonata(scope, "Does a stray model run?")
            .when(
                sfn.Condition.jsonata(
                    "{% $count($hosted[status = 'RUNNING' and version != $live.version]) > 0"
                    f"{unless_none_is_live(resources.project)} %}}"
                ),
                deployer,
            )
            .otherwise(system.start)
        )
        listed = ListHostedModels(scope, calls=calls, project=resources.project, then=stray)
        restarting = (
            sfn.Choice.jsonata(scope, "Was a restart, or a way back, begun?")
            .when(sfn.Condition.jsonata("{% $formerUnits > 0 or $goingBack %}"), deployer)
            .otherwise(listed.start)
        )
        self.start: Final = read_live_pointer(
            "Read the live pointer", registry=ending.registry, then=restarting
        )

    @staticmethod
    def _does_it_wait(scope: Construct, *, ending: Ending, then: sfn.IChainable) -> sfn.Choice:
        """What the nested run noted is the operator's to know; the live model may find no slot."""
        waits = ending.outcome(
            "The live model waits",
            outcome="waiting_for_capacity",
            subject=messages.subject(ending.pipeline, "'the live model waits for a free slot'"),
            message=messages.message(
                "'Detection is down: the live model ' & $live.version & ' was stopped, to start with other "
                "inference units or to make room for another model, and cannot start: ' & $deployed.reason",
                "'Stop a model, or ask AWS for a higher quota of running models. The next check tries "
                "again.'",
            ),
            report="{'version': $live.version, 'reason': $deployed.reason}",
        )
        noted = {
            "notes": "{% $append($notes, $deployed.warnings) %}",
            "report": with_warnings("$deployed.warnings"),
        }
        return (
            sfn.Choice.jsonata(scope, "Can the live model start?", assign=noted)
            .when(
                sfn.Condition.jsonata("{% $deployed.outcome = 'waiting_for_capacity' and $not($force) %}"),
                waits,
                assign=noted,
            )
            .otherwise(then)
        )

    @staticmethod
    def _go_on_if_forced(scope: Construct, *, ending: Ending, then: sfn.IChainable) -> sfn.Choice:
        leave = sfn.Pass.jsonata(
            scope,
            "Leave the models as they are",
            assign={
                **dict.fromkeys(("errorName", "cause", "during"), ""),
                "notes": "{% $append($notes, [$errorName & ': ' & $cause]) %}",
                "report": with_warnings("[$errorName & ': ' & $cause]"),
            },
        )
        leave.next(then)
        return (
            sfn.Choice.jsonata(scope, "Is the run forced?")
            .when(sfn.Condition.jsonata("{% $force %}"), leave)
            .otherwise(ending.fail)
        )

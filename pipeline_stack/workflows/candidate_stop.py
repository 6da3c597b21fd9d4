"""The part of Deployment that gives a failed candidate back: nothing that bills is left behind."""

from __future__ import annotations

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.project import CustomLabelsProject
from pipeline_stack.workflows.calls import Calls, Handled, unless_redriven
from pipeline_stack.workflows.candidate import describe_version, one_of
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.failed_attempts import count_attempt
from pipeline_stack.workflows.live_model import read_live_pointer
from pipeline_stack.workflows.names import REKOGNITION_IN_USE
from pipeline_stack.workflows.registry import Registry
from pipeline_stack.workflows.switch import MOVING

# An hour until a slow start is over, one more for the stop (one minute a turn).
TURNS: Final = 120


class StopCandidate:
    """States that stop the version unless the live pointer, read now, names it; enter at `start`.

    A version still STARTING is awaited first, since it cannot be stopped. Whatever goes wrong here is
    left to the next run's reconciliation: the error that the operator reads stays the first one. A version
    that had to be stopped too often is set aside, see `failed_attempts`.
    - `moved`: where the run goes on if the live pointer was moved after all.
    - `end`: where it goes on in any other case, to fail.
    `calls` and `registry` build tasks whose failures lead here.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        ending: Ending,
        project: CustomLabelsProject,
        moved: sfn.IChainable,
        end: sfn.IChainable,
    ) -> None:
        wait = sfn.Wait.jsonata(
            scope,
            "Wait for the failed model",
            time=sfn.WaitTime.duration(Duration.minutes(1)),
            assign={"turns": "{% $turns + 1 %}"},
        )
        stop = ending.calls.rekognition(
            "Stop the failed model",
            action="stopProjectVersion",
            resources=[project.version_resource_arn],
            parameters={"ProjectVersionArn": unless_redriven("$described.arn")},
            assign={"ran": True},
            # The answer to an earlier attempt was lost: it is stopping.
            handled=[Handled(errors=[REKOGNITION_IN_USE], then=wait, assign={"ran": True})],
            during="stopping the failed model",
            tolerated=end,
        )
        stop.next(wait)
        stopped = count_attempt(scope, registry=ending.registry, then=end)
        where = (
            sfn.Choice.jsonata(scope, "Does the failed model still run?")
            .when(sfn.Condition.jsonata(f"{{% $turns >= {TURNS} %}}"), stopped)
            .when(sfn.Condition.jsonata(one_of(("RUNNING",))), stop)
            .when(sfn.Condition.jsonata(one_of(("STARTING", "STOPPING"))), wait)
            .otherwise(stopped)
        )
        describe = describe_version(
            "Where does the failed model stand?",
            calls=ending.calls,
            project=project,
            then=where,
            tolerated=end,
        )
        wait.next(describe)
        named = (
            sfn.Choice.jsonata(scope, "Is the failed model live after all?")
            # The switch took effect and only its answer was lost: there is nothing to give back.
            .when(sfn.Condition.jsonata(f"{{% $live.version = $version and $during = '{MOVING}' %}}"), moved)
            .when(sfn.Condition.jsonata("{% $live.version = $version %}"), end)
            .otherwise(describe)
        )
        pointer = read_live_pointer(
            "Read the live pointer again",
            registry=ending.registry,
            then=named,
            assign={"turns": 0},
            tolerated=end,
        )
        self.start: Final = pointer
        self.calls: Final = Calls(scope, failure=pointer)
        self.registry: Final = Registry(scope, calls=self.calls, table=ending.table)

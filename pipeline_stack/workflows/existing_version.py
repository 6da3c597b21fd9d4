"""The part of Training that asks whether the version of this set is already there.

`CreateProjectVersion` has no idempotency token: the name, which follows from the data, is the token.
"""

from __future__ import annotations

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.project import CustomLabelsProject
from pipeline_stack.workflows import names
from pipeline_stack.workflows.calls import Handled, unless_redriven
from pipeline_stack.workflows.candidate import ABSENT, TRAINED, describe_version, one_of
from pipeline_stack.workflows.ending import Ending

TURNS: Final = 60  # one minute each, for a deletion


class LookForVersion:
    """States that describe `$version` by name; enter at `start`.

    - `absent`: where the run goes on if it has to be made.
    - `present`: where it goes on if it trains, or was trained.
    A version whose training failed without a verdict on the data is deleted first: its name is needed.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        ending: Ending,
        project: CustomLabelsProject,
        absent: sfn.IChainable,
        present: sfn.IChainable,
    ) -> None:
        wait = sfn.Wait.jsonata(
            scope,
            "Wait for the deletion",
            time=sfn.WaitTime.duration(Duration.minutes(1)),
            assign={"turns": "{% $turns + 1 %}"},
        )
        stuck = ending.failure(
            "The failed version stays",
            error=names.VERSION_NOT_DELETED,
            cause="'The version ' & $version & ' of an earlier, failed training is ' & $described.status & "
            "' and could not be deleted within an hour; its name is needed to train again.'",
        )
        delete = ending.calls.rekognition(
            "Delete the failed version",
            action="deleteProjectVersion",
            resources=[project.version_resource_arn],
            parameters={"ProjectVersionArn": unless_redriven("$described.arn")},
            handled=[Handled(errors=[names.REKOGNITION_IN_USE, names.REKOGNITION_NOT_FOUND], then=wait)],
            during="deleting the version of a failed training",
        )
        delete.next(wait)
        there = (
            sfn.Choice.jsonata(scope, "Is the version there?")
            .when(sfn.Condition.jsonata(one_of((ABSENT,))), absent)
            .when(sfn.Condition.jsonata(one_of((*TRAINED, "TRAINING_IN_PROGRESS"))), present)
            .when(sfn.Condition.jsonata(f"{{% $turns >= {TURNS} %}}"), stuck)
            .when(sfn.Condition.jsonata(one_of(("DELETING",))), wait)
            .otherwise(delete)
        )
        describe = describe_version("Look for the version", calls=ending.calls, project=project, then=there)
        wait.next(describe)
        begin = sfn.Pass.jsonata(scope, "Begin to look", assign={"turns": 0})
        begin.next(describe)
        self.start: Final = begin

"""The part of Training that makes the project's TRAIN and TEST datasets hold this set of pictures.

No API removes an entry from a dataset, so both are deleted and made anew; a project has at most one of
each, which is why this happens under the training lock.
"""

from __future__ import annotations

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from pipeline_stack.workflows import names
from pipeline_stack.workflows.calls import Handled, unless_redriven
from pipeline_stack.workflows.dataset_ownership import DatasetOwnership
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.resources import PipelineResources
from pipeline_stack.workflows.result_rights import rights_to_read
from pipeline_stack.workflows.tagging import rights_to_tag, tags_parameter

# Half a minute a turn, an hour in all; the largest datasets take minutes.
TURN: Final = Duration.seconds(30)
TURNS: Final = 120

_DATASETS: Final = (
    "[$states.result.ProjectDescriptions[0].Datasets"
    ".{'type': DatasetType, 'arn': DatasetArn, 'status': Status, 'message': StatusMessage}]"
)
_BUSY: Final = "$datasets[status in ['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'DELETE_IN_PROGRESS']]"
_FAILED: Final = "$datasets[status != 'CREATE_COMPLETE']"


class RefreshDatasets:
    """States from "make the datasets" to "both are made of what we wrote"; enter at `start`, on to `then`.

    - `refused`: entered with `reason` and `refusedKinds` (TRAIN, TEST or both) assigned when Rekognition
      refuses a dataset; the reason may be the data or not.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        ending: Ending,
        resources: PipelineResources,
        refused: sfn.IChainable,
        then: sfn.IChainable,
    ) -> None:
        self._scope = scope
        self._ending = ending
        self._resources = resources
        self._ownership = DatasetOwnership(ending=ending) if resources.project.is_adopted else None

        too_late = ending.failure(
            "The datasets are not ready",
            error=names.DATASET_DEADLINE,
            cause="'Rekognition did not finish changing the datasets within an hour; they are now: ' & "
            "$join([$datasets.(type & ' ' & status)], ', ') & '.'",
        )
        note_refusal = sfn.Pass.jsonata(
            scope,
            "Note the refused dataset",
            assign={
                "reason": "{% $join([" + _FAILED + ".('The ' & type & ' dataset is ' & status & "
                "($exists(message) ? ': ' & message : ''))], ' ') %}",
                "refusedKinds": "{% [" + _FAILED + ".type] %}",
            },
        )
        note_refusal.next(refused)
        created = (
            sfn.Choice.jsonata(scope, "Are both datasets made?")
            .when(sfn.Condition.jsonata("{% $count(" + _FAILED + ") > 0 %}"), note_refusal)
            .otherwise(then)
        )
        # A dataset may be listed a moment after it was made.
        await_creation = self._await(
            "the new datasets", self._wait("the new datasets"), expected=2, settled=created, too_late=too_late
        )
        create = self._create("TRAIN", "train", self._create("TEST", "test", await_creation))

        await_deletion = self._wait("the old datasets")
        delete = ending.calls.rekognition(
            "Delete an old dataset",
            action="deleteDataset",
            resources=[resources.project.dataset_resource_arn],
            parameters={"DatasetArn": unless_redriven("$datasets[0].arn")},
            handled=[
                # Being changed or deleted already, or gone: the next look says which.
                Handled(errors=[names.REKOGNITION_IN_USE, names.REKOGNITION_NOT_FOUND], then=await_deletion)
            ],
            during="deleting an old dataset",
        )
        delete.next(await_deletion)
        empty = (
            sfn.Choice.jsonata(scope, "Are the old datasets gone?")
            .when(sfn.Condition.jsonata("{% $count($datasets) = 0 %}"), create)
            .otherwise(self._ownership.check(scope, then=delete) if self._ownership else delete)
        )
        begin = sfn.Pass.jsonata(scope, "Begin with the datasets", assign={"turns": 0})
        begin.next(
            self._await("the old datasets", await_deletion, expected=0, settled=empty, too_late=too_late)
        )
        self.start: Final = begin

    def _how_to_get_it_back(self) -> str:
        if self._resources.project.is_adopted:
            return "project_arn in cdk.json names it: choose another project, or none, and deploy."
        return "It is part of the stack: bring the stack back (make deploy with REVERT_DRIFT=1)."

    def _wait(self, what: str) -> sfn.Wait:
        return sfn.Wait.jsonata(
            self._scope,
            f"Wait for {what}",
            time=sfn.WaitTime.duration(TURN),
            assign={"turns": "{% $turns + 1 %}"},
        )

    def _await(
        self,
        what: str,
        wait: sfn.Wait,
        *,
        expected: int,
        settled: sfn.IChainable,
        too_late: sfn.IChainable,
    ) -> sfn.IChainable:
        """A loop that reads the project's datasets until none is being changed and `expected` are there."""
        changing = f"($count({_BUSY}) > 0 or $count($datasets) < {expected})"
        missing = self._ending.failure(
            f"The project is missing (at {what})",
            error=names.PROJECT_MISSING,
            cause=f"'Rekognition has no project named {self._resources.project.project_name}. "
            f"{self._how_to_get_it_back()}'",
        )
        look = self._ending.calls.rekognition(
            f"Look at {what}",
            action="describeProjects",
            # DescribeProjects knows no resource-level permission (Service Authorization Reference).
            resources=["*"],
            parameters={"ProjectNames": [self._resources.project.project_name]},
            assign={
                "found": "{% $count($states.result.ProjectDescriptions) > 0 %}",
                "datasets": f"{{% {_DATASETS} %}}",
            },
            during=f"looking at {what}",
        )
        wait.next(look)
        look.next(
            sfn.Choice.jsonata(self._scope, f"Have {what} settled?")
            .when(sfn.Condition.jsonata("{% $found = false %}"), missing)
            .when(
                sfn.Condition.jsonata(f"{{% {changing} and $turns >= {TURNS} %}}"),
                too_late,
            )
            .when(sfn.Condition.jsonata(f"{{% {changing} %}}"), wait)
            .otherwise(settled)
        )
        return look

    def _create(self, kind: str, side: str, then: sfn.IChainable) -> tasks.CallAwsService:
        bucket = self._resources.bucket
        create = self._ending.calls.rekognition(
            f"Create the {kind} dataset",
            action="createDataset",
            resources=[self._resources.project.project_resource_arn],
            parameters={
                "ProjectArn": self._resources.project.project_arn,
                "DatasetType": unless_redriven(f"'{kind}'"),
                "DatasetSource": {
                    "GroundTruthManifest": {
                        "S3Object": {
                            "Bucket": bucket.bucket_name,
                            "Name": f"{{% $measured.manifests.{side} %}}",
                        }
                    }
                },
                **tags_parameter(self._resources.tags),
            },
            extra_statements=[
                *rights_to_read(bucket, self._resources.bucket_key),
                *self._resources.data.as_rekognition(),
                *rights_to_tag(self._resources.tags, self._resources.project.project_resource_arn),
            ],
            assign=DatasetOwnership.MADE if self._ownership else None,
            # The answer to an earlier attempt was lost: it is being made.
            handled=[Handled(errors=[names.REKOGNITION_EXISTS], then=then)],
            during=f"creating the {kind} dataset",
        )
        create.next(self._ownership.remember(kind, then=then) if self._ownership else then)
        return create

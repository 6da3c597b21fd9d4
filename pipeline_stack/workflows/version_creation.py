"""The part of Training that asks Rekognition to train the version."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import messages, names
from pipeline_stack.workflows.calls import Handled, unless_redriven
from pipeline_stack.workflows.candidate import ABSENT, describe_version, one_of
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.resources import PipelineResources
from pipeline_stack.workflows.result_rights import key_parameter, rights_to_write
from pipeline_stack.workflows.tagging import rights_to_tag, tags_parameter

# What people see of a version in the console. Rekognition takes 255 characters of few kinds: see
# `training_options`, where a text of the customer's own is checked.
_DESCRIPTION: Final = (
    "{% $string($measured.pictures.total) & ' pictures, ' & $string($measured.new_pictures) & ' new, set ' & "
    "$substring($measured.digest, 0, 16) %}"
)


class CreateVersion:
    """States that register the version and ask Rekognition to train it; enter at `start`.

    The record is written first: whatever happens to the call, a later run knows of the version.
    - `begun`: where the run goes on once Rekognition trains.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        pipeline: str,
        ending: Ending,
        resources: PipelineResources,
        begun: sfn.IChainable,
        existing: sfn.IChainable,
    ) -> None:
        project, results = resources.project, resources.results
        no_slot = ending.outcome(
            "Wait for a training slot",
            outcome="waiting_for_capacity",
            subject=messages.subject(pipeline, "'no free training slot'"),
            message=messages.message(
                "'Rekognition would not begin another training: ' & $refusal",
                "'Nothing was paid. The next check tries again; a forced run is to be started again. "
                "An account trains at most two models at a time and keeps 100 in a project, unless AWS "
                "raised these quotas.'",
            ),
            report="{'version': $version, 'reason': 'Rekognition would not begin another training: "
            "' & $refusal}",
        )
        # An earlier attempt, its answer lost, may be what took the last slot.
        began = describe_version(
            "Did it begin after all?",
            calls=ending.calls,
            project=project,
            then=sfn.Choice.jsonata(scope, "Does it train after all?")
            .when(sfn.Condition.jsonata(one_of((ABSENT,))), no_slot)
            .otherwise(existing),
        )
        create = ending.calls.rekognition(
            "Train the version",
            action="createProjectVersion",
            resources=[project.project_resource_arn],
            parameters={
                "ProjectArn": project.project_arn,
                "VersionName": unless_redriven("$version"),
                "OutputConfig": {
                    "S3Bucket": results.bucket.bucket_name,
                    "S3KeyPrefix": f"{{% '{results.prefix}' & $version %}}",
                },
                "VersionDescription": resources.version_description or _DESCRIPTION,
                **key_parameter(results),
                **tags_parameter(resources.tags),
            },
            extra_statements=[
                *rights_to_write(results),
                *rights_to_tag(resources.tags, project.project_resource_arn),
            ],
            handled=[
                Handled(errors=[names.REKOGNITION_IN_USE], then=existing),
                Handled(
                    errors=[names.REKOGNITION_LIMIT, names.REKOGNITION_QUOTA],
                    then=began,
                    assign={"refusal": "{% $states.errorOutput.Cause %}"},
                ),
            ],
            during="asking Rekognition to train the model",
        )
        create.next(begun)
        self.start: Final = create

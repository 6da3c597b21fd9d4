"""Looking at one version of the project: where does it stand?"""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks

from pipeline_stack.project import CustomLabelsProject
from pipeline_stack.workflows import names
from pipeline_stack.workflows.calls import Calls, Handled

ABSENT: Final = "ABSENT"  # ours, for "there is no such version"

# Trained, so it can be judged. FAILED means that hosting failed, not training.
TRAINED: Final = ("TRAINING_COMPLETED", "STARTING", "RUNNING", "STOPPING", "STOPPED", "FAILED")
# StartProjectVersion takes a version from here. FAILED is not documented either way: we ask, and tell.
STARTABLE: Final = ("TRAINING_COMPLETED", "STOPPED", "FAILED")

# The filter takes names. For an unknown name AWS does not say whether it returns nothing or an error:
# both mean absent here. Undefined members are left out of the object.
_DESCRIBED: Final = (
    "$exists($states.result.ProjectVersionDescriptions[0]) ? "
    "$states.result.ProjectVersionDescriptions[0].{"
    "'status': Status, 'arn': ProjectVersionArn, 'message': StatusMessage, "
    "'f1': EvaluationResult.F1Score, 'summary': EvaluationResult.Summary.S3Object, "
    "'tested': TestingDataResult.Output.Assets[0].GroundTruthManifest.S3Object, "
    "'created_at': CreationTimestamp, 'ended_at': TrainingEndTimestamp, "
    "'billed_seconds': BillableTrainingTimeInSeconds, 'units': MinInferenceUnits, "
    "'most_units': $exists(MaxInferenceUnits) ? MaxInferenceUnits : 0, "
    # Where Rekognition marks what it found wrong; absent where it did not get as far as the content.
    "'files': {'summary': ManifestSummary.S3Object, "
    "'training': TrainingDataResult.Validation.Assets[0].GroundTruthManifest.S3Object, "
    "'testing': TestingDataResult.Validation.Assets[0].GroundTruthManifest.S3Object}} "
    ": {'status': '" + ABSENT + "'}"
)


def one_of(statuses: tuple[str, ...], variable: str = "$described.status") -> str:
    """A condition: the status is one of these."""
    return "{% " + variable + " in [" + ", ".join(f"'{status}'" for status in statuses) + "] %}"


def describe_version(
    name: str,
    *,
    calls: Calls,
    project: CustomLabelsProject,
    then: sfn.IChainable,
    failure: sfn.IChainable | None = None,
    tolerated: sfn.IChainable | None = None,
    version: str = "$version",
    variable: str = "described",
) -> tasks.CallAwsService:
    """A task that fills `described` with the state of version `$version`; goes on to `then`."""
    task = calls.rekognition(
        name,
        action="describeProjectVersions",
        resources=[project.project_resource_arn],
        parameters={"ProjectArn": project.project_arn, "VersionNames": [f"{{% {version} %}}"]},
        assign={variable: f"{{% {_DESCRIBED} %}}"},
        handled=[
            Handled(errors=[names.REKOGNITION_NOT_FOUND], then=then, assign={variable: {"status": ABSENT}})
        ],
        during="describing the model",
        failure=failure,
        tolerated=tolerated,
    )
    task.next(then)
    return task

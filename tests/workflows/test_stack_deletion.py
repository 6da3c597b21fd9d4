"""A stack is deleted with CloudFormation alone: what the pipeline started stops, and what it made goes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.deployment import DeploymentError, deploy_assembly
from tests.workflows.conftest import STACK, TRAINING_SECONDS
from tests.workflows.deletion import (
    CUSTOM,
    Deletion,
    give_up_after,
    is_gone,
    make_invocations_short,
    remove_pictures,
    start_a_training,
    until,
)
from tests.workflows.operator import Operator
from tests.workflows.optional import datasets, synthesised_with
from tests.workflows.releases import Template, changed_assembly


@pytest.fixture
def deletion(stocked: Operator) -> Deletion:
    """Of a stack with pictures, whose bucket CloudFormation does not delete unless a test empties it."""
    return Deletion(stocked)


def statuses(operator: Operator) -> list[str]:
    return [operator.description(each["executionArn"])["status"] for each in operator.executions("Training")]


def test_running_models_versions_datasets_and_project_go_before_all_else(deletion: Deletion) -> None:
    operator = deletion.operator
    assert operator.run()["outcome"] == "deployed"
    operator.upload_fruits(count=10, first=20)
    assert operator.run()["outcome"] == "deployed"
    assert sorted(operator.versions().values()) == ["RUNNING", "STOPPED"]
    made = datasets(operator)
    remove_pictures(operator)

    assert deletion.carry_out() == "DELETE_COMPLETE"

    assert is_gone(operator)
    calls = [call for call in operator.aws.calls() if "TakeDown" in call["caller"] and not call["error"]]
    changing = ("StopProjectVersion", "DeleteProjectVersion", "DeleteDataset")
    changes = [call["operation"] for call in calls if call["operation"] in changing]
    assert changes.index("StopProjectVersion") < len(changes) - 3
    assert changes[-3:] == ["DeleteProjectVersion", "DeleteDataset", "DeleteDataset"]
    assert len(made) == 2
    events = [event for event in deletion.events() if event["ResourceStatus"].startswith("DELETE_")]
    assert [event["ResourceStatus"] for event in events if event["ResourceType"] == CUSTOM] == [
        "DELETE_IN_PROGRESS",
        "DELETE_COMPLETE",
    ]
    assert [event["ResourceType"] for event in events[1:3]] == [CUSTOM, CUSTOM]


def test_pictures_are_for_people_to_delete(deletion: Deletion) -> None:
    operator = deletion.operator
    assert operator.run()["outcome"] == "deployed"

    assert deletion.carry_out() == "DELETE_FAILED"

    assert is_gone(operator)
    assert deletion.is_done_but_for_the_bucket()
    remove_pictures(operator)
    assert deletion.carry_out() == "DELETE_COMPLETE"


def test_a_pipeline_that_made_nothing_is_deleted_at_once(operator: Operator) -> None:
    deletion = Deletion(operator)

    assert deletion.carry_out() == "DELETE_COMPLETE"

    assert is_gone(operator)
    assert operator.calls("StopProjectVersion") == []


def test_a_starting_model_is_awaited_and_stopped(deletion: Deletion) -> None:
    operator = deletion.operator
    version = operator.run()["version"]
    arn = operator.version_arn(version)
    rekognition = operator.aws.client("rekognition")
    rekognition.stop_project_version(ProjectVersionArn=arn)
    operator.until_status(version, "STOPPED")
    remove_pictures(operator)
    rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)

    assert deletion.carry_out() == "DELETE_COMPLETE"

    assert is_gone(operator)


def test_a_model_that_a_run_is_about_to_start_is_stopped_too(deletion: Deletion) -> None:
    operator = deletion.operator
    operator.start()
    until(lambda: bool(operator.calls("StartProjectVersion")))

    deletion.carry_out()

    assert deletion.is_done_but_for_the_bucket()
    assert is_gone(operator)
    assert operator.executions("Deployment", statusFilter="RUNNING") == []


def test_a_training_that_ends_in_time_is_awaited(deletion: Deletion) -> None:
    operator = deletion.operator
    start_a_training(operator)

    deletion.begin()
    deletion.until_waiting()
    assert deletion.status() == "DELETE_IN_PROGRESS"
    operator.aws.rekognition(hold_trainings=False)
    deletion.end()

    assert deletion.is_done_but_for_the_bucket()
    assert is_gone(operator)


def test_a_training_that_lasts_longer_fails_the_deletion_with_the_reason_and_a_second_one_works(
    deletion: Deletion,
) -> None:
    operator = deletion.operator
    live = operator.run()["version"]
    version = start_a_training(operator)
    give_up_after(operator, minutes="0")

    # Each deletion has one look, and so goes one step further.
    until(lambda: deletion.carry_out() == "DELETE_FAILED" and live not in operator.versions())

    reason = deletion.reason()
    assert reason.startswith(
        "Received response status [FAILED] from custom resource. Message returned: "
        f"Project {STACK} cannot be deleted yet. Model version {version} is in training since 20"
    )
    assert "Rekognition has no way to cancel a training, which can last 24 hours and is billed" in reason
    assert "Delete the stack again when the training has ended: it goes on from what is left." in reason
    # All other models are gone, and nothing else is.
    assert operator.versions() == {version: "TRAINING_IN_PROGRESS"}
    assert statuses(operator) == ["ABORTED", "SUCCEEDED"]
    assert operator.training_rule()["State"] == "DISABLED"
    assert operator.item("pointer", "live") is not None

    operator.aws.rekognition(hold_trainings=False)
    operator.until_status(version, "TRAINING_COMPLETED")
    remove_pictures(operator)
    give_up_after(operator, minutes="55")
    assert deletion.carry_out() == "DELETE_COMPLETE"
    assert is_gone(operator)


def test_what_is_started_meanwhile_is_stopped_and_told_to_nobody(deletion: Deletion) -> None:
    operator = deletion.operator
    start_a_training(operator)
    deletion.begin()
    deletion.until_waiting()

    started = [operator.start(), operator.start("Deployment", reconcile=True), operator.start("Settings")]
    for execution in started:
        operator.finished(execution)
    operator.aws.rekognition(hold_trainings=False)

    deletion.end()

    assert deletion.is_done_but_for_the_bucket()
    assert is_gone(operator)
    assert operator.messages() == []


@pytest.mark.parametrize("held", ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"])
def test_a_dataset_goes_whether_it_is_ready_or_being_made(deletion: Deletion, held: str) -> None:
    operator = deletion.operator
    operator.run()
    arn = operator.project_arn()
    rekognition = operator.aws.client("rekognition")
    for each in datasets(operator).values():
        rekognition.delete_dataset(DatasetArn=each)
    until(lambda: datasets(operator) == {})
    rekognition.create_dataset(ProjectArn=arn, DatasetType="TRAIN")
    if held == "CREATE_COMPLETE":
        until(
            lambda: (
                held
                == rekognition.describe_dataset(DatasetArn=datasets(operator)["TRAIN"])["DatasetDescription"][
                    "Status"
                ]
            )
        )
    remove_pictures(operator)

    assert deletion.carry_out() == "DELETE_COMPLETE"

    assert is_gone(operator)


THROTTLES = {
    "cloudformation": ("Throttling", "DescribeStacks"),
    "events": ("ThrottlingException", "DisableRule"),
    "stepfunctions": ("ThrottlingException", "ListExecutions", "StopExecution"),
    "rekognition": (
        "ThrottlingException",
        "DescribeProjects",
        "DescribeProjectVersions",
        "StopProjectVersion",
        "DeleteProjectVersion",
        "DeleteDataset",
    ),
}


def test_throttles_of_every_call_only_take_time(deletion: Deletion) -> None:
    operator = deletion.operator
    operator.run()
    start_a_training(operator)
    # More than boto3 tries by itself.
    operator.aws.faults(
        [
            {
                "service": service,
                "operation": operation,
                "error": error,
                "times": 12,
                "caller": "TakeDown",
            }
            for service, (error, *operations) in THROTTLES.items()
            for operation in operations
        ]
    )

    deletion.begin()
    until(lambda: operator.executions("Training", statusFilter="RUNNING") == [])
    operator.aws.rekognition(hold_trainings=False)
    deletion.end()

    assert deletion.is_done_but_for_the_bucket()
    assert is_gone(operator)


def test_a_refused_call_fails_the_deletion_with_its_reason(deletion: Deletion) -> None:
    operator = deletion.operator
    version = operator.run()["version"]
    operator.aws.faults(
        [
            {
                "service": "rekognition",
                "operation": "StopProjectVersion",
                "error": "AccessDeniedException",
                "times": 1,
                "caller": "TakeDown",
            }
        ]
    )
    remove_pictures(operator)

    assert deletion.carry_out() == "DELETE_FAILED"

    assert "AWS refused a call: AccessDeniedException to StopProjectVersion" in deletion.reason()
    assert operator.versions() == {version: "RUNNING"}
    assert deletion.carry_out() == "DELETE_COMPLETE"
    assert is_gone(operator)


def test_an_invocation_that_is_nearly_over_lets_another_go_on(deletion: Deletion) -> None:
    operator = deletion.operator
    start_a_training(operator)
    make_invocations_short(operator)

    deletion.begin()
    deletion.until_handed_over()
    assert deletion.status() == "DELETE_IN_PROGRESS"
    operator.aws.rekognition(hold_trainings=False)
    deletion.end()

    assert deletion.is_done_but_for_the_bucket()
    assert is_gone(operator)


def without_custom_resource(template: Template) -> None:
    resources = template["Resources"]
    for name in [name for name, found in resources.items() if found["Type"] == CUSTOM]:
        del resources[name]


def broken(template: Template) -> None:
    """A resource that cannot be made, after all others."""
    resources = template["Resources"]
    wrong = {"Type": "String", "Value": "ten", "AllowedPattern": "^[0-9]+$", "Name": "/broken"}
    resources["Broken"] = {"Type": "AWS::SSM::Parameter", "Properties": wrong, "DependsOn": list(resources)}


def test_a_release_without_the_custom_resource_leaves_the_models_alone(
    deletion: Deletion, assembly: Path, tmp_path: Path
) -> None:
    operator = deletion.operator
    version = operator.run()["version"]
    release = changed_assembly(assembly, tmp_path, without_custom_resource)

    deploy_assembly(aws=operator.aws, assembly_dir=release, stack_name=STACK)

    (asked,) = [call for call in operator.calls("DescribeStacks") if "TakeDown" in call["caller"]]
    assert asked
    assert operator.versions() == {version: "RUNNING"}
    assert len(datasets(operator)) == 2
    assert operator.training_rule()["State"] == "ENABLED"


def test_a_release_that_brings_the_custom_resource_and_is_rolled_back_leaves_the_models_alone(
    deletion: Deletion, assembly: Path, tmp_path: Path
) -> None:
    operator = deletion.operator
    version = operator.run()["version"]
    (tmp_path / "former").mkdir()
    (tmp_path / "next").mkdir()
    former = changed_assembly(assembly, tmp_path / "former", without_custom_resource)
    deploy_assembly(aws=operator.aws, assembly_dir=former, stack_name=STACK)

    with pytest.raises(DeploymentError, match="UPDATE_ROLLBACK_COMPLETE"):
        deploy_assembly(
            aws=operator.aws,
            assembly_dir=changed_assembly(assembly, tmp_path / "next", broken),
            stack_name=STACK,
        )

    assert operator.versions() == {version: "RUNNING"}
    assert operator.training_rule()["State"] == "ENABLED"


def test_a_creation_that_fails_is_rolled_back(deletion: Deletion, assembly: Path, tmp_path: Path) -> None:
    operator = deletion.operator
    remove_pictures(operator)
    assert deletion.carry_out() == "DELETE_COMPLETE"

    with pytest.raises(DeploymentError, match="ROLLBACK_COMPLETE"):
        deploy_assembly(
            aws=operator.aws, assembly_dir=changed_assembly(assembly, tmp_path, broken), stack_name=STACK
        )

    assert is_gone(operator)


@pytest.fixture(scope="module")
def retaining(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("retaining")
    return synthesised_with({"removal_policy": "retain"}, name="retaining", folder=folder)


@pytest.fixture
def kept(shared_aws: Any, retaining: Path) -> Operator:
    """An operator of a pipeline whose data outlives it."""
    shared_aws.reset()
    shared_aws.rekognition(training_seconds=TRAINING_SECONDS)
    outputs = deploy_assembly(aws=shared_aws, assembly_dir=retaining, stack_name="TrainingPipeline-retaining")
    operator = Operator(aws=shared_aws, outputs=outputs)
    operator.upload_fruits()
    return operator


def test_retained_versions_and_datasets_stay_and_nothing_runs(kept: Operator) -> None:
    version = kept.run()["version"]
    made = datasets(kept)

    assert Deletion(kept).carry_out() == "DELETE_COMPLETE"

    assert kept.versions() == {version: "STOPPED"}
    assert datasets(kept) == made
    kept.aws.client("s3").head_bucket(Bucket=kept.outputs["BucketName"])
    assert kept.item("version", version) is not None


def test_a_training_ends_before_the_rights_go_with_which_it_writes_what_is_retained(kept: Operator) -> None:
    version = start_a_training(kept)
    deletion = Deletion(kept)

    deletion.begin()
    deletion.until_waiting()
    kept.aws.rekognition(hold_trainings=False)

    assert deletion.end() == "DELETE_COMPLETE"
    assert kept.versions() == {version: "TRAINING_COMPLETED"}


def test_a_retaining_pipeline_whose_creation_fails_leaves_no_project_in_the_way(
    kept: Operator, retaining: Path
) -> None:
    name = "TrainingPipeline-retaining"
    assert Deletion(kept).carry_out() == "DELETE_COMPLETE"
    rekognition = kept.aws.client("rekognition")
    rekognition.delete_project(ProjectArn=kept.project_arn())
    until(lambda: is_gone(kept))
    template = json.loads((retaining / f"{name}.template.json").read_text())
    broken(template)
    cloudformation = kept.aws.client("cloudformation")
    kept.aws.client("s3").put_object(
        Bucket=kept.outputs["BucketName"], Key="broken.json", Body=json.dumps(template).encode()
    )
    cloudformation.create_stack(
        StackName=name,
        TemplateURL=f"{kept.aws.endpoint_url}/{kept.outputs['BucketName']}/broken.json",
        Capabilities=["CAPABILITY_IAM"],
    )
    until(
        lambda: (
            cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == "ROLLBACK_COMPLETE"
        )
    )

    assert is_gone(kept)
    with pytest.raises(ClientError, match="does not exist"):
        cloudformation.describe_stacks(StackName="no-such-stack")

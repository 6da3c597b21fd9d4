"""The order and the refusals of taking a stack down."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.unit.tools.fake_cloudformation import FakeCloudFormation
from tests.unit.tools.fake_rekognition import PROJECT, FakeRekognition
from tools.model_removal import ModelRemoval, RemovalError
from tools.stack_removal import Clients, StackRemoval

DEFINITION = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 9, "End": True}}}
BUCKET = "pictures"


class Account:
    """An account with the stack in it, and a log of what the removal did, in order."""

    def __init__(self) -> None:
        session = boto3.Session(region_name="us-east-1")
        self.cloudformation = FakeCloudFormation(stack=PROJECT)
        self.s3 = session.client("s3")
        self.events = session.client("events")
        self.stepfunctions = session.client("stepfunctions")
        self.rekognition = FakeRekognition(versions={"set-1": "RUNNING"})
        self.log = list[str]()

    def deploy(self, *, bucket_policy: str = "Delete", is_protected: bool = False) -> None:
        """With two versions of a picture and a delete marker in the bucket."""
        self.events.put_rule(Name="rule", ScheduleExpression="rate(10 hours)", State="ENABLED")
        machine = self.stepfunctions.create_state_machine(
            name="Training",
            definition=json.dumps(DEFINITION),
            roleArn="arn:aws:iam::123456789012:role/unknown",
        )["stateMachineArn"]
        self.s3.create_bucket(Bucket=BUCKET)
        self.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        for body in (b"1", b"2"):
            self.s3.put_object(Bucket=BUCKET, Key="images_labeled_by_folder/cat/1.png", Body=body)
        self.s3.delete_object(Bucket=BUCKET, Key="images_labeled_by_folder/cat/1.png")
        self.cloudformation.is_protected = is_protected
        self.cloudformation.resources = [
            ("AWS::Events::Rule", "rule", ""),
            ("AWS::StepFunctions::StateMachine", machine, "Delete"),
            ("AWS::S3::Bucket", BUCKET, bucket_policy),
        ]

    def removal(self) -> StackRemoval:
        rekognition: Any = self.rekognition
        cloudformation: Any = self.cloudformation
        clients = Clients(
            cloudformation=cloudformation,
            events=self.events,
            rekognition=rekognition,
            s3=self.s3,
            stepfunctions=self.stepfunctions,
        )
        models = ModelRemoval(
            rekognition=rekognition,
            project_name=PROJECT,
            report=self.log.append,
            sleep=self.rekognition.time_passes,
        )
        return StackRemoval(
            stack_name=PROJECT,
            clients=clients,
            models=models,
            delete_stack=self._delete_stack,
            report=self.log.append,
        )

    def _delete_stack(self) -> None:
        self.cloudformation.resources = []
        self.log.append("cdk destroy")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield Account()


def test_everything_goes_models_first_and_the_stack_last(account: Account) -> None:
    account.deploy()
    removal = account.removal()
    removal.carry_out(removal.plan(keeps_data=False))
    assert account.log == [
        "Model version set-1: RUNNING",
        "Model version set-1: STOPPED",
        "Model version set-1 is gone",
        f"Bucket {BUCKET}: 3 object versions deleted",
        f"Bucket {BUCKET} is empty (3 object versions deleted)",
        f"Deleting stack {PROJECT}",
        "cdk destroy",
    ]
    assert "Versions" not in account.s3.list_object_versions(Bucket=BUCKET)


def test_nothing_starts_anew_while_models_are_removed(account: Account) -> None:
    account.deploy()
    machine = account.stepfunctions.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    execution = account.stepfunctions.start_execution(stateMachineArn=machine)["executionArn"]
    seen = list[str]()

    def look_at_the_rest(seconds: float) -> None:
        account.rekognition.time_passes(seconds)
        rules = account.events.list_rules()["Rules"]
        status = account.stepfunctions.describe_execution(executionArn=execution)["status"]
        seen.append(f"{rules[0]['State']} {status}")

    removal = account.removal()
    object.__setattr__(removal.models, "sleep", look_at_the_rest)
    removal.carry_out(removal.plan(keeps_data=False))
    assert set(seen) == {"DISABLED ABORTED"}


def test_a_kept_bucket_keeps_its_pictures_and_is_named_in_the_plan(account: Account) -> None:
    account.deploy(bucket_policy="Retain")
    removal = account.removal()
    plan = removal.plan(keeps_data=True)
    removal.carry_out(plan)
    assert plan.kept_lines() == [f"AWS::S3::Bucket {BUCKET}"]
    assert len(account.s3.list_object_versions(Bucket=BUCKET)["Versions"]) == 2


def test_pictures_are_safe_when_cdk_json_and_the_deployed_stack_disagree(account: Account) -> None:
    account.deploy(bucket_policy="Delete")
    with pytest.raises(RemovalError, match="Deploy first"):
        account.removal().plan(keeps_data=True)


def test_a_protected_stack_is_refused_before_any_model_is_touched(account: Account) -> None:
    account.deploy(is_protected=True)
    with pytest.raises(RemovalError, match="termination_protection"):
        account.removal().plan(keeps_data=False)
    assert account.rekognition.versions == {"set-1": "RUNNING"}


def test_a_project_left_without_its_stack_is_removed_too(account: Account) -> None:
    removal = account.removal()
    plan = removal.plan(keeps_data=False)
    assert plan.lines() == ["model version set-1 (RUNNING)"]
    removal.carry_out(plan)
    assert not account.rekognition.exists


def test_a_second_removal_finds_nothing(account: Account) -> None:
    account.deploy()
    removal = account.removal()
    removal.carry_out(removal.plan(keeps_data=False))
    account.rekognition.exists = False
    assert removal.plan(keeps_data=False).is_nothing

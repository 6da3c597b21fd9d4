"""Taking down a stack whose project people made: only what the pipeline made goes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from lambdas.take_down.adopted_project import Made, made_by_pipeline
from lambdas.take_down.project import ProjectContents
from tests.unit.tools.fake_cloudformation import FakeCloudFormation
from tests.unit.tools.fake_rekognition import PROJECT, FakeRekognition
from tools.destroy import models_for
from tools.model_removal import ModelRemoval
from tools.stack_removal import Clients, Plan
from tools.stack_survey import survey

TABLE = "registry"
STACK = "TrainingPipeline-dev"
PROJECT_ARN = f"arn:aws:rekognition:us-east-1:123456789012:project/{PROJECT}/1700000000000"


class Adopted:
    """An account with a project that holds what people made and what the pipeline made."""

    def __init__(self) -> None:
        self.cloudformation = FakeCloudFormation(
            stack=STACK,
            resources=[("AWS::DynamoDB::Table", TABLE, "Delete")],
            outputs={"ProjectName": PROJECT},
        )
        self.rekognition = FakeRekognition(
            versions={"theirs": "RUNNING", "deployed-by-hand": "RUNNING", "set-1": "RUNNING"},
            datasets=["TRAIN", "TEST"],
        )
        self.dynamodb = boto3.client("dynamodb", region_name="us-east-1")
        keys = ("kind", "name")
        self.dynamodb.create_table(
            TableName=TABLE,
            KeySchema=[
                {"AttributeName": "kind", "KeyType": "HASH"},
                {"AttributeName": "name", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            BillingMode="PAY_PER_REQUEST",
        )
        self.put("version", "set-1", registered_at="2026-11-21T12:00:00.000Z")
        self.put("version", "set-gone", registered_at="2026-11-20T12:00:00.000Z")
        self.put("version", "deployed-by-hand", outcome="deployed")
        self.put("pointer", "datasets", TRAIN="arn:TRAIN", TEST="arn:older")

    def put(self, kind: str, name: str, **attributes: str) -> None:
        item = {key: {"S": value} for key, value in {"kind": kind, "name": name, **attributes}.items()}
        self.dynamodb.put_item(TableName=TABLE, Item=item)

    def models(self, *, project_arn: str | None = PROJECT_ARN) -> ModelRemoval:
        cloudformation: Any = self.cloudformation
        rekognition: Any = self.rekognition
        unused: Any = None
        clients = Clients(
            cloudformation=cloudformation,
            events=unused,
            rekognition=rekognition,
            s3=unused,
            stepfunctions=unused,
        )
        models = models_for(clients, self.dynamodb, STACK, project_arn=project_arn)
        return replace(models, sleep=self.rekognition.time_passes, report=lambda _line: None)

    def plan(self) -> Plan:
        cloudformation: Any = self.cloudformation
        return Plan(stack=survey(cloudformation, STACK), project=self.models().look())


@pytest.fixture
def adopted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Adopted]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield Adopted()


def test_only_what_the_registry_says_that_the_pipeline_made_is_deleted(adopted: Adopted) -> None:
    models = adopted.models()
    contents = models.look()
    assert contents is not None
    assert (contents.versions, contents.datasets) == ({"set-1": "RUNNING"}, {"TRAIN": "arn:TRAIN"})

    adopted.put("pointer", "datasets")  # the fake lets no dataset go before the last version
    models.remove_all()

    assert adopted.rekognition.calls == ["stop set-1", "delete set-1"]
    assert adopted.rekognition.versions == {"theirs": "RUNNING", "deployed-by-hand": "RUNNING"}
    assert adopted.rekognition.datasets == ["TRAIN", "TEST"]


def test_datasets_that_the_pipeline_made_go_although_people_s_versions_stay(adopted: Adopted) -> None:
    adopted.rekognition.versions = {}
    adopted.models().remove_all()

    assert adopted.rekognition.calls == ["delete arn:TRAIN"]
    assert adopted.rekognition.datasets == ["TEST"]


def test_the_project_itself_is_never_deleted(adopted: Adopted) -> None:
    adopted.rekognition.versions, adopted.rekognition.datasets = {}, []
    models = adopted.models()

    assert models.look() is None
    models.delete_project(ProjectContents(arn="arn:p", versions={}, version_arns={}, datasets={}))
    assert adopted.rekognition.exists


def test_the_plan_says_what_stays(adopted: Adopted) -> None:
    plan = adopted.plan()

    assert "model version theirs (RUNNING)" not in plan.lines()
    assert "model version set-1 (RUNNING)" in plan.lines()
    assert plan.kept_lines() == [
        f"Rekognition project {PROJECT}, and the models and datasets in it that this pipeline did not make"
    ]


def test_once_the_stack_is_gone_nothing_of_the_project_is_taken_for_a_leftover(adopted: Adopted) -> None:
    adopted.cloudformation.resources = []

    assert adopted.plan().is_nothing


def test_a_project_of_the_stack_s_own_is_emptied_whatever_cdk_json_says_by_now(adopted: Adopted) -> None:
    adopted.cloudformation.resources.append(("AWS::Rekognition::Project", PROJECT, "Delete"))
    contents = adopted.models().look()

    assert contents is not None
    assert set(contents.versions) == {"theirs", "deployed-by-hand", "set-1"}
    assert adopted.plan().kept_lines() == []


def test_an_adopted_project_is_left_alone_although_cdk_json_names_it_no_more(adopted: Adopted) -> None:
    contents = adopted.models(project_arn=None).look()

    assert contents is not None
    assert set(contents.versions) == {"set-1"}


def test_where_the_registry_is_kept_our_models_are_stopped_and_stay(adopted: Adopted) -> None:
    adopted.cloudformation.resources = [("AWS::DynamoDB::Table", TABLE, "Retain")]
    adopted.models().remove_all()

    assert adopted.rekognition.calls == ["stop set-1"]
    assert adopted.rekognition.versions["set-1"] == "STOPPED"
    assert adopted.rekognition.versions["theirs"] == "RUNNING"
    assert adopted.rekognition.datasets == ["TRAIN", "TEST"]


def test_a_project_that_the_stack_keeps_keeps_its_versions_and_the_plan_says_so(adopted: Adopted) -> None:
    adopted.cloudformation.resources = [("AWS::Rekognition::Project", PROJECT, "RetainExceptOnCreate")]
    cloudformation: Any = adopted.cloudformation
    models = adopted.models(project_arn=None)
    plan = Plan(
        stack=survey(cloudformation, STACK), project=models.look(), keeps_models=models.keeps_contents
    )

    assert "model version set-1 (RUNNING), which does not go on but stays" in plan.lines()
    assert plan.kept_lines() == [f"AWS::Rekognition::Project {PROJECT}"]


@pytest.mark.parametrize("table", [None, "no-such-table"])
def test_without_its_registry_nothing_is_the_pipeline_s(adopted: Adopted, table: str | None) -> None:
    assert made_by_pipeline(adopted.dynamodb, table) == Made()

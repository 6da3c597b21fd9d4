"""A pipeline in a project that people made: what they made there comes to no harm."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lambdas.take_down.adopted_project import made_by_pipeline
from local_aws.deployment import deploy_assembly
from local_aws.launcher import LocalAws
from tests.unit.local_aws.rekognition.fakes import line
from tests.workflows.conftest import TRAINING_SECONDS
from tests.workflows.deletion import Deletion, remove_pictures
from tests.workflows.operator import PATIENCE_SECONDS, Operator
from tests.workflows.optional import datasets, synthesised_with
from tests.workflows.pictures import fruits
from tools.model_removal import ModelRemoval

PROJECT = "peoples-own"
CREATED = "1111111111111"
"""In place of the time that the project's ARN ends in, which nobody knows before it is made."""
BUCKET = "people-s-pictures"
PROJECT_ARN = f"arn:aws:rekognition:us-east-1:000000000000:project/{PROJECT}/{CREATED}"


@pytest.fixture(scope="module")
def adopted_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("adopted")
    settings = {
        "project_arn": PROJECT_ARN,
        "data_projects": [PROJECT],
        "data_locations": [f"s3://{BUCKET}/"],
    }
    return synthesised_with(settings, name="adopted", folder=folder)


class People:
    """Those who worked in the project before the pipeline came, by the console."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.rekognition = aws.client("rekognition")
        self.arn: str = self.rekognition.create_project(ProjectName=PROJECT)["ProjectArn"]
        self.bucket = BUCKET
        aws.client("s3").create_bucket(Bucket=self.bucket)

    def label_and_train(self) -> None:
        """Make two datasets and a model from them, and start it."""
        s3 = self.aws.client("s3")
        for kind, count, first in (("TRAIN", 8, 300), ("TEST", 3, 400)):
            lines = []
            for key, content in fruits(("lemon", "plum"), count, first=first):
                s3.put_object(Bucket=self.bucket, Key=key, Body=content)
                place = {"source-ref": f"s3://{self.bucket}/{key}"}
                lines.append(line(key, key.partition("/")[0], **place))
            name = f"{kind}.manifest"
            s3.put_object(Bucket=self.bucket, Key=name, Body="\n".join(lines).encode())
            source = {"GroundTruthManifest": {"S3Object": {"Bucket": self.bucket, "Name": name}}}
            self.rekognition.create_dataset(ProjectArn=self.arn, DatasetType=kind, DatasetSource=source)
        self.until(lambda: all(found == "CREATE_COMPLETE" for found in self.dataset_statuses()))
        arn = self.train()
        self.rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
        self.until(lambda: self.status() == "RUNNING")

    def train(self) -> str:
        """Make a model from the datasets that are there."""
        output = {"S3Bucket": self.bucket, "S3KeyPrefix": "r"}
        arn: str = self.rekognition.create_project_version(
            ProjectArn=self.arn, VersionName="theirs", OutputConfig=output
        )["ProjectVersionArn"]
        self.until(lambda: self.status() == "TRAINING_COMPLETED")
        return arn

    def dataset_statuses(self) -> list[str]:
        (project,) = self.rekognition.describe_projects(ProjectNames=[PROJECT])["ProjectDescriptions"]
        return [found["Status"] for found in project["Datasets"]]

    def status(self) -> str:
        (version,) = self.rekognition.describe_project_versions(ProjectArn=self.arn, VersionNames=["theirs"])[
            "ProjectVersionDescriptions"
        ]
        found: str = version["Status"]
        return found

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < deadline, self.dataset_statuses()
            time.sleep(0.05)


@pytest.fixture
def people(shared_aws: LocalAws) -> People:
    shared_aws.reset()
    shared_aws.rekognition(training_seconds=TRAINING_SECONDS)
    return People(shared_aws)


@pytest.fixture
def adopted(people: People, adopted_assembly: Path, tmp_path: Path) -> Operator:
    """An operator of an environment that works in people's project."""
    created = people.arn.rpartition("/")[2]
    folder = tmp_path / "cdk.out"
    folder.mkdir()
    for file in adopted_assembly.iterdir():
        if file.is_dir() or file.suffix == ".zip":
            (folder / file.name).symlink_to(file)
        else:
            (folder / file.name).write_text(file.read_text().replace(CREATED, created))
    outputs = deploy_assembly(aws=people.aws, assembly_dir=folder, stack_name="TrainingPipeline-adopted")
    operator = Operator(aws=people.aws, outputs=outputs)
    operator.upload_fruits()
    return operator


def test_datasets_that_people_made_are_never_deleted(adopted: Operator, people: People) -> None:
    people.label_and_train()
    theirs = datasets(adopted)

    found = adopted.run_red()

    assert found["error"] == "ForeignDatasets"
    assert all(arn in found["cause"] for arn in theirs.values())
    assert datasets(adopted) == theirs
    (message,) = adopted.messages()
    assert "ForeignDatasets" in message["subject"]
    assert "Delete them by hand" in message["message"]
    assert adopted.calls("DeleteDataset") == []
    assert adopted.item("lock", "training") is None


def test_what_people_labelled_is_trained_from_a_file_once_they_made_room(
    adopted: Operator, people: People
) -> None:
    people.label_and_train()
    theirs = datasets(adopted)
    source = {"kind": "dataset", "train": theirs["TRAIN"], "test": theirs["TEST"]}
    assert adopted.run_red(data_source=source)["error"] == "ForeignDatasets"
    assert datasets(adopted) == theirs

    # As the runbook says.
    bucket = adopted.outputs["BucketName"]
    for kind, arn in theirs.items():
        entries = people.rekognition.list_dataset_entries(DatasetArn=arn)["DatasetEntries"]
        people.aws.client("s3").put_object(
            Bucket=bucket, Key=f"data_sources/{kind}.manifest", Body="\n".join(entries).encode()
        )
        people.rekognition.delete_dataset(DatasetArn=arn)
    people.until(lambda: people.dataset_statuses() == [])
    files = {kind.lower(): f"s3://{bucket}/data_sources/{kind}.manifest" for kind in theirs}
    report = adopted.run(data_source={"kind": "manifest", **files})

    assert report["outcome"] == "deployed"
    assert (report["pictures"]["train"], report["pictures"]["test"]) == (16, 6)


def test_a_dataset_of_ours_in_which_people_labelled_on_is_theirs(adopted: Operator, people: People) -> None:
    assert adopted.run()["outcome"] == "deployed"
    ours = datasets(adopted)
    ((key, content),) = fruits(("plum",), 1, first=500)
    people.aws.client("s3").put_object(Bucket=people.bucket, Key=key, Body=content)
    entry = line(key, "plum", **{"source-ref": f"s3://{people.bucket}/{key}"})
    people.rekognition.update_dataset_entries(
        DatasetArn=ours["TRAIN"], Changes={"GroundTruth": entry.encode()}
    )
    people.until(lambda: "UPDATE_COMPLETE" in people.dataset_statuses())
    adopted.upload_fruits(count=20, first=10)

    found = adopted.run_red()

    assert found["error"] == "ForeignDatasets"
    assert ours["TRAIN"] in found["cause"]
    assert ours["TEST"] not in found["cause"]
    assert datasets(adopted) == ours


def test_one_dataset_of_people_s_beside_one_of_ours_stops_the_run_before_either_goes(
    adopted: Operator, people: People
) -> None:
    assert adopted.run()["outcome"] == "deployed"
    ours = datasets(adopted)
    people.rekognition.delete_dataset(DatasetArn=ours["TEST"])
    people.until(lambda: len(people.dataset_statuses()) == 1)
    theirs = people.rekognition.create_dataset(ProjectArn=people.arn, DatasetType="TEST")["DatasetArn"]
    people.until(lambda: people.dataset_statuses() == ["CREATE_COMPLETE"] * 2)
    adopted.upload_fruits(count=20, first=10)

    found = adopted.run_red()

    assert found["error"] == "ForeignDatasets"
    assert theirs in found["cause"]
    assert ours["TRAIN"] not in found["cause"]
    assert datasets(adopted) == {"TRAIN": ours["TRAIN"], "TEST": theirs}


def test_people_s_model_runs_on_until_the_pipeline_has_deployed_its_own(
    adopted: Operator, people: People
) -> None:
    people.label_and_train()
    adopted.run_red()
    assert people.status() == "RUNNING"
    assert adopted.run("Deployment", reconcile=True)["outcome"] == "reconciled"
    assert people.status() == "RUNNING"
    assert adopted.calls("StopProjectVersion") == []

    for arn in datasets(adopted).values():
        people.rekognition.delete_dataset(DatasetArn=arn)
    people.until(lambda: people.dataset_statuses() == [])
    report = adopted.run()

    assert report["outcome"] == "deployed"
    assert adopted.versions() == {"theirs": "STOPPED", report["version"]: "RUNNING"}
    assert adopted.system_parameter()["live_model"]["version"] == report["version"]


def test_the_pipeline_replaces_the_datasets_that_it_made(adopted: Operator) -> None:
    assert adopted.run()["outcome"] == "deployed"
    first = datasets(adopted)
    item: Any = adopted.item("pointer", "datasets")
    assert {kind: item[kind] for kind in ("TRAIN", "TEST")} == first
    adopted.upload_fruits(count=20, first=10)

    assert adopted.run()["outcome"] == "deployed"

    second = datasets(adopted)
    assert set(first.values()) & set(second.values()) == set()
    assert len(adopted.calls("DeleteDataset")) == 2
    item = adopted.item("pointer", "datasets")
    assert {kind: item[kind] for kind in ("TRAIN", "TEST")} == second


def test_what_people_made_outlives_the_pipeline(adopted: Operator, people: People) -> None:
    assert adopted.run()["outcome"] == "deployed"
    version = adopted.run(force=True)["version"]
    people.train()
    said = list[str]()
    table = adopted.outputs["RegistryTableName"]
    dynamodb = adopted.aws.client("dynamodb")

    ModelRemoval(
        rekognition=people.rekognition,
        project_name=PROJECT,
        report=said.append,
        made=lambda: made_by_pipeline(dynamodb, table),
        seconds_between_looks=0.05,
    ).remove_all()

    assert f"Model version {version} is gone" in said
    assert adopted.versions() == {"theirs": "TRAINING_COMPLETED"}
    assert datasets(adopted) == {}


def test_people_s_running_model_outlives_the_stack_and_the_pipeline_s_own_does_not(
    adopted: Operator, people: People
) -> None:
    version = adopted.run()["version"]
    theirs = people.train()
    people.rekognition.start_project_version(ProjectVersionArn=theirs, MinInferenceUnits=1)
    people.until(lambda: people.status() == "RUNNING")
    assert adopted.versions() == {"theirs": "RUNNING", version: "RUNNING"}
    remove_pictures(adopted)

    assert Deletion(adopted).carry_out() == "DELETE_COMPLETE"

    assert adopted.versions() == {"theirs": "RUNNING"}
    assert datasets(adopted) == {}

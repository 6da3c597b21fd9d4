"""Environments with training options, deployed and run: keys, tags, another bucket, an adopted project."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local_aws.deployment import deploy_assembly
from local_aws.launcher import LocalAws
from pipeline_stack.layout import IMAGES_PREFIX
from tests.infrastructure.synthesis import cdk_json_context, run_app
from tests.unit.local_aws.rekognition.fakes import line
from tests.workflows.conftest import TRAINING_SECONDS
from tests.workflows.operator import PATIENCE_SECONDS, Json, Operator
from tests.workflows.pictures import broken, fruits
from tools.adopted_project import made_by_pipeline
from tools.model_removal import ModelRemoval

RESULTS = "results-of-all-models"
PREFIX = "fruit/models/"
TAGS = {"team": "Fruit and Co", "line": "3"}
KEYED = {
    "bucket_key": "create",
    "training_key": "create",
    "output_bucket": {"bucket": RESULTS, "prefix": PREFIX},
    "tags": TAGS,
}
PROJECT = "peoples-own"
CREATED = "1111111111111"
"""In place of the time that the project's ARN ends in, which nobody knows before it is made."""
PROJECT_ARN = f"arn:aws:rekognition:us-east-1:000000000000:project/{PROJECT}/{CREATED}"


@pytest.fixture(scope="module")
def options_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`cdk.out` of two environments beside `local`."""
    context = cdk_json_context()
    local = context["environments"]["local"]
    context["environments"] = {"keyed": local | KEYED, "adopted": local | {"project_arn": PROJECT_ARN}}
    folder = tmp_path_factory.mktemp("options") / "cdk.out"
    done = run_app(output=folder, context=context)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def keyed(shared_aws: LocalAws, options_assembly: Path) -> Operator:
    """An operator of an environment with keys, tags and another bucket for results."""
    shared_aws.reset()
    shared_aws.client("s3").create_bucket(Bucket=RESULTS)
    shared_aws.rekognition(training_seconds=TRAINING_SECONDS)
    outputs = deploy_assembly(
        aws=shared_aws, assembly_dir=options_assembly, stack_name="TrainingPipeline-keyed"
    )
    operator = Operator(aws=shared_aws, outputs=outputs)
    operator.upload_fruits()
    return operator


def description(operator: Operator, version: str) -> Json:
    (found,) = operator.aws.client("rekognition").describe_project_versions(
        ProjectArn=operator.project_arn(), VersionNames=[version]
    )["ProjectVersionDescriptions"]
    described: Json = found
    return described


def datasets(operator: Operator) -> dict[str, str]:
    (project,) = operator.aws.client("rekognition").describe_projects(
        ProjectNames=[operator.outputs["ProjectName"]]
    )["ProjectDescriptions"]
    return {found["DatasetType"]: found["DatasetArn"] for found in project["Datasets"]}


def keys_under(operator: Operator, bucket: str, prefix: str) -> list[str]:
    listed = operator.aws.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [found["Key"] for found in listed.get("Contents", [])]


def made_key(operator: Operator) -> str:
    kms = operator.aws.client("kms")
    key: str = kms.describe_key(KeyId="alias/TrainingPipeline-keyed")["KeyMetadata"]["Arn"]
    return key


def denied(operator: Operator) -> list[Json]:
    """Of what options grant: a function of the stack before may have been at work when that was swept away."""
    optional = ("kms:", "s3:", "rekognition:")
    return [
        each
        for each in operator.aws.permissions()
        if not each["allowed"] and each["action"].startswith(optional)
    ]


def test_a_version_is_trained_as_the_settings_say(keyed: Operator) -> None:
    report = keyed.run()

    assert report["outcome"] == "deployed"
    found = description(keyed, report["version"])
    assert found["KmsKeyId"] == made_key(keyed)
    assert re.fullmatch(r"20 pictures, 20 new, set [0-9a-f]{16}", found["VersionDescription"])
    assert found["OutputConfig"] == {"S3Bucket": RESULTS, "S3KeyPrefix": f"{PREFIX}{report['version']}"}
    rekognition = keyed.aws.client("rekognition")
    for arn in (found["ProjectVersionArn"], *datasets(keyed).values(), keyed.project_arn()):
        tags = rekognition.list_tags_for_resource(ResourceArn=arn)["Tags"]
        assert TAGS.items() <= tags.items(), arn


def test_results_are_elsewhere_and_pictures_and_results_are_under_the_key(keyed: Operator) -> None:
    report = keyed.run()

    bucket, s3 = keyed.outputs["BucketName"], keyed.aws.client("s3")
    results = keys_under(keyed, RESULTS, f"{PREFIX}{report['version']}/")
    assert results
    assert keys_under(keyed, bucket, "evaluation/") == []
    pictures, manifests = (keys_under(keyed, bucket, prefix) for prefix in (IMAGES_PREFIX, "manifests/"))
    assert len(pictures) == 20
    for place, keys in ((RESULTS, results), (bucket, [*pictures, *manifests])):
        for key in keys:
            assert s3.head_object(Bucket=place, Key=key)["SSEKMSKeyId"] == made_key(keyed), key
    assert denied(keyed) == []


def test_pictures_are_known_by_their_content_although_their_etags_are_chance(keyed: Operator) -> None:
    assert keyed.run()["outcome"] == "deployed"
    keyed.upload_fruits()

    report = keyed.run()

    assert (report["outcome"], report["new_pictures"]) == ("nothing_to_train", 0)
    remembered = keys_under(keyed, keyed.outputs["BucketName"], "manifests/content-hashes.jsonl")
    assert len(remembered) == 1


def test_a_failed_training_is_explained_from_the_other_bucket_and_reported_there(keyed: Operator) -> None:
    keyed.upload(broken("pear", 20))

    found = keyed.run_red()

    assert found["error"] == "TrainingFailed"
    (place,) = re.findall(r"The whole list: s3://([^/]+)/(\S+\.html)", found["cause"])
    assert place[0] == RESULTS
    assert place[1].startswith(PREFIX)
    assert keys_under(keyed, *place) == [place[1]]
    assert denied(keyed) == []


def take_away(operator: Operator, role: str, action: str) -> None:
    iam = operator.aws.client("iam")
    names = [found["RoleName"] for found in iam.list_roles(MaxItems=1000)["Roles"]]
    (name,) = (name for name in names if role in name)
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for statement in document["Statement"]:
            actions = statement["Action"]
            kept = [each for each in ([actions] if isinstance(actions, str) else actions) if each != action]
            statement["Action"] = kept or ["sts:GetCallerIdentity"]
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))


@pytest.mark.parametrize(
    ("role", "action", "error"),
    [
        ("ManifestBuilder", "kms:Decrypt", "StorageDenied"),
        ("ManifestBuilder", "kms:GenerateDataKey", "StorageDenied"),
        ("EvaluationJudge", "kms:Decrypt", "StorageDenied"),
        ("-TrainingRole", "kms:Decrypt", "Rekognition.InvalidS3ObjectException"),
        ("-TrainingRole", "kms:CreateGrant", "Rekognition.AccessDeniedException"),
        ("-TrainingRole", "rekognition:TagResource", "Rekognition.AccessDeniedException"),
        ("-TrainingRole", "s3:PutObject", "TrainingFailed"),
    ],
)
def test_a_right_that_an_option_grants_is_missed_where_it_is_taken_away(
    keyed: Operator, role: str, action: str, error: str
) -> None:
    take_away(keyed, role, action)

    found = keyed.run_red()

    assert found["error"] == error
    assert action in {each["action"] for each in denied(keyed)}


class People:
    """Those who worked in the project before the pipeline came, by the console."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.rekognition = aws.client("rekognition")
        self.arn: str = self.rekognition.create_project(ProjectName=PROJECT)["ProjectArn"]
        self.bucket = "people-s-pictures"
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
def adopted(people: People, options_assembly: Path, tmp_path: Path) -> Operator:
    """An operator of an environment that works in people's project."""
    created = people.arn.rpartition("/")[2]
    folder = tmp_path / "cdk.out"
    folder.mkdir()
    for file in options_assembly.iterdir():
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

"""Custom Labels in the running local AWS: through boto3, its S3, its IAM and its CloudFormation."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import numpy as np
import pytest
from botocore.exceptions import ClientError

from local_aws.launcher import LocalAws
from tests.unit.local_aws.rekognition.drawing import tinted
from tests.unit.local_aws.rekognition.fakes import line
from tests.unit.local_aws.rekognition.trained import COLOURS

DEADLINE_SECONDS = 60.0
EVERYTHING_NEEDED_OF_S3 = {
    "bucket": ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:ListBucket"],
    "objects": [
        "s3:GetObject",
        "s3:GetObjectAcl",
        "s3:GetObjectVersion",
        "s3:GetObjectTagging",
        "s3:PutObject",
    ],
}


def eventually(read: Callable[[], Any], expected: Any) -> None:
    """Wait until what is read is what is expected."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while (found := read()) != expected:
        assert time.monotonic() < deadline, f"still {found!r}, not {expected!r}"
        time.sleep(0.02)


class Pipeline:
    """A bucket with red and blue pictures and their manifests, and a project."""

    def __init__(self, aws: LocalAws) -> None:
        self.name = f"rek-{uuid.uuid4().hex[:12]}"
        self.aws = aws
        self.s3 = aws.client("s3")
        self.rekognition = aws.client("rekognition")
        self.s3.create_bucket(Bucket=self.name)
        self.s3.put_bucket_versioning(Bucket=self.name, VersioningConfiguration={"Status": "Enabled"})
        for side, count in (("train", 8), ("test", 2)):
            lines = []
            for label, colour in COLOURS.items():
                for number in range(count):
                    key = f"images labelled/{label}/{side} {number}+é.png"
                    generator = np.random.default_rng([number, count])
                    self.s3.put_object(Bucket=self.name, Key=key, Body=tinted(colour, generator))
                    lines.append(line(key, label, **{"source-ref": f"s3://{self.name}/{key}"}))
            self.s3.put_object(Bucket=self.name, Key=f"{side}.manifest", Body="\n".join(lines).encode())
        self.project_arn: str = self.rekognition.create_project(ProjectName=self.name)["ProjectArn"]

    def create_dataset(self, kind: str, client: Any = None) -> str:
        place = {"Bucket": self.name, "Name": f"{kind.lower()}.manifest"}
        answer = (client or self.rekognition).create_dataset(
            ProjectArn=self.project_arn,
            DatasetType=kind,
            DatasetSource={"GroundTruthManifest": {"S3Object": place}},
        )
        return str(answer["DatasetArn"])

    def dataset(self, arn: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.rekognition.describe_dataset(DatasetArn=arn)["DatasetDescription"]
        return answer

    def create_datasets(self) -> None:
        for arn in [self.create_dataset(kind) for kind in ("TRAIN", "TEST")]:
            self.wait_for_dataset(arn)

    def wait_for_dataset(self, arn: str, status: str = "CREATE_COMPLETE") -> None:
        eventually(lambda: self.dataset(arn)["Status"], status)

    def train(self, client: Any = None, version: str = "v1", **more: Any) -> str:
        answer = (client or self.rekognition).create_project_version(
            ProjectArn=self.project_arn,
            VersionName=version,
            OutputConfig={"S3Bucket": self.name, "S3KeyPrefix": "evaluation/"},
            **more,
        )
        return str(answer["ProjectVersionArn"])

    def version(self, version: str = "v1") -> dict[str, Any]:
        answer = self.rekognition.describe_project_versions(
            ProjectArn=self.project_arn, VersionNames=[version]
        )
        found: dict[str, Any] = answer["ProjectVersionDescriptions"][0]
        return found

    def status(self, version: str = "v1") -> str:
        return str(self.version(version)["Status"])

    def caller(self, *, without: str = "") -> Any:
        """A Rekognition client of a user with every right that a training needs but that one."""
        iam = self.aws.client("iam")
        user = f"user-{uuid.uuid4().hex[:12]}"
        iam.create_user(UserName=user)
        resources = {"bucket": f"arn:aws:s3:::{self.name}", "objects": f"arn:aws:s3:::{self.name}/*"}
        statements: list[dict[str, Any]] = [
            {"Effect": "Allow", "Action": "rekognition:*", "Resource": f"{self.project_arn[:-14]}/*"}
        ]
        for kind, actions in EVERYTHING_NEEDED_OF_S3.items():
            allowed = [action for action in actions if action != without]
            statements.append({"Effect": "Allow", "Action": allowed, "Resource": resources[kind]})
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName=user, PolicyName="rights", PolicyDocument=document)
        key = iam.create_access_key(UserName=user)["AccessKey"]
        session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
        return self.aws.client("rekognition", session=session)


@pytest.fixture
def pipeline(aws: LocalAws) -> Iterator[Pipeline]:
    made = Pipeline(aws)
    yield made
    for version in made.rekognition.describe_project_versions(ProjectArn=made.project_arn)[
        "ProjectVersionDescriptions"
    ]:
        if version["Status"] == "RUNNING":
            made.rekognition.stop_project_version(ProjectVersionArn=version["ProjectVersionArn"])


def test_pictures_become_a_model_that_tells_new_ones_apart(pipeline: Pipeline) -> None:
    pipeline.create_datasets()
    arn = pipeline.train()
    assert pipeline.status() == "TRAINING_IN_PROGRESS"
    eventually(pipeline.status, "TRAINING_COMPLETED")
    result = pipeline.version()["EvaluationResult"]
    assert result["F1Score"] == 1.0
    place = result["Summary"]["S3Object"]
    summary = json.loads(pipeline.s3.get_object(Bucket=place["Bucket"], Key=place["Name"])["Body"].read())
    assert summary["EvaluationDetails"]["NumberOfTrainingImages"] == 24
    pipeline.rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    eventually(pipeline.status, "RUNNING")
    for label, colour in COLOURS.items():
        image = {"Bytes": tinted(colour, np.random.default_rng(77))}
        answer = pipeline.rekognition.detect_custom_labels(ProjectVersionArn=arn, Image=image)
        assert [item["Name"] for item in answer["CustomLabels"]] == [label]
    key = "images labelled/red/test 0+é.png"
    place = {"Bucket": pipeline.name, "Name": key}
    answer = pipeline.rekognition.detect_custom_labels(ProjectVersionArn=arn, Image={"S3Object": place})
    assert [item["Name"] for item in answer["CustomLabels"]] == ["red"]
    pipeline.rekognition.stop_project_version(ProjectVersionArn=arn)
    eventually(pipeline.status, "STOPPED")


def test_the_documented_rights_are_enough(pipeline: Pipeline) -> None:
    caller = pipeline.caller()
    for kind in ("TRAIN", "TEST"):
        pipeline.wait_for_dataset(pipeline.create_dataset(kind, caller))
    pipeline.train(caller)
    eventually(pipeline.status, "TRAINING_COMPLETED")


@pytest.mark.parametrize(
    ("right", "message"),
    [
        ("s3:GetBucketAcl", "The permissions for the images S3 bucket are invalid."),
        ("s3:GetBucketLocation", "The permissions for the images S3 bucket are invalid."),
        ("s3:ListBucket", "The permissions for the images S3 bucket are invalid."),
        ("s3:GetObject", "The permissions for the images S3 bucket are invalid."),
        ("s3:GetObjectAcl", "The permissions for the images S3 bucket are invalid."),
        ("s3:GetObjectTagging", "The permissions for the images S3 bucket are invalid."),
        ("s3:GetObjectVersion", "The permissions for the images S3 bucket are invalid."),
        ("s3:PutObject", "Unable to write to output S3 bucket."),
    ],
)
def test_each_documented_right_is_needed_to_train(pipeline: Pipeline, right: str, message: str) -> None:
    pipeline.create_datasets()
    pipeline.train(pipeline.caller(without=right))
    eventually(pipeline.status, "TRAINING_FAILED")
    assert pipeline.version()["StatusMessage"] == message


@pytest.mark.parametrize("right", ["s3:GetBucketAcl", "s3:GetObjectAcl"])
def test_a_dataset_fails_when_a_right_on_the_bucket_is_missing(pipeline: Pipeline, right: str) -> None:
    arn = pipeline.create_dataset("TRAIN", pipeline.caller(without=right))
    pipeline.wait_for_dataset(arn, "CREATE_FAILED")
    assert "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET" in pipeline.dataset(arn)["StatusMessage"]


def test_a_manifest_the_caller_may_not_read_is_refused(pipeline: Pipeline) -> None:
    with pytest.raises(ClientError, match="InvalidS3ObjectException"):
        pipeline.create_dataset("TRAIN", pipeline.caller(without="s3:GetObject"))


def test_results_are_under_the_key_that_the_caller_may_use(aws: LocalAws, pipeline: Pipeline) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    pipeline.create_datasets()
    with pytest.raises(ClientError, match=r"AccessDeniedException.*kms:CreateGrant"):
        pipeline.train(pipeline.caller(), KmsKeyId=key)
    pipeline.train(KmsKeyId=key)
    eventually(pipeline.status, "TRAINING_COMPLETED")

    place = pipeline.version()["EvaluationResult"]["Summary"]["S3Object"]
    found = pipeline.s3.head_object(Bucket=place["Bucket"], Key=place["Name"])
    assert (found["ServerSideEncryption"], found["SSEKMSKeyId"]) == ("aws:kms", key)
    assert pipeline.version()["KmsKeyId"] == key


def test_a_stack_s_tags_are_those_of_its_project(aws: LocalAws) -> None:
    name = f"stack-{uuid.uuid4().hex[:12]}"
    resource = {"Type": "AWS::Rekognition::Project", "Properties": {"ProjectName": name}}
    aws.client("cloudformation").create_stack(
        StackName=name,
        TemplateBody=json.dumps({"Resources": {"P": resource}}),
        Tags=[{"Key": "team", "Value": "birds"}],
    )
    rekognition = aws.client("rekognition")

    def tags() -> Any:
        projects = rekognition.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
        arn = projects[0]["ProjectArn"] if projects else None
        return arn and rekognition.list_tags_for_resource(ResourceArn=arn)["Tags"].get("team")

    eventually(tags, "birds")


def test_rights_are_checked_on_the_resource_that_a_call_names(aws: LocalAws, pipeline: Pipeline) -> None:
    caller = pipeline.caller()
    caller.describe_project_versions(ProjectArn=pipeline.project_arn)
    other = Pipeline(aws)
    for refused in (
        lambda: caller.describe_project_versions(ProjectArn=other.project_arn),
        caller.describe_projects,
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            refused()


def test_the_next_training_fails_as_asked(aws: LocalAws, pipeline: Pipeline) -> None:
    pipeline.create_datasets()
    aws.rekognition(next_training={"status": "TRAINING_FAILED", "message": "The pictures were too dull."})
    pipeline.train()
    eventually(pipeline.status, "TRAINING_FAILED")
    assert pipeline.version()["StatusMessage"] == "The pictures were too dull."
    pipeline.train(version="v2")
    eventually(lambda: pipeline.status("v2"), "TRAINING_COMPLETED")


def test_a_busy_s3_does_not_fail_a_training(aws: LocalAws, pipeline: Pipeline) -> None:
    pipeline.create_datasets()
    aws.faults([{"service": "s3", "operation": "GetObject", "error": "SlowDown", "after": 3, "times": 2}])
    try:
        pipeline.train()
        eventually(pipeline.status, "TRAINING_COMPLETED")
    finally:
        aws.faults([])


def test_cloudformation_makes_changes_and_removes_a_project(aws: LocalAws) -> None:
    cloudformation, rekognition = aws.client("cloudformation"), aws.client("rekognition")
    name = f"stack-{uuid.uuid4().hex[:12]}"

    def template(team: str) -> str:
        tags = [{"Key": "team", "Value": team}]
        return json.dumps(
            {
                "Resources": {
                    "Project": {
                        "Type": "AWS::Rekognition::Project",
                        "Properties": {"ProjectName": name, "Tags": tags},
                    }
                },
                "Outputs": {
                    "Name": {"Value": {"Ref": "Project"}},
                    "Arn": {"Value": {"Fn::GetAtt": ["Project", "Arn"]}},
                },
            }
        )

    def status() -> str:
        return str(cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])

    cloudformation.create_stack(StackName=name, TemplateBody=template("a"))
    eventually(status, "CREATE_COMPLETE")
    outputs = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
    found = {output["OutputKey"]: output["OutputValue"] for output in outputs}
    [project] = rekognition.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
    assert found == {"Name": name, "Arn": project["ProjectArn"]}

    cloudformation.update_stack(StackName=name, TemplateBody=template("b"))
    eventually(status, "UPDATE_COMPLETE")
    assert rekognition.list_tags_for_resource(ResourceArn=project["ProjectArn"])["Tags"]["team"] == "b"

    rekognition.create_dataset(ProjectArn=project["ProjectArn"], DatasetType="TRAIN")
    cloudformation.delete_stack(StackName=name)
    eventually(status, "DELETE_FAILED")
    [event] = [
        event
        for event in cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        if event["LogicalResourceId"] == "Project" and event["ResourceStatus"] == "DELETE_FAILED"
    ]
    assert "TRAIN dataset" in event["ResourceStatusReason"]

"""The stack of an environment whose labelled pictures are elsewhere. None of those in cdk.json has that."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline_stack import layout
from tests.infrastructure.synthesis import BIN, cdk_json_context, run, run_app, without_aws
from tests.infrastructure.templates import Template, flat, function

STACK = "TrainingPipeline-elsewhere"
KEY = "arn:aws:kms:us-east-1:111122223333:key/0123-abcd"
PROJECT = "arn:<AWS::Partition>:rekognition:<AWS::Region>:<AWS::AccountId>:project"
DATASET = "arn:aws:rekognition:us-east-1:111122223333:project/by-hand/dataset/train/1690000000000"
SETTINGS = {
    "data_source": {
        "kind": "manifest",
        "train": "s3://team/labels/train.csv",
        "images": "s3://team/pictures/",
    },
    "data_locations": ["s3://console/"],
    "data_projects": ["copied"],
    "data_keys": [KEY],
}
OBJECTS = {f"arn:<AWS::Partition>:s3:::{place}*" for place in ("team/labels/", "team/pictures/", "console/")}
BUCKETS = {f"arn:<AWS::Partition>:s3:::{name}" for name in ("team", "console")}


def synthesised(folder: Path, settings: dict[str, Any]) -> Path:
    """Under the same checks of cdk-nag as the others."""
    context = cdk_json_context()
    context["environments"] = {"elsewhere": context["environments"]["dev"] | settings}
    done = run_app(output=folder, context=context)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def elsewhere_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthesised(tmp_path_factory.mktemp("elsewhere") / "cdk.out", SETTINGS)


@pytest.fixture(scope="module")
def elsewhere(elsewhere_assembly: Path) -> Template:
    return Template.read(elsewhere_assembly, STACK)


def roles(template: Template) -> tuple[str, str]:
    """Of the function and of the Training workflow."""
    (training,) = [
        item["Properties"]["RoleArn"]["Fn::GetAtt"][0]
        for name, item in template.of_type("AWS::StepFunctions::StateMachine").items()
        if name.startswith("Training")
    ]
    return function(template, "build_manifest")["Role"]["Fn::GetAtt"][0], training


def test_the_function_reads_what_the_settings_name_and_nothing_else(elsewhere: Template) -> None:
    granted = elsewhere.grants(roles(elsewhere)[0])
    bucket = f"<{elsewhere.only('AWS::S3::Bucket')[0]}.Arn>"

    own = {name for name in granted if not name.startswith((bucket, "<", "*"))}
    assert own == {*OBJECTS, *BUCKETS, KEY, f"{PROJECT}/copied/dataset/*/*"}
    assert all(granted[place] == {"s3:GetObject"} for place in OBJECTS)
    assert all(granted[name] == {"s3:ListBucket"} for name in BUCKETS)
    assert granted[KEY] == {"kms:Decrypt"}
    assert granted[f"{PROJECT}/copied/dataset/*/*"] == {
        "rekognition:DescribeDataset",
        "rekognition:ListDatasetEntries",
    }


def test_the_function_lists_only_those_places(elsewhere: Template) -> None:
    listed = {
        (flat(statement["Resource"]).rpartition(":")[2], *statement["Condition"]["StringLike"]["s3:prefix"])
        for statement in elsewhere.statements(roles(elsewhere)[0])
        if statement["Action"] == "s3:ListBucket" and flat(statement["Resource"]) in BUCKETS
    }

    assert listed == {("team", "labels/*"), ("team", "pictures/*"), ("console", "*")}


def test_the_function_is_told_where_it_may_read(elsewhere: Template) -> None:
    variables = function(elsewhere, "build_manifest")["Environment"]["Variables"]
    own = f"<{elsewhere.only('AWS::S3::Bucket')[0]}>"

    assert json.loads(flat(variables["DATA_LOCATIONS"])) == [
        f"{own}/{layout.IMAGES_PREFIX}",
        f"{own}/{layout.DATA_SOURCES_PREFIX}",
        "console/",
        "team/labels/",
        "team/pictures/",
    ]


def test_rekognition_reads_pictures_with_the_rights_of_training(elsewhere: Template) -> None:
    granted = elsewhere.grants(roles(elsewhere)[1])

    for place in OBJECTS:
        assert granted[place] == {
            "s3:GetObject",
            "s3:GetObjectAcl",
            "s3:GetObjectVersion",
            "s3:GetObjectTagging",
        }
    for name in BUCKETS:
        assert granted[name] == {"s3:GetBucketAcl", "s3:GetBucketLocation", "s3:ListBucket"}
    assert granted[KEY] == {"kms:Decrypt", "kms:GenerateDataKey"}


def test_a_dataset_of_the_environment_is_granted_by_its_arn(tmp_path: Path) -> None:
    settings = {"data_source": {"kind": "dataset", "train": DATASET}}
    template = Template.read(synthesised(tmp_path / "cdk.out", settings), STACK)

    granted = template.grants(roles(template)[0])

    assert granted[DATASET] == {"rekognition:DescribeDataset", "rekognition:ListDatasetEntries"}


def test_an_environment_with_folders_reads_nothing_elsewhere(template: Template) -> None:
    granted = {**template.grants(roles(template)[0]), **template.grants(roles(template)[1])}

    assert not any(name.startswith("arn:<AWS::Partition>:s3") for name in granted)
    assert not any(
        action.startswith(("kms:", "rekognition:ListDatasetEntries"))
        for name in roles(template)
        for actions in template.grants(name).values()
        for action in actions
    )


def test_the_schemas_of_cloudformation_agree(elsewhere_assembly: Path) -> None:
    done = run(
        BIN / "cfn-lint",
        elsewhere_assembly / f"{STACK}.template.json",
        cwd=elsewhere_assembly,
        environment=without_aws(),
    )

    assert done.returncode == 0, done.stdout

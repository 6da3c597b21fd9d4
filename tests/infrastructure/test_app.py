import json
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

import app
from tests.infrastructure.synthesis import (
    BIN,
    REPOSITORY,
    STACKS,
    cdk_json_context,
    run,
    run_app,
    without_aws,
)
from tests.infrastructure.templates import PACKAGES, Json, Template, flat

PHYSICAL_NAMES = (
    *("Name", "ProjectName", "TopicName", "TableName", "BucketName", "FunctionName", "RoleName"),
    *("AlarmName", "DashboardName", "QueueName"),
)


def manifest(assembly: Path) -> dict[str, Json]:
    """What the CDK CLI is told about each stack."""
    document = json.loads((assembly / "manifest.json").read_text(encoding="utf-8"))
    artifacts: dict[str, Json] = document["artifacts"]
    return {
        name: artifact
        for name, artifact in artifacts.items()
        if artifact["type"] == "aws:cloudformation:stack"
    }


def test_the_cdk_cli_lists_one_stack_for_each_environment(tmp_path: Path) -> None:
    cli = REPOSITORY / "node_modules" / ".bin" / "cdk"
    assert cli.exists(), "run `make setup` first"

    done = run(cli, "ls", "--output", tmp_path, cwd=REPOSITORY, environment=without_aws())

    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.split()) == list(STACKS)


def test_synthesis_asks_aws_nothing(assembly: Path) -> None:
    document = json.loads((assembly / "manifest.json").read_text(encoding="utf-8"))

    # What the CDK wants to be looked up in an account is listed here, and the CLI does it.
    assert document.get("missing", []) == []


def test_only_a_stack_with_an_account_is_bound_to_one(assembly: Path) -> None:
    assert {name: artifact["environment"] for name, artifact in manifest(assembly).items()} == {
        "TrainingPipeline-local": "aws://000000000000/us-east-1",
        "TrainingPipeline-dev": "aws://unknown-account/unknown-region",
        "TrainingPipeline-prod": "aws://unknown-account/unknown-region",
    }


def test_production_alone_refuses_to_be_deleted(assembly: Path) -> None:
    protected = {
        name: artifact["properties"].get("terminationProtection", False)
        for name, artifact in manifest(assembly).items()
    }

    assert protected == {stack: stack == "TrainingPipeline-prod" for stack in STACKS}


def test_tags_of_the_settings_are_tags_of_the_stack(assembly: Path) -> None:
    for name, artifact in manifest(assembly).items():
        assert artifact["properties"]["tags"] == {
            "project": "training-pipeline",
            "environment": name.removeprefix("TrainingPipeline-"),
        }


def test_settings_that_cannot_be_used_end_the_app_with_their_message_alone(tmp_path: Path) -> None:
    context = cdk_json_context()
    context["environments"]["dev"]["region"] = "eu-north-1"

    done = run_app(output=tmp_path, context=context)

    assert done.returncode == 1
    assert done.stderr.startswith(
        "cdk.json has 1 setting that cannot be used:\n  context.environments.dev.region\n"
    )
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "manifest.json").exists()


def test_the_outputs_are_those_that_operators_and_tools_read(template: Template) -> None:
    values = {name: output["Value"] for name, output in template.body["Outputs"].items()}

    assert list(values) == [
        "BucketName",
        "ParameterPath",
        "TrainingWorkflowArn",
        "DeploymentWorkflowArn",
        "SettingsWorkflowArn",
        "NotificationTopicArn",
        "ProjectName",
        "RegistryTableName",
    ]
    assert values["ParameterPath"] == f"/{template.name}"
    assert values["ProjectName"] == template.name
    types = {
        name: template.body["Resources"][value["Ref"]]["Type"]
        for name, value in values.items()
        if "Ref" in value
    }
    assert types == {
        "BucketName": "AWS::S3::Bucket",
        "TrainingWorkflowArn": "AWS::StepFunctions::StateMachine",
        "DeploymentWorkflowArn": "AWS::StepFunctions::StateMachine",
        "SettingsWorkflowArn": "AWS::StepFunctions::StateMachine",
        "NotificationTopicArn": "AWS::SNS::Topic",
        "RegistryTableName": "AWS::DynamoDB::Table",
    }


def physical_names(template: Template) -> list[tuple[str, str]]:
    """Type and name of what has a name of its own; a reference to something else is none."""
    return [
        (resource["Type"], flat(value))
        for resource in template.body["Resources"].values()
        for key in PHYSICAL_NAMES
        if (value := resource.get("Properties", {}).get(key)) is not None
        and set(value) not in ({"Ref"}, {"Fn::GetAtt"})
    ]


def test_environments_live_side_by_side_in_one_account(templates: dict[str, Template]) -> None:
    names = Counter(name for template in templates.values() for name in physical_names(template))

    assert names
    assert [name for name, count in names.items() if count > 1] == []


def test_only_what_people_type_or_read_in_messages_has_a_name_of_its_own(template: Template) -> None:
    assert {kind for kind, _ in physical_names(template)} == {
        "AWS::SSM::Parameter",
        "AWS::Rekognition::Project",
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::Dashboard",
    }


def test_a_region_without_custom_labels_is_refused_before_anything_is_made(template: Template) -> None:
    (assertion,) = template.body["Rules"]["RegionWithCustomLabels"]["Assertions"]
    allowed, region = assertion["Assert"]["Fn::Contains"]

    assert len(allowed) == 11
    assert region in ({"Ref": "AWS::Region"}, "us-east-1")
    assert all(name in assertion["AssertDescription"] for name in allowed)


def test_one_custom_resource_is_all_and_no_function_is_the_cdk_s(template: Template) -> None:
    kinds = {resource["Type"] for resource in template.body["Resources"].values()}

    assert {kind for kind in kinds if kind.startswith("Custom::") or "CustomResource" in kind} == {
        "Custom::TakeDown"
    }
    assert len(template.of_type("AWS::Lambda::Function")) == len(PACKAGES)


def test_every_recommended_feature_flag_is_set() -> None:
    (library,) = Path(cdk.__file__).parent.glob("_jsii/aws-cdk-lib@*.tgz")
    with tarfile.open(library) as archive:
        member = archive.extractfile("package/recommended-feature-flags.json")
        assert member
        flags = json.load(member)

    assert {name: cdk_json_context().get(name) for name in flags} == flags


def test_cfn_lint_finds_nothing(assembly: Path) -> None:
    templates = sorted(assembly.glob("*.template.json"))
    done = run(BIN / "cfn-lint", *templates, cwd=assembly, environment=without_aws())

    assert done.stdout + done.stderr == ""
    assert done.returncode == 0


def test_cdk_nag_stops_what_nobody_accepted(tmp_path: Path) -> None:
    context: dict[str, Any] = cdk_json_context()
    context["environments"] = {"dev": context["environments"]["dev"]}
    careless = cdk.App(outdir=str(tmp_path), context=context)
    app.build(careless)
    stack = careless.node.find_child("TrainingPipeline-dev")
    assert isinstance(stack, cdk.Stack)
    s3.Bucket(stack, "Careless")

    with pytest.raises(RuntimeError, match=r"TrainingPipeline-dev/Careless.*\n.*AwsSolutions-S1"):
        careless.synth()

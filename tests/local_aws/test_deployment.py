"""Cloud assemblies deployed without the CDK CLI."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local_aws.deployment import DeploymentError, deploy_assembly
from local_aws.launcher import LocalAws
from tests.local_aws.resources import fresh

BUCKET = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"


def assembly(folder: Path, *, stack_name: str, template: dict[str, Any]) -> Path:
    """A cdk.out directory of one stack and one directory asset, as the CDK writes it."""
    (folder / "asset.code").mkdir()
    (folder / "asset.code" / "handler.py").write_text("def handler(event, context): return event")
    (folder / "S.template.json").write_text(json.dumps(template))
    files = {
        name: {"source": {"path": path}, "destinations": {"here": {"bucketName": BUCKET, "objectKey": key}}}
        for name, path, key in [
            ("t", "S.template.json", f"{stack_name}.json"),
            ("c", "asset.code", "code.zip"),
        ]
    }
    (folder / "S.assets.json").write_text(json.dumps({"files": files}))
    stack = {
        "type": "aws:cloudformation:stack",
        "properties": {
            "templateFile": "S.template.json",
            "stackName": stack_name,
            "bootstrapStackVersionSsmParameter": "/cdk-bootstrap/hnb659fds/version",
        },
        "dependencies": ["S.assets"],
    }
    assets = {"type": "cdk:asset-manifest", "properties": {"file": "S.assets.json"}}
    (folder / "manifest.json").write_text(json.dumps({"artifacts": {"S": stack, "S.assets": assets}}))
    return folder


def test_a_stack_is_created_and_its_outputs_returned(aws: LocalAws, tmp_path: Path) -> None:
    name = fresh("stack")
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}}
    template = {"Resources": {"T": topic}, "Outputs": {"Arn": {"Value": {"Ref": "T"}}}}
    folder = assembly(tmp_path, stack_name=name, template=template)

    first = deploy_assembly(aws=aws, assembly_dir=folder, stack_name=name)
    code = aws.client("s3").head_object(Bucket="cdk-hnb659fds-assets-000000000000-us-east-1", Key="code.zip")

    assert first == {"Arn": f"arn:aws:sns:us-east-1:000000000000:{name}"}
    assert code["ContentLength"] > 0


def test_a_stack_that_fails_says_which_resource_and_why(aws: LocalAws, tmp_path: Path) -> None:
    name = fresh("stack")
    parameter = {"Type": "String", "Value": "ten", "AllowedPattern": "^[0-9]+$"}
    template = {"Resources": {"Limit": {"Type": "AWS::SSM::Parameter", "Properties": parameter}}}
    folder = assembly(tmp_path, stack_name=name, template=template)

    with pytest.raises(DeploymentError, match=r"Limit: .*ParameterPatternMismatchException"):
        deploy_assembly(aws=aws, assembly_dir=folder, stack_name=name)


def test_a_stack_that_the_assembly_does_not_have_is_named(aws: LocalAws, tmp_path: Path) -> None:
    folder = assembly(tmp_path, stack_name="here", template={"Resources": {}})

    with pytest.raises(LookupError, match="has no stack there; it has here"):
        deploy_assembly(aws=aws, assembly_dir=folder, stack_name="there")

"""Deploys a synthesised cloud assembly without the CDK CLI, for tests: about a second instead of ten.

It does what `cdk bootstrap` and `cdk deploy` do: bucket for assets, version of the bootstrap, assets,
stack. `make demo` and `make local` use the real CLI.
"""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local_aws.config import ACCOUNT_ID, REGION
from local_aws.launcher import LocalAws

BOOTSTRAP_VERSION = "30"
"""At least what any template asks for; the rule in the template compares it."""
DEPLOY_SECONDS = 120.0
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


class DeploymentError(RuntimeError):
    """The stack did not come up; the message lists the resources that failed and why."""


def deploy_assembly(*, aws: LocalAws, assembly_dir: Path, stack_name: str) -> dict[str, str]:
    """Publish the assets of one stack of a cdk.out directory, create or update it, return its outputs.

    `stack_name` is the CloudFormation name. Raises DeploymentError, LookupError when the assembly has
    no such stack.
    """
    stack = _stack_artifact(assembly_dir, stack_name)
    template_url = _publish_assets(aws, assembly_dir, stack)
    _put_bootstrap_version(aws, stack["properties"])
    cloudformation = aws.client("cloudformation")
    request = {
        "StackName": stack_name,
        "TemplateURL": template_url,
        "Capabilities": CAPABILITIES,
        "Tags": [{"Key": key, "Value": value} for key, value in stack["properties"].get("tags", {}).items()],
    }
    if _exists(cloudformation, stack_name):
        cloudformation.update_stack(**request)
    else:
        cloudformation.create_stack(**request)
    description = _wait(cloudformation, stack_name)
    return {output["OutputKey"]: output["OutputValue"] for output in description.get("Outputs", [])}


def _stack_artifact(assembly_dir: Path, stack_name: str) -> dict[str, Any]:
    artifacts = json.loads((assembly_dir / "manifest.json").read_text())["artifacts"]
    stacks = {
        artifact.get("properties", {}).get("stackName", name): artifact
        for name, artifact in artifacts.items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    if stack_name not in stacks:
        raise LookupError(f"{assembly_dir} has no stack {stack_name}; it has {', '.join(stacks)}.")
    stack: dict[str, Any] = stacks[stack_name]
    stack["asset_manifest"] = next(
        artifacts[name]["properties"]["file"]
        for name in stack["dependencies"]
        if artifacts[name]["type"] == "cdk:asset-manifest"
    )
    return stack


def _publish_assets(aws: LocalAws, assembly_dir: Path, stack: dict[str, Any]) -> str:
    """Upload what is not there yet; returns the URL of the template."""
    s3 = aws.client("s3")
    files = json.loads((assembly_dir / stack["asset_manifest"]).read_text())["files"]
    template_url = ""
    for asset in files.values():
        for destination in asset["destinations"].values():
            bucket, key = _filled_in(destination["bucketName"]), destination["objectKey"]
            _put_once(s3, bucket=bucket, key=key, path=assembly_dir / asset["source"]["path"])
            if asset["source"]["path"] == stack["properties"]["templateFile"]:
                template_url = f"{aws.endpoint_url}/{bucket}/{key}"
    return template_url


def _put_once(s3: Any, *, bucket: str, key: str, path: Path) -> None:
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        s3.create_bucket(Bucket=bucket)
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError:
        s3.put_object(Bucket=bucket, Key=key, Body=_zipped(path) if path.is_dir() else path.read_bytes())


def _zipped(directory: Path) -> bytes:
    """Stored, not compressed: it goes no further than this machine."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for folder, _, names in os.walk(directory):
            for name in names:
                path = Path(folder) / name
                archive.write(path, path.relative_to(directory))
    return buffer.getvalue()


def _put_bootstrap_version(aws: LocalAws, properties: dict[str, Any]) -> None:
    name = properties.get("bootstrapStackVersionSsmParameter")
    if name:
        aws.client("ssm").put_parameter(Name=name, Value=BOOTSTRAP_VERSION, Type="String", Overwrite=True)


def _filled_in(text: str) -> str:
    return text.replace("${AWS::AccountId}", ACCOUNT_ID).replace("${AWS::Region}", REGION)


def _exists(cloudformation: Any, stack_name: str) -> bool:
    try:
        cloudformation.describe_stacks(StackName=stack_name)
    except ClientError:
        return False
    return True


def _wait(cloudformation: Any, stack_name: str) -> dict[str, Any]:
    deadline = time.monotonic() + DEPLOY_SECONDS
    while time.monotonic() < deadline:
        description: dict[str, Any] = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
        status = description["StackStatus"]
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return description
        if not status.endswith("_IN_PROGRESS"):
            reasons = _reasons(cloudformation, stack_name)
            raise DeploymentError(f"The stack {stack_name} ended {status}: {reasons}")
        time.sleep(0.05)
    raise DeploymentError(f"The stack {stack_name} was not up within {DEPLOY_SECONDS:.0f} s.")


def _reasons(cloudformation: Any, stack_name: str) -> str:
    events = cloudformation.describe_stack_events(StackName=stack_name)["StackEvents"]
    failed = [event for event in reversed(events) if event["ResourceStatus"].endswith("_FAILED")]
    reasons = [f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '?')}" for event in failed]
    return "; ".join(reasons) or "no resource says why"

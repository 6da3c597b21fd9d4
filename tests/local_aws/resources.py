"""What the tests of this folder make on the shared local AWS: everything under a name of its own."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import boto3
from botocore.exceptions import ClientError

from local_aws.config import REGION, ROOT_ACCESS_KEY, ROOT_SECRET_KEY
from local_aws.launcher import LocalAws

_T = TypeVar("_T")


def without_mends() -> list[str]:
    """The mends that `LOCAL_AWS_WITHOUT_MEND` leaves out, which is how their tests are seen to fail."""
    return [name for name in os.environ.get("LOCAL_AWS_WITHOUT_MEND", "").split(",") if name]


def fresh(prefix: str) -> str:
    """A name that nobody else uses."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def error_code(call: Callable[[], object]) -> str | None:
    """The error that the call fails with; None when it succeeds."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None


def eventually(look: Callable[[], _T | None], *, within_seconds: float = 10) -> _T | None:
    """What `look` finds, as soon as it finds something; None when it never does."""
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    return None


def create_stack(aws: LocalAws, resources: Mapping[str, Any]) -> dict[str, str]:
    """Deploy a template of these resources; physical ids by logical id. Raises AssertionError."""
    cloudformation = aws.client("cloudformation")
    name = fresh("stack")
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=json.dumps({"Resources": resources}),
        Capabilities=["CAPABILITY_IAM"],
    )
    wait_for_stack(aws, name, "CREATE_COMPLETE")
    found = cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
    return {
        "StackName": name,
        **{resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in found},
    }


def wait_for_stack(aws: LocalAws, name: str, status: str) -> None:
    """Wait until the stack has the status; AssertionError with its events when it settles elsewhere."""
    cloudformation = aws.client("cloudformation")

    def settled() -> str | None:
        found = str(cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
        return None if found.endswith("IN_PROGRESS") else found

    found = eventually(settled)
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    assert found == status, [event.get("ResourceStatusReason") for event in events]


def create_role(aws: LocalAws, *, service: str, policy: Mapping[str, Any] | None = None) -> str:
    """The ARN of a role that the service may assume, with that one policy."""
    iam = aws.client("iam")
    name = fresh("role")
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    if policy:
        document = json.dumps({"Version": "2012-10-17", "Statement": [policy]})
        iam.put_role_policy(RoleName=name, PolicyName="only", PolicyDocument=document)
    return arn


def user_session(aws: LocalAws, *statements: Mapping[str, Any]) -> boto3.Session:
    """Signed in as a new IAM user with these statements as its policy."""
    iam = aws.client("iam")
    name = fresh("user")
    iam.create_user(UserName=name)
    if statements:
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_user_policy(UserName=name, PolicyName="only", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return boto3.Session(
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        region_name=REGION,
    )


def owner_session(*, secret: str = ROOT_SECRET_KEY) -> boto3.Session:
    """Signed in as the account's owner, for a client that is not shared."""
    return boto3.Session(aws_access_key_id=ROOT_ACCESS_KEY, aws_secret_access_key=secret, region_name=REGION)

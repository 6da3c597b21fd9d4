"""The operator guide grants whoever deploys what the tools call, no more and no less."""

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from tools.cdk_cli import REPOSITORY, stack_name
from tools.deploy import BOOTSTRAP_VERSION_PARAMETER

COMMANDS = ("deploy", "destroy")
IAM_PREFIX = {
    "cloudformation": "cloudformation",
    "dynamodb": "dynamodb",
    "events": "events",
    "rekognition": "rekognition",
    "s3": "s3",
    "ssm": "ssm",
    "stepfunctions": "states",
    "sts": "sts",
}
"""The services that the tools call, by the name of the client."""
OTHERWISE_NAMED = {
    # The actions of these calls of S3 bear other names (Service Authorization Reference).
    "s3:DeleteObjects": {"s3:DeleteObject", "s3:DeleteObjectVersion"},
    "s3:ListMultipartUploads": {"s3:ListBucketMultipartUploads"},
    "s3:ListObjectVersions": {"s3:ListBucketVersions"},
    # No policy is needed for this one, nor can one deny it (Security Token Service API Reference).
    "sts:GetCallerIdentity": set[str](),
}


def module(name: str) -> ast.Module:
    path = (REPOSITORY / name.replace(".", "/")).with_suffix(".py")
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(name: str) -> Iterator[str]:
    """Modules that a module imports names from; those beside it are imported relatively."""
    for node in ast.walk(module(name)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield f"{name.rpartition('.')[0]}.{node.module}" if node.level else node.module


def modules_behind(*commands: str) -> set[str]:
    """The modules of ours that these commands import, one through the other."""
    found = set[str]()
    ahead = [f"tools.{command}" for command in commands]
    while ahead:
        if (name := ahead.pop()) not in found:
            found.add(name)
            ahead += [other for other in imports_of(name) if other.startswith(("tools.", "lambdas."))]
    return found


def client(receiver: ast.expr) -> str:
    """The service of `session.client("ssm", …)`, `self.ssm` or `ssm`; empty if it is none."""
    match receiver:
        case ast.Call(func=ast.Attribute(attr="client"), args=[ast.Constant(value=str(name)), *_]):
            return name
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name if name in IAM_PREFIX else ""
    return ""


def operation(service: str, method: str) -> str:
    model = botocore.session.get_session().get_service_model(service)
    return next((name for name in model.operation_names if xform_name(name) == method), "")


def calls_of(tree: ast.Module) -> Iterator[str]:
    """Such as `ssm:PutParameter`, of each call of a client."""
    for node in ast.walk(tree):
        match node:
            case (
                ast.Call(
                    func=ast.Attribute(value=receiver, attr="get_paginator"),
                    args=[ast.Constant(value=str(method))],
                )
                | ast.Call(func=ast.Attribute(value=receiver, attr=method))
            ):
                if (service := client(receiver)) and (name := operation(service, method)):
                    yield f"{IAM_PREFIX[service]}:{name}"


def actions(*commands: str) -> set[str]:
    called = {call for name in modules_behind(*commands) for call in calls_of(module(name))}
    return {action for call in called for action in OTHERWISE_NAMED.get(call, {call})}


def granted() -> list[dict[str, Any]]:
    guide = (REPOSITORY / "docs" / "operator-guide.md").read_text(encoding="utf-8")
    section = guide.partition("\n## Rights of whoever deploys\n")[2].partition("\n## ")[0]
    (block,) = re.findall(r"```json\n(.*?)```", section, re.DOTALL)
    statements: list[dict[str, Any]] = json.loads(block)["Statement"]
    return statements


def actions_granted(*, to_destroy: bool) -> set[str]:
    found = set[str]()
    for statement in granted():
        if statement["Sid"].startswith("Destroy") == to_destroy:
            action = statement["Action"]
            found |= {action} if isinstance(action, str) else set(action)
    return found


ROLES = {"sts:AssumeRole"}
"""What the CDK CLI does, and not the tools."""


def test_the_policy_grants_what_the_tools_call() -> None:
    policy = actions_granted(to_destroy=False) | actions_granted(to_destroy=True)
    assert policy - ROLES == actions(*COMMANDS)


def test_the_calls_were_found() -> None:
    """Of each way to write a call one, so that a scan that finds nothing is told."""
    expected = {"ssm:GetParameter", "ssm:PutParameter", "cloudformation:GetTemplate", "states:ListExecutions"}
    assert expected <= actions(*COMMANDS)


@pytest.mark.parametrize("name", sorted(modules_behind(*COMMANDS)))
def test_each_client_bears_the_name_of_its_service_so_that_the_scan_sees_its_calls(name: str) -> None:
    for node in ast.walk(module(name)):
        match node:
            case (
                ast.arg(arg=called, annotation=ast.Name(id=kind))
                | ast.AnnAssign(target=ast.Name(id=called), annotation=ast.Name(id=kind))
            ) if kind.endswith("Client"):
                assert called in IAM_PREFIX, f"{called}: {kind}"
            case ast.Assign(targets=targets, value=value) if client(value):
                assert all(client(target) for target in targets)
            case ast.Call(func=ast.Attribute(attr="client"), args=[ast.Constant(value=service), *_]):
                assert service in IAM_PREFIX


def test_only_what_cannot_be_scoped_is_granted_on_everything() -> None:
    on_everything = [statement["Sid"] for statement in granted() if statement["Resource"] == "*"]
    # DescribeProjects has no resource (Service Authorization Reference).
    assert on_everything == ["DestroyFindsTheProject"]


def test_the_resources_are_named_as_the_tools_name_them() -> None:
    resources = json.dumps([statement["Resource"] for statement in granted()])
    assert f"stack/{stack_name('ENV')}/" in resources
    assert f"parameter{BOOTSTRAP_VERSION_PARAMETER}" in resources

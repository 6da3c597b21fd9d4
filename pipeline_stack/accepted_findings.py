"""Accepting a cdk-nag finding: on the narrowest construct, with a reason that a reviewer can argue with."""

import json
from typing import Any

import aws_cdk as cdk
from aws_cdk import Stack
from constructs import IConstruct

ANY_RESOURCE = "AwsSolutions-IAM5[Resource::*]"
"""The finding about a statement on `*`."""


def accept(construct: IConstruct, *, finding: str, reason: str) -> None:
    """Accept `finding` on `construct` and what it contains, so name the innermost construct that has it."""
    cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id=finding, reason=reason))


def accept_wildcard(construct: IConstruct, arn: str, *, reason: str) -> None:
    """Accept that a policy in `construct` names `arn`, which has a `*` in it; this ARN and no other."""
    written = _as_cdk_nag_writes(Stack.of(construct).resolve(arn))
    accept(construct, finding=f"AwsSolutions-IAM5[Resource::{written}]", reason=reason)


def _as_cdk_nag_writes(value: Any) -> str:
    if isinstance(value, str):
        return value
    match value:
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": path}:
            return f"<{'.'.join(path)}>"
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(_as_cdk_nag_writes(part) for part in parts)
    return json.dumps(value, separators=(",", ":"))

"""Accepting a cdk-nag finding: on the narrowest construct, with a reason that a reviewer can argue with."""

import aws_cdk as cdk
from aws_cdk import Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct, IConstruct

ANY_RESOURCE = "AwsSolutions-IAM5[Resource::*]"
"""The finding about a statement on `*`."""


def accept(construct: Construct | IConstruct, *, finding: str, reason: str) -> None:
    """Accept `finding` on `construct` and what it contains, so name the innermost construct that has it."""
    cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id=finding, reason=reason))


def objects_under(bucket: s3.IBucket, prefix: str) -> str:
    """The finding about a statement on all objects under one prefix of a bucket of this stack."""
    logical_id, attribute = Stack.of(bucket).resolve(bucket.bucket_arn)["Fn::GetAtt"]
    return f"AwsSolutions-IAM5[Resource::<{logical_id}.{attribute}>/{prefix}*]"

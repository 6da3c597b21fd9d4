"""What Training needs so that Rekognition can read and write with its rights: keys, and the output bucket.

Custom Labels guide, "Encrypt training files" and "Set up SDK permissions"; botocore's documentation of
CreateProjectVersion's KmsKeyId. No statement has a condition: whether Rekognition's calls of KMS with the
caller's rights fill kms:ViaService, or its grants kms:GrantIsForAWSResource, is documented nowhere, and a
condition that is not met would end each training as denied.
"""

from __future__ import annotations

from typing import Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from pipeline_stack.training_results import TrainingResults


def rights_to_read(key: kms.IKey | None) -> list[iam.PolicyStatement]:
    """For manifests and pictures in a bucket under this key."""
    return _on(key, "kms:Decrypt", "kms:GenerateDataKey")


def key_parameter(results: TrainingResults) -> dict[str, Any]:
    """Of CreateProjectVersion. Nothing without a key: AWS then uses one that it owns."""
    return {"KmsKeyId": results.training_key.key_arn} if results.training_key else {}


def rights_to_write(results: TrainingResults) -> list[iam.PolicyStatement]:
    """For the results, and for the copies of the pictures under the training's key."""
    statements = [iam.PolicyStatement(actions=["s3:PutObject"], resources=[results.objects])]
    if results.is_elsewhere:
        # Of the dataset bucket, CreateDataset needs both anyway.
        settings = ["s3:GetBucketAcl", "s3:GetBucketLocation"]
        statements.append(iam.PolicyStatement(actions=settings, resources=[results.bucket.bucket_arn]))
        statements += _on(results.bucket_key, "kms:Decrypt", "kms:GenerateDataKey")
    training = ("kms:CreateGrant", "kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt")
    return statements + _on(results.training_key, *training)


def _on(key: kms.IKey | None, *actions: str) -> list[iam.PolicyStatement]:
    return [iam.PolicyStatement(actions=list(actions), resources=[key.key_arn])] if key else []

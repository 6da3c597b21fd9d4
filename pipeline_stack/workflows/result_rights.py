"""What Training needs so that Rekognition can read and write with the rights of its caller.

Custom Labels guide, "Encrypt training files" and "Set up SDK permissions"; botocore's documentation of
CreateProjectVersion's KmsKeyId. No statement has a condition: whether Rekognition's calls of KMS with the
caller's rights fill kms:ViaService, or its grants kms:GrantIsForAWSResource, is documented nowhere, and a
condition that is not met would end each training as denied.
"""

from __future__ import annotations

from typing import Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from pipeline_stack.layout import DATA_SOURCES_PREFIX, IMAGES_PREFIX, MANIFESTS_PREFIX
from pipeline_stack.training_results import TrainingResults


def rights_to_read(bucket: s3.IBucket, key: kms.IKey | None) -> list[iam.PolicyStatement]:
    """For the manifests and pictures in the dataset bucket, which may be under a key."""
    return [
        iam.PolicyStatement(
            actions=["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:ListBucket"],
            resources=[bucket.bucket_arn],
        ),
        iam.PolicyStatement(
            actions=["s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectVersion", "s3:GetObjectTagging"],
            resources=[
                bucket.arn_for_objects(f"{MANIFESTS_PREFIX}*"),
                bucket.arn_for_objects(f"{IMAGES_PREFIX}*"),
                bucket.arn_for_objects(f"{DATA_SOURCES_PREFIX}*"),
            ],
        ),
        *_on(key, "kms:Decrypt", "kms:GenerateDataKey"),
    ]


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

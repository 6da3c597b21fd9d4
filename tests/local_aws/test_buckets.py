"""Buckets as CloudFormation makes them and as their policies guard them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.resources import (
    create_stack,
    error_code,
    fresh,
    owner_session,
    user_session,
    wait_for_stack,
)

PROPERTIES = {
    "LifecycleConfiguration": {
        "Rules": [
            {
                "Id": "Tidy",
                "Status": "Enabled",
                "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            }
        ]
    },
    "BucketEncryption": {
        "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
    },
    "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]},
    "Tags": [{"Key": "project", "Value": "training"}],
}


def bucket_with_policy(aws: LocalAws, *statements: dict[str, Any]) -> str:
    s3, name = aws.client("s3"), fresh("bucket")
    s3.create_bucket(Bucket=name)
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Principal": "*", "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"], **statement}
            for statement in statements
        ],
    }
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(document))
    return name


@pytest.mark.mend("bucket-properties")
def test_cloudformation_sets_lifecycle_encryption_ownership_and_tags(aws: LocalAws) -> None:
    bucket = create_stack(aws, {"B": {"Type": "AWS::S3::Bucket", "Properties": PROPERTIES}})["B"]
    s3 = aws.client("s3")

    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    encryption = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    ownership = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]

    assert rule["ID"] == "Tidy"
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert encryption[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert ownership[0]["ObjectOwnership"] == "BucketOwnerPreferred"
    assert {"Key": "project", "Value": "training"} in s3.get_bucket_tagging(Bucket=bucket)["TagSet"]


@pytest.mark.mend("bucket-not-empty")
def test_cloudformation_keeps_a_bucket_that_holds_something(aws: LocalAws) -> None:
    versioned = {"VersioningConfiguration": {"Status": "Enabled"}}
    stack = create_stack(aws, {"B": {"Type": "AWS::S3::Bucket", "Properties": versioned}})
    s3, cloudformation = aws.client("s3"), aws.client("cloudformation")
    version = s3.put_object(Bucket=stack["B"], Key="picture.png", Body=b"x")["VersionId"]
    marker = s3.delete_object(Bucket=stack["B"], Key="picture.png")["VersionId"]

    cloudformation.delete_stack(StackName=stack["StackName"])
    wait_for_stack(aws, stack["StackName"], "DELETE_FAILED")
    for each in (version, marker):
        s3.delete_object(Bucket=stack["B"], Key="picture.png", VersionId=each)
    cloudformation.delete_stack(StackName=stack["StackName"])

    assert error_code(lambda: s3.head_bucket(Bucket=stack["B"])) == "404"


@pytest.mark.mend("secure-transport")
def test_a_policy_that_asks_for_tls_lets_loopback_calls_in(aws: LocalAws) -> None:
    tls_only = {"Effect": "Deny", "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    bucket = bucket_with_policy(aws, tls_only)
    reader = user_session(aws, {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"})

    assert aws.client("s3", session=reader).list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@pytest.mark.mend("root-bucket-policy")
def test_a_deny_of_the_bucket_policy_holds_for_the_owner(aws: LocalAws) -> None:
    condition = {
        "StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"},
        "Null": {"s3:x-amz-server-side-encryption": "false"},
    }
    bucket = bucket_with_policy(aws, {"Effect": "Deny", "Action": "s3:PutObject", "Condition": condition})
    s3 = aws.client("s3")

    def put(**encryption: str) -> str | None:
        return error_code(lambda: s3.put_object(Bucket=bucket, Key="k", Body=b"x", **encryption))

    assert put(ServerSideEncryption="aws:kms") == "AccessDenied"
    assert put(ServerSideEncryption="AES256") is None
    assert put() is None


def test_the_owner_can_mend_a_policy_that_denies_everything(aws: LocalAws) -> None:
    bucket = bucket_with_policy(aws, {"Effect": "Deny", "Action": "s3:*"})
    s3 = aws.client("s3")

    assert error_code(lambda: s3.list_objects_v2(Bucket=bucket)) == "AccessDenied"
    s3.delete_bucket_policy(Bucket=bucket)
    assert error_code(lambda: s3.list_objects_v2(Bucket=bucket)) is None


@pytest.mark.mend("bucket-policy-customer-key")
def test_a_policy_can_refuse_customer_keys(aws: LocalAws) -> None:
    condition = {"Null": {"s3:x-amz-server-side-encryption-customer-algorithm": "false"}}
    bucket = bucket_with_policy(aws, {"Effect": "Deny", "Action": "s3:PutObject", "Condition": condition})
    s3 = aws.client("s3", session=owner_session())
    # boto3 sends customer keys over TLS only, so the header goes out by itself.
    s3.meta.events.register(
        "before-sign.s3.PutObject",
        lambda request, **_: request.headers.add_header(
            "x-amz-server-side-encryption-customer-algorithm", "AES256"
        ),
    )

    assert error_code(lambda: s3.put_object(Bucket=bucket, Key="k", Body=b"x")) == "AccessDenied"


@pytest.mark.mend("s3-managed-key")
def test_an_upload_with_kms_and_no_key_takes_the_managed_one(aws: LocalAws) -> None:
    s3, bucket = aws.client("s3"), fresh("bucket")
    s3.create_bucket(Bucket=bucket)

    answer = s3.put_object(Bucket=bucket, Key="k", Body=b"x", ServerSideEncryption="aws:kms")

    assert answer["SSEKMSKeyId"].startswith("arn:aws:kms:us-east-1:000000000000:key/")


@pytest.mark.mend("s3-default-encryption")
def test_an_object_is_encrypted_unless_told_otherwise(aws: LocalAws) -> None:
    s3, bucket = aws.client("s3"), fresh("bucket")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")

    assert s3.head_object(Bucket=bucket, Key="k")["ServerSideEncryption"] == "AES256"

"""Encryption of objects: what S3 does when a request or a bucket names none, or names no key."""

from __future__ import annotations

from typing import Any

from ministack.core.responses import get_account_id, get_region

from local_aws.mends.registry import mend

SSE_HEADER = "x-amz-server-side-encryption"
KEY_HEADER = "x-amz-server-side-encryption-aws-kms-key-id"
AWS_MANAGED_KEY_ID = "5a3c0a5e-0000-4000-8000-000000000000"
"""Stands for the account's key behind alias/aws/s3."""


@mend("s3-managed-key", target="ministack.services.s3._resolve_sse_write_headers")
def fall_back_to_the_managed_key(original: Any) -> Any:
    """An upload with aws:kms and no key is refused, which the CDK CLI sends to a bootstrap bucket.

    S3 then takes the AWS managed key (S3 User Guide, "Using server-side encryption with AWS KMS keys").
    """

    def _resolve_sse_write_headers(headers: dict[str, str], bucket_name: str) -> Any:
        if headers.get(SSE_HEADER) == "aws:kms" and not headers.get(KEY_HEADER):
            key = f"arn:aws:kms:{get_region()}:{get_account_id()}:key/{AWS_MANAGED_KEY_ID}"
            headers = {**headers, KEY_HEADER: key}
        return original(headers, bucket_name)

    return _resolve_sse_write_headers


@mend("s3-default-encryption", target="ministack.services.s3._bucket_default_sse_headers")
def say_that_objects_are_encrypted(original: Any) -> Any:
    """Objects of a bucket without a configuration show no encryption; S3 has used SSE-S3 since 2023."""

    def _bucket_default_sse_headers(bucket_name: str) -> dict[str, str]:
        return original(bucket_name) or {SSE_HEADER: "AES256"}

    return _bucket_default_sse_headers

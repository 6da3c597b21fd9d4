"""Empty a versioned bucket, so that CloudFormation can delete it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from tools.model_removal import RemovalError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

OBJECTS_A_CALL = 1000
"""DeleteObjects takes no more (S3 API reference)."""


def empty_bucket(s3: S3Client, bucket: str, *, report: Callable[[str], None]) -> int:
    """Delete every version of every object, and unfinished uploads; return how many versions there were.

    A bucket that does not exist has none. Raises RemovalError for the first object that is refused.
    """
    try:
        _abort_uploads(s3, bucket)
        deleted = _delete_versions(s3, bucket, report=report)
    except ClientError as problem:
        if problem.response["Error"]["Code"] == "NoSuchBucket":
            return 0
        raise
    report(f"Bucket {bucket} is empty ({deleted} object versions deleted)")
    return deleted


def _delete_versions(s3: S3Client, bucket: str, *, report: Callable[[str], None]) -> int:
    deleted = 0
    pages = s3.get_paginator("list_object_versions").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": OBJECTS_A_CALL}
    )
    for page in pages:
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        batch: list[ObjectIdentifierTypeDef] = [
            {"Key": item["Key"], "VersionId": item["VersionId"]} for item in found
        ]
        if not batch:
            continue
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
        if refused := answer.get("Errors"):
            raise RemovalError(
                f"{len(refused)} objects of {bucket} could not be deleted, first {refused[0].get('Key')}: "
                f"{refused[0].get('Code')} {refused[0].get('Message')}"
            )
        deleted += len(batch)
        report(f"Bucket {bucket}: {deleted} object versions deleted")
    return deleted


def _abort_uploads(s3: S3Client, bucket: str) -> None:
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        for upload in page.get("Uploads", []):
            s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])

"""Objects under a KMS key of the customer's: who may read and write them, and what their ETags say."""

from __future__ import annotations

import secrets
from contextvars import ContextVar
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_region
from ministack.core.router import extract_access_key_id
from ministack.services import kms, s3

from local_aws.mends.registry import mend
from local_aws.mends.s3_encryption import AWS_MANAGED_KEY_ID, KEY_HEADER

_writes_under_kms: ContextVar[bool] = ContextVar("writes_under_kms", default=False)
"""Whether the write under way is encrypted with KMS, between its two parts below."""


def _refusal(headers: dict[str, str], key: str, action: str) -> Any:
    """S3's error where the caller may not use the key, or it is not there; None where all is well.

    S3 asks KMS in the caller's name, so the caller needs the right, which a policy may tie to S3 with
    kms:ViaService. The AWS managed key lets everybody in the account in.
    """
    if key.endswith(AWS_MANAGED_KEY_ID):
        return None
    record = kms._resolve_key(key)
    if record is None:
        return s3._error("KMS.NotFoundException", f"Key '{key}' does not exist", 400)
    if record["KeyState"] != "Enabled":
        return s3._error("KMS.DisabledException", f"{record['Arn']} is {record['KeyState']}.", 400)
    region = get_region()
    denied = iam_evaluator.enforce(
        extract_access_key_id(headers) or "",
        action,
        "kms",
        region,
        record["Arn"],
        {"kms:ViaService": f"s3.{region}.amazonaws.com"},
    )
    if denied is None:
        return None
    return s3._error("AccessDenied", f"Not authorized to perform: {action} on resource: {record['Arn']}", 403)


@mend(
    "s3-kms-writes",
    target="ministack.services.s3._resolve_sse_write_headers",
    requires=(
        "ministack.core.iam_evaluator.enforce",
        "ministack.core.router.extract_access_key_id",
        "ministack.services.kms._resolve_key",
        "ministack.services.s3._error",
    ),
)
def ask_for_the_key_in_a_write(original: Any) -> Any:
    """Everybody who may put an object may do so under any key, and under one that does not exist."""

    def _resolve_sse_write_headers(headers: dict[str, str], bucket_name: str) -> Any:
        kept, error = original(headers, bucket_name)
        key = "" if error else kept.get(KEY_HEADER, "")
        _writes_under_kms.set(bool(key))
        if key and (refused := _refusal(headers, key, "kms:GenerateDataKey")):
            return None, refused
        return kept, error

    return _resolve_sse_write_headers


@mend("s3-kms-reads", target="ministack.services.s3._get_object")
def ask_for_the_key_in_a_read(original: Any) -> Any:
    """Everybody who may get an object may do so without any right to the key that it is encrypted with."""

    def _get_object(
        bucket_name: str, key: str, headers: dict[str, str], query_params: dict[str, Any] | None = None
    ) -> Any:
        answer = original(bucket_name, key, headers, query_params)
        found = {name.lower(): value for name, value in answer[1].items()}.get(KEY_HEADER, "")
        if answer[0] in (200, 206) and found and (refused := _refusal(headers, found, "kms:Decrypt")):
            return refused
        return answer

    return _get_object


@mend("s3-kms-etags", target="ministack.services.s3._build_object_record")
def give_objects_under_kms_an_etag_of_chance(original: Any) -> Any:
    """The ETag of an object under KMS is the MD5 of its content, which on AWS it is not.

    S3 API reference, "Object": ETags of objects under SSE-KMS "are not an MD5 digest of their object data".
    """

    def _build_object_record(
        body: bytes,
        headers: dict[str, str],
        etag: str | None = None,
        checksums: dict[str, str] | None = None,
    ) -> Any:
        if _writes_under_kms.get():
            _writes_under_kms.set(False)
            etag = f'"{secrets.token_hex(16)}"'
        return original(body, headers, etag=etag, checksums=checksums)

    return _build_object_record

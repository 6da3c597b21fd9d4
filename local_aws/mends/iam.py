"""Who may do what, where MiniStack's own evaluation is more lenient than AWS."""

from __future__ import annotations

from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id
from ministack.core.router import extract_access_key_id
from ministack.core.sigv4 import decode_header_value

from local_aws.mends.registry import mend

_POLICY_ACTIONS = frozenset({"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"})
"""The owner of the account can always mend a bucket policy that locks everybody out."""


@mend(
    "root-signature",
    target="ministack.app.pin_signed_request",
    requires=(
        "ministack.core.iam_evaluator._signed_request",
        "ministack.core.iam_evaluator.SignedRequest",
        "ministack.core.iam_evaluator.is_root_access_key",
    ),
)
def check_the_owners_signature(original: Any) -> Any:
    """The key `test` is the account's owner whatever its secret: a wrong one would go unnoticed."""

    def pin_signed_request(
        method: str, raw_path: str, query_params: dict[str, Any], raw_headers: list[tuple[bytes, bytes]]
    ) -> None:
        original(method, raw_path, query_params, raw_headers)
        headers = {name.decode("latin-1").lower(): decode_header_value(value) for name, value in raw_headers}
        if iam_evaluator._signed_request.get() is not None:
            return
        if not headers.get("authorization", "").startswith("AWS4-HMAC-SHA256"):
            return
        access_key_id = extract_access_key_id(headers)
        if access_key_id and iam_evaluator.is_root_access_key(access_key_id):
            signed = iam_evaluator.SignedRequest(access_key_id, method, raw_path, query_params, headers)
            iam_evaluator._signed_request.set(signed)

    return pin_signed_request


@mend(
    "root-bucket-policy",
    target="ministack.core.iam_evaluator.enforce",
    requires=(
        "ministack.core.iam_evaluator._resource_policy",
        "ministack.core.iam_evaluator.EvalContext",
        "ministack.core.iam_evaluator.evaluate_resource_policy",
        "ministack.core.iam_evaluator.is_root_access_key",
    ),
)
def bucket_policy_denies_the_owner_too(original: Any) -> Any:
    """A Deny of a bucket policy holds for the account's owner as well; MiniStack lets the owner do all."""

    def enforce(  # noqa: PLR0917 - MiniStack's own signature
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        denied = original(access_key_id, iam_action, service, region, resource_arn, service_context)
        is_owner = bool(access_key_id) and iam_evaluator.is_root_access_key(access_key_id)
        if denied is not None or not is_owner or service != "s3" or iam_action in _POLICY_ACTIONS:
            return denied
        found = iam_evaluator._resource_policy(service, resource_arn)
        if found is None:
            return None
        context = iam_evaluator.EvalContext(
            principal_arn=f"arn:aws:iam::{get_account_id()}:root",
            principal_type="Root",
            principal_account=get_account_id(),
            action=iam_action,
            resource_arn=resource_arn,
            region=region,
            service_context={key.lower(): value for key, value in (service_context or {}).items()},
        )
        result = iam_evaluator.evaluate_resource_policy(found[0], context)
        if result.decision != "Deny":
            return None
        result.principal_arn, result.resource_policy_arn = context.principal_arn, resource_arn
        return result

    return enforce

"""Services that call on their own behalf: what they may do is in the policy of what they call."""

from __future__ import annotations

from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id

from local_aws.identity import service_source
from local_aws.mends.registry import mend


@mend(
    "service-principals",
    target="ministack.core.iam_evaluator.enforce",
    requires=(
        "ministack.core.iam_evaluator.authenticate",
        "ministack.core.iam_evaluator._resource_policy",
        "ministack.core.iam_evaluator.evaluate_resource_policy",
        "ministack.core.iam_evaluator.EvalContext",
        "ministack.core.iam_evaluator.EvalResult",
    ),
)
def ask_the_resource(original: Any) -> Any:
    """EventBridge and CloudWatch act with the rights that queues, topics and functions give them.

    MiniStack delivers in process and asks nobody, so that a missing AWS::Lambda::Permission or a
    topic policy without the alarms goes unnoticed.
    """

    def enforce(  # noqa: PLR0917 - MiniStack's own signature
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        acting = service_source(access_key_id)
        if acting is None:
            return original(access_key_id, iam_action, service, region, resource_arn, service_context)
        checked = iam_evaluator.authenticate(access_key_id, get_account_id())
        if isinstance(checked, iam_evaluator.AuthError):
            return checked
        return _decision(acting, iam_action, service, region, resource_arn)

    return enforce


def _decision(acting: tuple[str, str], action: str, service: str, region: str, resource_arn: str) -> Any:
    """None when the resource's policy lets the service in; MiniStack's result of a refusal when not."""
    principal, source_arn = acting
    found = iam_evaluator._resource_policy(service, resource_arn)
    if found is None:  # what does not exist is told by the service itself
        return None
    account_id = source_arn.split(":")[4]
    context = iam_evaluator.EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action=action,
        resource_arn=resource_arn,
        region=region,
        service_context={
            "aws:sourcearn": source_arn,
            "aws:sourceaccount": account_id,
            "aws:sourceowner": account_id,
        },
    )
    result = iam_evaluator.evaluate_resource_policy(found[0], context, service=principal)
    if result.decision == "Allow":
        return None
    result.principal_arn = principal
    return result

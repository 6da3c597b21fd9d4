"""Calls that name several parameters are authorised for each of them."""

from __future__ import annotations

import json
from contextvars import ContextVar
from typing import Any

from local_aws.mends.registry import mend

_SEVERAL = {
    "AmazonSSM.GetParameters": "ssm:GetParameters",
    "AmazonSSM.DeleteParameters": "ssm:DeleteParameters",
}
_named: ContextVar[tuple[str, ...]] = ContextVar("named_parameters", default=())


@mend("ssm-several-parameters", target="ministack.core.iam_actions.extract_resource_arn")
def note_each_parameter(original: Any) -> Any:
    """MiniStack checks GetParameters against `*`, which a role scoped to its parameters never has; AWS
    checks the ARN of each parameter that the call names (Service Authorization Reference)."""

    def extract_resource_arn(service: str, *args: Any, **kwargs: Any) -> str:
        _named.set(())
        if service == "ssm":
            _method, _path, headers, body, _query, region, account_id = args
            if headers.get("x-amz-target", "") in _SEVERAL:
                names = json.loads(body or b"{}").get("Names", [])
                _named.set(
                    tuple(f"arn:aws:ssm:{region}:{account_id}:parameter/{name.lstrip('/')}" for name in names)
                )
        return str(original(service, *args, **kwargs))

    return extract_resource_arn


@mend("ssm-several-parameters", target="ministack.core.iam_evaluator.enforce")
def check_each_parameter(original: Any) -> Any:
    """The second half: one check a parameter, the first refusal wins."""

    def enforce(  # noqa: PLR0917 - MiniStack's own signature
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        arns = _named.get() if iam_action in _SEVERAL.values() else ()
        for arn in arns or (resource_arn,):
            denied = original(access_key_id, iam_action, service, region, arn, service_context)
            if denied is not None:
                return denied
        return None

    return enforce

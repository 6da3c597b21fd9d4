"""Calls on parameters are authorised for each parameter they name, whichever version they ask for."""

from __future__ import annotations

import json
from contextvars import ContextVar
from typing import Any

from local_aws.mends.registry import mend

_SEVERAL = {
    "AmazonSSM.GetParameters": "ssm:GetParameters",
    "AmazonSSM.DeleteParameters": "ssm:DeleteParameters",
}
ARN_FIELDS = 6
"""Of `arn:aws:ssm:<region>:<account>:parameter/<name>`; a parameter's name has no colon in it."""
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
                prefix = f"arn:aws:ssm:{region}:{account_id}:parameter/"
                _named.set(tuple(prefix + name.lstrip("/") for name in names))
        return str(original(service, *args, **kwargs))

    return extract_resource_arn


@mend("ssm-selectors", target="ministack.core.iam_evaluator.enforce")
def leave_out_the_selector(original: Any) -> Any:
    """A parameter's ARN has no version or label in it: `name:3` is authorised as `name`.

    MiniStack checks the ARN with the selector, which a role scoped to its parameters does not have.
    """

    def enforce(  # noqa: PLR0917 - MiniStack's own signature
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        if service == "ssm":
            resource_arn = ":".join(resource_arn.split(":")[:ARN_FIELDS])
        return original(access_key_id, iam_action, service, region, resource_arn, service_context)

    return enforce


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

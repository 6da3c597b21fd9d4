"""Parameter Store: what it refuses, and the events it sends."""

from __future__ import annotations

import json
import re
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import eventbridge, ssm

from local_aws.mends.registry import mend

STANDARD_TIER_BYTES = 4096
"""Systems Manager quotas: size of a value in the standard tier."""


@mend(
    "ssm-allowed-pattern",
    target="ministack.services.ssm._put_parameter",
    requires=("ministack.services.ssm._parameters",),
)
def enforce_allowed_pattern(original: Any) -> Any:
    """A value that does not match AllowedPattern is stored; AWS answers ParameterPatternMismatchException.

    The pattern stays when a new value is put without one, which is what makes it a guard for whoever
    edits the value later.
    """

    def _put_parameter(data: dict[str, Any]) -> Any:
        kept = (ssm._parameters.get(data.get("Name")) or {}).get("AllowedPattern", "")
        pattern = data.get("AllowedPattern") or kept
        value = data.get("Value", "")
        if pattern and not _matches(pattern, value):
            message = f"Parameter value, cannot be validated against allowedPattern: {pattern}"
            return error_response_json("ParameterPatternMismatchException", message, 400)
        return original({**data, "AllowedPattern": pattern})

    return _put_parameter


@mend("ssm-value-limits", target="ministack.services.ssm._put_parameter")
def refuse_values_that_ssm_cannot_hold(original: Any) -> Any:
    """A value above 4 KB in the standard tier, or with a {{reference}} in it, is stored; AWS refuses both."""

    def _put_parameter(data: dict[str, Any]) -> Any:
        value = data.get("Value", "")
        if re.search(r"\{\{.*\}\}", value, re.DOTALL):
            message = 'Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.'
            return error_response_json("ValidationException", message, 400)
        if data.get("Tier", "Standard") == "Standard" and len(value.encode()) > STANDARD_TIER_BYTES:
            message = (
                f"Standard tier parameters support a maximum parameter value of {STANDARD_TIER_BYTES} "
                "characters. To create a larger parameter value, upgrade the parameter to use the "
                "advanced-parameter tier."
            )
            return error_response_json("ValidationException", message, 400)
        return original(data)

    return _put_parameter


@mend(
    "ssm-change-events",
    target="ministack.services.ssm._put_parameter",
    requires=("ministack.services.eventbridge._put_events",),
)
def tell_of_puts(original: Any) -> Any:
    """Parameter Store sends `Parameter Store Change` to EventBridge; MiniStack sends nothing.

    The event has no value in it (EventBridge reference, "Amazon EC2 Systems Manager events").
    """

    def _put_parameter(data: dict[str, Any]) -> Any:
        response = original(data)
        if response[0] < 300:
            is_new = json.loads(response[2])["Version"] == 1
            _send("Create" if is_new else "Update", ssm._parameters[data["Name"]])
        return response

    return _put_parameter


@mend("ssm-change-events", target="ministack.services.ssm._delete_parameter")
def tell_of_a_deletion(original: Any) -> Any:
    """See `tell_of_puts`."""

    def _delete_parameter(data: dict[str, Any]) -> Any:
        parameter = ssm._parameters.get(data.get("Name"))
        response = original(data)
        if response[0] < 300 and parameter:
            _send("Delete", parameter)
        return response

    return _delete_parameter


@mend("ssm-change-events", target="ministack.services.ssm._delete_parameters")
def tell_of_deletions(original: Any) -> Any:
    """See `tell_of_puts`."""

    def _delete_parameters(data: dict[str, Any]) -> Any:
        parameters = [ssm._parameters.get(name) for name in data.get("Names", [])]
        response = original(data)
        for parameter in filter(None, parameters):
            _send("Delete", parameter)
        return response

    return _delete_parameters


def _matches(pattern: str, value: str) -> bool:
    return re.fullmatch(pattern, value) is not None


def _send(operation: str, parameter: dict[str, Any]) -> None:
    detail = {"operation": operation, "name": parameter["Name"], "type": parameter["Type"]}
    if parameter.get("Description"):
        detail["description"] = parameter["Description"]
    entry = {
        "Source": "aws.ssm",
        "DetailType": "Parameter Store Change",
        "Detail": json.dumps(detail),
        "Resources": [parameter["ARN"]],
    }
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)

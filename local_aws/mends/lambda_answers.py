"""Mends to what the Lambda API answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local_aws.mends.registry import mend


@mend("lambda-answers", target="ministack.services.lambda_svc.handle_request")
def leave_out_what_is_empty(original: Any) -> Any:
    """A function's description leaves out the reasons and ARNs that it has none of.

    MiniStack gives empty strings, which are none of the values that the API's model allows; nor is
    `Updating`. A function that is being updated stays Active: its LastUpdateStatus tells of the update.
    """

    async def handle(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]
    ) -> Any:
        status, answered, content = await original(method, path, headers, body, query)
        if path.endswith("/invocations") or status >= 300:
            return status, answered, content
        try:
            document = json.loads(content)
        except ValueError:
            return status, answered, content
        kept = {name: value for name, value in answered.items() if name.lower() != "content-length"}
        return status, kept, json.dumps(_without_empty(document)).encode()

    return handle


def _without_empty(value: Any) -> Any:
    """Members named after reasons, ARNs and their configuration go when they hold nothing."""
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    if not isinstance(value, dict):
        return value
    inside = {name: _without_empty(item) for name, item in value.items()}
    if inside.get("StateReasonCode") == "Updating":
        inside |= {"State": "Active", "StateReason": "", "StateReasonCode": ""}
    return {
        name: item
        for name, item in inside.items()
        if item not in ("", {}) or not name.endswith(("Reason", "ReasonCode", "Arn", "VersionConfig"))
    }

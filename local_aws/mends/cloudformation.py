"""CloudFormation: how custom resources are asked and answered, and what a deletion that fails leaves."""

from __future__ import annotations

import contextvars
import json
from collections.abc import Coroutine
from typing import Any

from ministack.services import cloudformation, lambda_svc
from ministack.services.cloudformation import stacks

from local_aws.mends.registry import mend

LARGEST_ANSWER = 4096
"""Bytes (CloudFormation User Guide, "Custom resource response objects")."""

_Held = dict[str, Any]
_held: contextvars.ContextVar[_Held | None] = contextvars.ContextVar("held", default=None)
_asks: contextvars.ContextVar[bool] = contextvars.ContextVar("asks", default=False)


@mend(
    "cloudformation-deletion-order",
    target="ministack.services.cloudformation.handlers._delete_stack_async",
    requires=("ministack.services.cloudformation._stacks",),
)
def leave_what_a_failed_one_needs(original: Any) -> Any:
    """What a resource depends on is not deleted when that resource could not be; MiniStack goes on with it.

    CloudFormation deletes a resource only after those that depend on it, so the rest stays as it is and
    has no event (User Guide, "DependsOn attribute"). Whoever was told that the deletion began sees it begun.
    """

    def _delete_stack_async(
        stack_name: str, stack_id: str, retain_resources: Any = (), force: bool = False
    ) -> Coroutine[Any, Any, None]:
        if stack_name in cloudformation._stacks:
            cloudformation._stacks[stack_name]["StackStatus"] = "DELETE_IN_PROGRESS"
        return _delete(stack_name, stack_id, retain_resources, force)

    async def _delete(stack_name: str, stack_id: str, retain_resources: Any, force: bool) -> None:
        held: _Held | None = None if force else {}
        token = _held.set(held)
        try:
            await original(stack_name, stack_id, retain_resources, force=force)
        finally:
            _held.reset(token)
            if held:
                cloudformation._stacks[stack_name]["_resources"].update(held)

    return _delete_stack_async


@mend(
    "cloudformation-deletion-order",
    target="ministack.services.cloudformation.stacks._delete_resource",
    requires=(
        "ministack.services.cloudformation.stacks._with_dependencies",
        "ministack.services.cloudformation._stacks",
    ),
)
def hold_back(original: Any) -> Any:
    """See `leave_what_a_failed_one_needs`: they are out of the stack until the deletion is over."""

    def _delete_resource(
        resource_type: str,
        physical_id: str,
        props: Any,
        stack_name: str | None = None,
        logical_id: str | None = None,
    ) -> None:
        try:
            original(resource_type, physical_id, props, stack_name, logical_id)
        except Exception:
            held = _held.get()
            if held is not None:
                stack = cloudformation._stacks[stack_name]
                resources = stack["_resources"]
                defined = stack["_template"]["Resources"]
                needed = stacks._with_dependencies([logical_id], defined, set(resources))
                for name in needed - {logical_id}:
                    held[name] = resources.pop(name)
            raise

    return _delete_resource


@mend(
    "cloudformation-custom-resources",
    target="ministack.services.cloudformation.custom_resource.invoke_custom_resource",
)
def ask(original: Any) -> Any:
    """See `invoke_as_an_event`."""

    def invoke_custom_resource(*given: Any, **named: Any) -> Any:
        token = _asks.set(True)
        try:
            return original(*given, **named)
        finally:
            _asks.reset(token)

    return invoke_custom_resource


@mend(
    "cloudformation-custom-resources",
    target="ministack.services.lambda_svc._execute_function_with_config_scope",
    requires=("ministack.services.lambda_svc.invoke_async_with_retry",),
)
def invoke_as_an_event(original: Any) -> Any:
    """A custom resource's function is invoked as an event: Lambda tries one that broke off twice more.

    MiniStack waits for it, and then an hour for an answer that will not come.
    """

    def _execute_function_with_config_scope(function: Any, event: Any) -> Any:
        if not _asks.get():
            return original(function, event)
        return lambda_svc.invoke_async_with_retry(function, event)

    return _execute_function_with_config_scope


@mend(
    "cloudformation-custom-resources",
    target="ministack.services.cloudformation.custom_resource.deliver_response",
)
def receive(original: Any) -> Any:
    """A failure is told in CloudFormation's words; an answer that is too long is one. MiniStack takes any."""

    def deliver_response(token: str, response: dict[str, Any]) -> Any:
        if len(json.dumps(response).encode()) > LARGEST_ANSWER:
            response = {"Status": "FAILED", "Reason": "Response object is too long."}
        elif response.get("Status") == "FAILED":
            reason = (
                "Received response status [FAILED] from custom resource. Message returned: "
                f"{response.get('Reason')} (RequestId: {response.get('RequestId')})"
            )
            response = {**response, "Reason": reason}
        return original(token, response)

    return deliver_response

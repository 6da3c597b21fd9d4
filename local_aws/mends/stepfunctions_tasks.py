"""Mends to Task states: who makes the call, how long it may take, how large its result may be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services import stepfunctions as sfn

from local_aws.identity import Credentials, RoleUnusableError
from local_aws.mends.registry import mend
from local_aws.mends.stepfunctions_history import check_payload
from local_aws.mends.stepfunctions_lanes import Lane, TaskTimedOutError, current_lane
from local_aws.mends.stepfunctions_machines import assume
from local_aws.mends.stepfunctions_task_events import LambdaEvents, TaskEvents
from local_aws.workflow_calls import (
    TaskFailedError,
    call_optimised_integration,
    call_sdk_integration,
    invoke_function,
)

_OPTIMISED = ("dynamodb", "events", "sns", "sqs")
_SERIALISED_MEMBERS = {"sns": "Message", "sqs": "MessageBody"}
"""Members that may be an object in an optimised integration, which makes JSON text of it."""


@mend("stepfunctions-tasks", target="ministack.services.stepfunctions._execute_task")
def execute_task(_original: Any) -> Any:
    """A task's TimeoutSeconds may be an expression, and arguments and results over 256 KiB fail it.

    MiniStack crashes on the expression and lets any size pass; its events also lack members that
    the API's model requires.
    """

    def execute(
        state: Mapping[str, Any], raw_input: Any, execution: dict[str, Any], ctx: dict[str, Any]
    ) -> tuple[Any, str | None]:
        output: tuple[Any, str | None] = sfn._with_retry_and_catch(
            state, raw_input, ctx, lambda: _attempt(state, raw_input, ctx)
        )
        return output

    return execute


@mend("stepfunctions-calls", target="ministack.services.stepfunctions._invoke_resource")
def invoke_resource(original: Any) -> Any:
    """A task's call is made with the permissions of the state machine's role, like any other call.

    MiniStack calls its services in process, so no policy applies to a workflow, and only 25 services
    are in reach.
    """

    def invoke(resource: str, arguments: Any) -> Any:
        service, action = _integration(resource)
        if service is None or action is None:
            return original(resource, arguments)
        if service == "states" and action.startswith("startExecution"):
            sync = ".sync" in action
            nested = sfn._invoke_nested_start_execution_sync if sync else sfn._invoke_nested_start_execution
            return nested(resource, arguments)
        try:
            return _call(resource, service, action, arguments)
        except TaskFailedError as failure:
            raise sfn._ExecutionError(failure.error, failure.cause) from failure

    return invoke


def role_credentials() -> Credentials:
    """A session of the running state machine's role. Raises MiniStack's execution error without one."""
    run = current_lane().run
    try:
        return assume(run.role_arn, run.execution["stateMachineArn"].rpartition(":")[2])
    except RoleUnusableError as failure:
        raise sfn._ExecutionError("States.Permissions", str(failure)) from failure


def _integration(resource: str) -> tuple[str | None, str | None]:
    """Service and action of a resource that is a call; (None, None) for what MiniStack keeps."""
    parts = resource.split(":")
    if ":function:" in resource:
        return "function", resource
    if len(parts) == 8 and parts[5] == "aws-sdk":
        return "aws-sdk", ":".join(parts[6:])
    if len(parts) >= 7 and parts[5] in (*_OPTIMISED, "lambda", "states"):
        return parts[5], ":".join(parts[6:])
    return None, None


def _call(resource: str, service: str, action: str, arguments: Any) -> Any:
    credentials = role_credentials()
    if service == "function":
        return invoke_function(
            arguments={"FunctionName": resource, "Payload": arguments}, credentials=credentials
        )["Payload"]
    if service == "aws-sdk":
        token, name = action.split(":")
        return call_sdk_integration(token=token, action=name, arguments=arguments, credentials=credentials)
    if not isinstance(arguments, dict):
        raise TaskFailedError(error="States.Runtime", cause="The arguments must be an object.")
    if service == "lambda":
        return invoke_function(arguments=arguments, credentials=credentials)
    result = call_optimised_integration(
        token=service,
        action=action,
        arguments=_optimised_arguments(service, arguments),
        credentials=credentials,
    )
    if result.get("FailedEntryCount"):
        raise TaskFailedError(error="EventBridge.FailedEntry", cause=json.dumps(result))
    return result


def _optimised_arguments(service: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Objects become JSON text, and events name the execution and its machine among their resources."""
    sent = dict(arguments)
    member = _SERIALISED_MEMBERS.get(service)
    if member in sent and not isinstance(sent[member], str):
        sent[member] = json.dumps(sent[member])
    if service == "events":
        execution = current_lane().run.execution
        own = [execution["executionArn"], execution["stateMachineArn"]]
        sent["Entries"] = [_event_entry(entry, own) for entry in sent.get("Entries", [])]
    return sent


def _event_entry(entry: dict[str, Any], own: list[str]) -> dict[str, Any]:
    detail = entry.get("Detail")
    text = {"Detail": json.dumps(detail)} if isinstance(detail, dict) else {}
    return entry | text | {"Resources": [*entry.get("Resources", []), *own]}


def _attempt(state: Mapping[str, Any], raw_input: Any, ctx: dict[str, Any]) -> tuple[Any, str | None]:
    jsonata = sfn._state_query_language(state, ctx) == "JSONata"
    is_callback = ".waitForTaskToken" in state["Resource"]
    if is_callback:
        ctx["Task"] = {"Token": new_uuid()}
    if jsonata:
        arguments = sfn._apply_jsonata_arguments(state, raw_input, ctx)
    else:
        arguments = sfn._apply_parameters(state, sfn._apply_input_path(state, raw_input, ctx), ctx)
    name = ctx["State"]["Name"]
    check_payload(json.dumps(arguments), what=f"The state/task '{name}' was given arguments")
    timeout = _seconds(state, "TimeoutSeconds", raw_input, ctx)
    result = _observed_call(current_lane(), state, arguments, ctx, timeout)
    if jsonata:
        output = sfn._apply_jsonata_output(state, raw_input, ctx, result=result, default=result)
        sfn._apply_state_assign(state, raw_input, ctx, result=result)
    else:
        output = sfn._apply_result_path(state, raw_input, sfn._apply_result_selector(state, result))
        output = sfn._apply_output_path(state, output, ctx)
    return output, sfn._next_or_end(state)


def _seconds(state: Mapping[str, Any], field: str, raw_input: Any, ctx: dict[str, Any]) -> float | None:
    if field not in state:
        if f"{field}Path" in state:
            return float(sfn._resolve_path_or_ctx(state[f"{field}Path"], raw_input, ctx))
        return None
    if sfn._state_query_language(state, ctx) != "JSONata":
        return float(state[field])
    seconds = sfn._jsonata_state_field(state, field, "number", raw_input, ctx)
    if seconds <= 0:
        raise sfn._ExecutionError("States.QueryEvaluationError", f"{field} must be positive, not {seconds}.")
    return float(seconds)


def _observed_call(
    lane: Lane, state: Mapping[str, Any], arguments: Any, ctx: dict[str, Any], timeout: float | None
) -> Any:
    """Make the call with its events around it, and hold it to its time and its result to its size."""
    resource = state["Resource"]
    events = LambdaEvents(lane, resource) if ":function:" in resource else TaskEvents(lane, resource)
    events.scheduled(arguments, timeout)
    try:
        if ".waitForTaskToken" in resource:
            token = ctx["Task"]["Token"]
            result = lane.call(
                lambda: sfn._invoke_with_callback(resource, arguments, token, state),
                timeout_seconds=timeout,
            )
        else:
            result = lane.call(lambda: sfn._invoke_resource(resource, arguments), timeout_seconds=timeout)
        text = json.dumps(result)
        check_payload(text, what=f"The state/task '{ctx['State']['Name']}' returned a result")
    except TaskTimedOutError:
        events.ended("TimedOut", error="States.Timeout")
        cause = f"The task did not end within its TimeoutSeconds of {timeout:g}."
        raise sfn._ExecutionError("States.Timeout", cause) from None
    except sfn._ExecutionError as failure:
        events.ended("Failed", error=failure.error, cause=failure.cause)
        raise
    events.ended("Succeeded", output=text)
    return result

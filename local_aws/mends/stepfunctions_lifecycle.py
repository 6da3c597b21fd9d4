"""Mends to starting, stopping and describing executions, and to the events that tell of them."""

from __future__ import annotations

import asyncio
import contextvars
import json
import re
import threading
from collections.abc import Mapping
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import eventbridge
from ministack.services import stepfunctions as sfn

from local_aws.mends.registry import mend
from local_aws.mends.stepfunctions_runs import run_of

REDRIVABLE = ("ABORTED", "FAILED", "TIMED_OUT")
EVENT_PAYLOAD_LIMIT = 248 * 1024
"""Characters of input or output that a status event carries (Developer Guide, "EventBridge")."""
_NAME = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}")


@mend("stepfunctions-start", target="ministack.services.stepfunctions._start_execution")
def start_execution(original: Any) -> Any:
    """Starting a running execution again with the same name and input answers that execution.

    MiniStack answers ExecutionAlreadyExists, so a start that is retried fails. It also takes names
    and inputs that AWS refuses.
    """

    def start(data: Mapping[str, Any]) -> Any:
        name, text = data.get("name"), data.get("input", "{}")
        if name is not None and not _NAME.fullmatch(name):
            return error_response_json("InvalidName", f"Invalid Name: '{name}'", 400)
        if not _is_json(text):
            return error_response_json("InvalidExecutionInput", "Invalid State Machine Execution Input", 400)
        machine = sfn._state_machines.get(sfn._resolve_state_machine_arn(data.get("stateMachineArn")))
        if name is not None and machine is not None and machine["type"] == "STANDARD":
            execution = sfn._executions.get(_execution_arn(machine, name))
            if execution and execution["status"] == "RUNNING" and execution["input"] == text:
                return json_response(
                    {"executionArn": execution["executionArn"], "startDate": execution["startDate"]}
                )
        return original(data)

    return start


@mend("stepfunctions-stop", target="ministack.services.stepfunctions._stop_execution")
def stop_execution(original: Any) -> Any:
    """Stopping an execution ends its waits and its tasks, and those of executions it waits for.

    MiniStack only marks it: its thread goes on to the end of the state.
    """

    def stop(data: Mapping[str, Any]) -> Any:
        run = run_of(data.get("executionArn", ""))
        if run is None:
            return original(data)
        with run.events.lock:
            answer = original(data)
        if run.execution["status"] == "ABORTED":
            run.stop()
        return answer

    return stop


@mend("stepfunctions-describe", target="ministack.services.stepfunctions._describe_execution")
def describe_execution(original: Any) -> Any:
    """DescribeExecution tells whether and how often an execution was redriven.

    MiniStack leaves these members out, and gives a null stopDate and output where AWS gives none.
    """

    def describe(data: Mapping[str, Any]) -> Any:
        status, headers, body = original(data)
        execution = sfn._executions.get(data.get("executionArn"))
        if status != 200 or execution is None:
            return status, headers, body
        answer = {key: value for key, value in json.loads(body).items() if value is not None}
        if "output" not in answer:
            answer.pop("outputDetails", None)
        return json_response(answer | redrive_members(execution))

    return describe


@mend("stepfunctions-status-events", target="ministack.services.stepfunctions._emit_execution_status_event")
def emit_status_event(_original: Any) -> Any:
    """Status events of timed out and aborted executions carry their error and cause, and can be redriven.

    MiniStack gives these members for FAILED only, and delivers to targets on the event loop, where a
    target's signed request would wait for itself.
    """

    def emit(execution: Mapping[str, Any]) -> None:
        machine = sfn._state_machines.get(execution["stateMachineArn"]) or {}
        if execution.get("sync") or machine.get("type", "STANDARD") != "STANDARD":
            return
        entry = {
            "Source": "aws.states",
            "DetailType": "Step Functions Execution Status Change",
            "Detail": json.dumps(_detail(execution)),
            "Resources": [execution["executionArn"]],
        }

        def put() -> None:
            eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)

        if _on_event_loop():
            threading.Thread(target=contextvars.copy_context().run, args=(put,), daemon=True).start()
        else:
            put()

    return emit


def redrive_members(execution: Mapping[str, Any]) -> dict[str, Any]:
    """What DescribeExecution says about redriving."""
    members: dict[str, Any] = {"redriveCount": execution.get("redriveCount", 0)}
    if execution.get("redriveDate"):
        members["redriveDate"] = execution["redriveDate"]
    if execution["status"] in REDRIVABLE:
        return members | {"redriveStatus": "REDRIVABLE"}
    reason = f"Execution is {execution['status']} and cannot be redriven"
    return members | {"redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": reason}


def _detail(execution: Mapping[str, Any]) -> dict[str, Any]:
    """The event's detail (Developer Guide, "Automating Step Functions event delivery with EventBridge")."""
    redrive = redrive_members(execution)
    given, made = execution.get("input"), execution.get("output")
    return {
        "executionArn": execution["executionArn"],
        "stateMachineArn": execution["stateMachineArn"],
        "name": execution["name"],
        "status": execution["status"],
        "startDate": sfn._iso_to_epoch_ms(execution.get("startDate")),
        "stopDate": sfn._iso_to_epoch_ms(execution.get("stopDate")),
        "input": given if _fits(given) else None,
        "inputDetails": {"included": _fits(given)},
        "output": made if _fits(made) else None,
        "outputDetails": None if made is None else {"included": _fits(made)},
        "stateMachineVersionArn": None,
        "stateMachineAliasArn": None,
        "redriveCount": redrive["redriveCount"],
        "redriveDate": sfn._iso_to_epoch_ms(redrive.get("redriveDate")),
        "redriveStatus": redrive["redriveStatus"],
        "redriveStatusReason": redrive.get("redriveStatusReason"),
        "error": execution.get("error"),
        "cause": execution.get("cause"),
    }


def _fits(text: str | None) -> bool:
    return text is not None and len(json.dumps(text)) <= EVENT_PAYLOAD_LIMIT


def _execution_arn(machine: Mapping[str, Any], name: str) -> str:
    return f"{machine['stateMachineArn'].replace(':stateMachine:', ':execution:')}:{name}"


def _is_json(text: Any) -> bool:
    try:
        json.loads(text)
    except (TypeError, ValueError):
        return False
    return True


def _on_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True

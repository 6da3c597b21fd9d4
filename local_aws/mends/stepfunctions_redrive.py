"""The mend that lets a failed execution go on from where it failed."""

from __future__ import annotations

import contextvars
import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ministack.core.responses import error_response_json, json_response, now_iso
from ministack.services import stepfunctions as sfn

from local_aws.mends.registry import mend
from local_aws.mends.stepfunctions_history import EVENT_LIMIT
from local_aws.mends.stepfunctions_lifecycle import REDRIVABLE, redrive_members

REDRIVABLE_FOR = timedelta(days=14)
"""After the end of the execution (Developer Guide, "Restarting state machine executions")."""


@mend("stepfunctions-redrive", target="ministack.services.stepfunctions.handle_request")
def handle_request(original: Any) -> Any:
    """RedriveExecution restarts a failed, aborted or timed out execution at the state where it ended.

    MiniStack answers InvalidAction. A Parallel or Map state starts anew as a whole; on AWS those of
    its branches that succeeded do not.
    """

    async def handle(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]
    ) -> Any:
        if headers.get("x-amz-target", "").endswith(".RedriveExecution"):
            return sfn._finalize_response(_redrive(json.loads(body or b"{}")))
        return await original(method, path, headers, body, query)

    return handle


def _redrive(data: Mapping[str, Any]) -> Any:
    arn = data.get("executionArn", "")
    execution = sfn._executions.get(arn)
    if execution is None:
        return error_response_json("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'", 400)
    reason = _why_not(execution)
    if reason:
        return error_response_json("ExecutionNotRedrivable", reason, 400)
    now = now_iso()
    count = execution.get("redriveCount", 0) + 1
    execution.update(
        status="RUNNING",
        redriveCount=count,
        redriveDate=now,
        stopDate=None,
        output=None,
        error=None,
        cause=None,
    )
    events = execution["events"]
    events.append(
        {
            "id": len(events) + 1,
            "previousEventId": len(events),
            "type": "ExecutionRedriven",
            "timestamp": now,
            "executionRedrivenEventDetails": {"redriveCount": count},
        }
    )
    sfn._emit_execution_status_event(execution)
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(sfn._run_execution, arn), daemon=True).start()
    return json_response({"redriveDate": now})


def _why_not(execution: Mapping[str, Any]) -> str | None:
    machine = sfn._state_machines.get(execution["stateMachineArn"])
    if machine is None or machine["type"] != "STANDARD":
        return "Only executions of a Standard state machine that exists can be redriven"
    if execution["status"] not in REDRIVABLE:
        return str(redrive_members(execution)["redriveStatusReason"])
    if len(execution["events"]) >= EVENT_LIMIT - 1:
        return "Execution history is full"
    ended = datetime.fromisoformat(execution["stopDate"].replace("Z", "+00:00"))
    if datetime.now(UTC) - ended > REDRIVABLE_FOR:
        return f"Execution ended more than {REDRIVABLE_FOR.days} days ago"
    return None

"""Mends to how an execution walks through its states, at the top and inside Parallel and Map states."""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Mapping
from typing import Any

from ministack.core.responses import now_iso
from ministack.services import stepfunctions as sfn

from local_aws.mends.registry import mend
from local_aws.mends.stepfunctions_history import check_payload
from local_aws.mends.stepfunctions_lanes import (
    ExecutionEndedError,
    Lane,
    MachineTimedOutError,
    current_lane,
    enter_lane,
)
from local_aws.mends.stepfunctions_runs import Run, close_run, open_run
from local_aws.state_stops import STOPS

_log = logging.getLogger(__name__)
_HANDLERS = {
    name: f"_execute_{name.lower()}" for name in ("Choice", "Map", "Parallel", "Pass", "Task", "Wait")
}
_WITH_EXECUTION = ("Map", "Parallel", "Task")


@mend("stepfunctions-walk", target="ministack.services.stepfunctions._run_execution")
def run_execution(original: Any) -> Any:
    """An execution has a machine time-out, ends at once when stopped, and may be redriven.

    MiniStack ignores the machine's TimeoutSeconds and walks on after StopExecution until the state
    is over. Nothing says where a failed execution stood, so that it could go on from there.
    """

    def run(execution_arn: str) -> None:
        execution = sfn._executions.get(execution_arn)
        machine = sfn._state_machines.get(execution["stateMachineArn"]) if execution else None
        if execution is None or machine is None:
            original(execution_arn)
            return
        started_with = execution.setdefault("_started_with", _snapshot(machine))
        definition = json.loads(started_with["definition"])
        run = Run(
            execution=execution,
            role_arn=started_with["roleArn"],
            timeout_seconds=definition.get("TimeoutSeconds"),
        )
        lane = Lane(run)
        enter_lane(lane)
        open_run(run)
        if execution["status"] != "RUNNING":
            run.stop()
        try:
            _walk_to_the_end(definition, execution, machine, lane)
        finally:
            close_run(run, aws_seconds=lane.aws_seconds())

    return run


@mend("stepfunctions-walk", target="ministack.services.stepfunctions._run_sub_machine")
def run_branch(original: Any) -> Any:
    """States inside Parallel and Map states write history events, like all others.

    MiniStack writes none, so get_execution_history hides most of what such a machine did.
    """

    def run(
        states: Mapping[str, Any], start_at: str, value: Any, execution: dict[str, Any], ctx: dict[str, Any]
    ) -> Any:
        return walk(states=states, start_at=start_at, value=value, execution=execution, ctx=ctx)

    return run


def _snapshot(machine: Mapping[str, Any]) -> dict[str, Any]:
    """What an execution keeps of its machine: later updates do not touch it, nor its redrives."""
    return {"definition": machine["definition"], "roleArn": machine["roleArn"]}


def _walk_to_the_end(
    definition: dict[str, Any], execution: dict[str, Any], machine: Mapping[str, Any], lane: Lane
) -> None:
    resume = execution.get("_resume") or {
        "state": definition.get("StartAt"),
        "input": json.loads(execution["input"]),
        "variables": {},
    }
    ctx = _context(definition, execution, machine, resume["variables"])
    try:
        output = walk(
            states=definition.get("States", {}),
            start_at=resume["state"],
            value=resume["input"],
            execution=execution,
            ctx=ctx,
            remember=True,
        )
        finish(lane, "SUCCEEDED", output=json.dumps(output))
    except MachineTimedOutError:
        finish(lane, "TIMED_OUT")
    except ExecutionEndedError:
        return
    except sfn._ExecutionError as failure:
        finish(lane, "FAILED", error=failure.error, cause=failure.cause)
    except Exception as failure:
        _log.exception("Unexpected error in execution %s", execution["executionArn"])
        finish(lane, "FAILED", error="States.Runtime", cause=str(failure))


def _context(
    definition: Mapping[str, Any],
    execution: Mapping[str, Any],
    machine: Mapping[str, Any],
    variables: dict[str, Any],
) -> dict[str, Any]:
    """The context object and MiniStack's own two members beside it (Developer Guide, "Context object")."""
    about = {
        "Id": execution["executionArn"],
        "Input": json.loads(execution["input"]),
        "Name": execution["name"],
        "RoleArn": machine["roleArn"],
        "StartTime": execution["startDate"],
        "RedriveCount": execution.get("redriveCount", 0),
    }
    if execution.get("redriveDate"):
        about["RedriveTime"] = execution["redriveDate"]
    return {
        "QueryLanguage": definition.get("QueryLanguage", "JSONPath"),
        "Execution": about,
        "StateMachine": {"Id": execution["stateMachineArn"], "Name": machine["name"]},
        "variables": copy.deepcopy(variables),
    }


def finish(lane: Lane, status: str, *, output: str | None = None, **failure: str | None) -> None:
    """End the execution unless StopExecution came first: record, last event, status event."""
    execution = lane.run.execution
    name = {"SUCCEEDED": "Succeeded", "FAILED": "Failed", "TIMED_OUT": "TimedOut"}[status]
    details = {"output": output} if status == "SUCCEEDED" else dict(failure)
    with lane.run.events.lock:
        if execution["status"] != "RUNNING":
            return
        execution.update(status=status, stopDate=now_iso(), output=output, **failure)
        lane.run.events.add(
            f"Execution{name}", f"execution{name}EventDetails", details, previous=lane.last_event_id
        )
    sfn._emit_execution_status_event(execution)


def walk(
    *,
    states: Mapping[str, Any],
    start_at: str | None,
    value: Any,
    execution: dict[str, Any],
    ctx: dict[str, Any],
    remember: bool = False,
) -> Any:
    """Go from state to state and return the last one's output.

    `remember` notes each state on the execution, for a redrive to go on from. Raises MiniStack's
    execution error when a state fails, ExecutionEndedError when the execution has to end.
    """
    lane = current_lane()
    name = start_at
    while name is not None:
        lane.check()
        state = _state(states, name)
        if remember:
            execution["_resume"] = {
                "state": name, "input": value, "variables": copy.deepcopy(ctx["variables"])
            }  # fmt: skip
        ctx["State"] = {"Name": name, "EnteredTime": now_iso(), "RetryCount": 0}
        lane.record(
            f"{state['Type']}StateEntered", "stateEnteredEventDetails", name=name, input=json.dumps(value)
        )
        if STOPS.take(machine=execution["stateMachineArn"], state=name):
            sfn._stop_execution(
                {
                    "executionArn": execution["executionArn"],
                    "error": "Local.Stopped",
                    "cause": f"Stopped as it entered {name}.",
                }
            )
            lane.check()
        left = name
        value, name = _run_state(state, value, execution, ctx)
        text = json.dumps(value)
        check_payload(text, what=f"The state/task '{left}' returned a result")
        lane.record(f"{state['Type']}StateExited", "stateExitedEventDetails", name=left, output=text)
    return value


def _state(states: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    state = states.get(name)
    if state is None or state.get("Type") not in (*_HANDLERS, "Succeed", "Fail"):
        raise sfn._ExecutionError("States.Runtime", f"The state {name!r} is missing or of an unknown type.")
    found: Mapping[str, Any] = state
    return found


def _run_state(
    state: Mapping[str, Any], value: Any, execution: dict[str, Any], ctx: dict[str, Any]
) -> tuple[Any, str | None]:
    kind = state["Type"]
    if kind == "Fail":
        raise sfn._ExecutionError(*sfn._fail_state_error(state, value, ctx))
    if kind == "Succeed":
        return _succeed(state, value, ctx), None
    handler = getattr(sfn, _HANDLERS[kind])
    arguments = (state, value, execution, ctx) if kind in _WITH_EXECUTION else (state, value, ctx)
    result: tuple[Any, str | None] = handler(*arguments)
    return result


def _succeed(state: Mapping[str, Any], value: Any, ctx: dict[str, Any]) -> Any:
    """A Succeed state may have an Output; MiniStack drops it."""
    if sfn._state_query_language(state, ctx) == "JSONata":
        return sfn._apply_jsonata_output(state, value, ctx, default=value)
    return sfn._apply_output_path(state, sfn._apply_input_path(state, value, ctx), ctx)

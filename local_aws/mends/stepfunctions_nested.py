"""Mends to executions that start executions."""

from __future__ import annotations

import contextlib
import json
import logging
import time
from typing import Any

from botocore.exceptions import ClientError
from ministack.services import stepfunctions as sfn

from local_aws.identity import loopback_client
from local_aws.mends.registry import mend
from local_aws.mends.stepfunctions_lanes import ExecutionEndedError, current_lane
from local_aws.mends.stepfunctions_runs import run_of
from local_aws.mends.stepfunctions_tasks import role_credentials
from local_aws.workflow_calls import TaskFailedError, call_optimised_integration

_log = logging.getLogger(__name__)
DESCRIBE_ATTEMPTS = 5
"""How often the child's end is asked for before the task fails: AWS polls, so that one refusal is nothing."""


@mend("stepfunctions-nested", target="ministack.services.stepfunctions._invoke_nested_start_execution")
def start(_original: Any) -> Any:
    """A nested execution is started with the role's own states:StartExecution.

    MiniStack starts it whatever the role may do, and names errors without their service.
    """

    def start_execution(_resource: str, arguments: dict[str, Any]) -> Any:
        return _start(arguments)

    return start_execution


@mend("stepfunctions-nested", target="ministack.services.stepfunctions._invoke_nested_start_execution_sync")
def start_and_wait(_original: Any) -> Any:
    """A nested execution that fails is States.TaskFailed with the child's description as the cause.

    MiniStack passes the child's own error on, and lets the child run to its end when the parent is
    stopped; on AWS the child is stopped too, best effort (Developer Guide, "Start a new workflow").
    """

    def start_execution(resource: str, arguments: dict[str, Any]) -> Any:
        child_arn = _start(arguments)["ExecutionArn"]
        try:
            _await_end(child_arn)
        except ExecutionEndedError:
            _stop(child_arn)
            raise
        description = _describe(child_arn, parsed=resource.endswith(":2"))
        if description["Status"] != "SUCCEEDED":
            raise sfn._ExecutionError("States.TaskFailed", json.dumps(description))
        return description

    return start_execution


def _start(arguments: dict[str, Any]) -> dict[str, Any]:
    given = arguments.get("Input", {})
    text = given if isinstance(given, str) else json.dumps(given)
    return _call("startExecution", arguments | {"Input": text})


def _call(action: str, arguments: dict[str, Any]) -> dict[str, Any]:
    try:
        return call_optimised_integration(
            token="states",  # noqa: S106 - the name of a resource
            action=action,
            arguments=arguments,
            credentials=role_credentials(),
        )
    except TaskFailedError as failure:
        raise sfn._ExecutionError(failure.error, failure.cause) from failure


def _await_end(child_arn: str) -> None:
    """Wait for the child, counting its time as the parent's: both are on AWS's clock."""
    lane, child = current_lane(), run_of(child_arn)
    before = time.monotonic()
    while child is None and sfn._executions[child_arn]["status"] == "RUNNING":
        time.sleep(0.001)  # its thread has been started but has not begun
        child = run_of(child_arn)
    if child is not None:
        lane.run.watch(child)
        lane.wait_until(lambda: child.over)
        lane.credit(aws_seconds=child.aws_seconds, real_seconds=time.monotonic() - before)


def _describe(child_arn: str, *, parsed: bool) -> dict[str, Any]:
    for attempt in range(DESCRIBE_ATTEMPTS):
        try:
            answer = _call("describeExecution", {"ExecutionArn": child_arn})
            break
        except sfn._ExecutionError:
            if attempt == DESCRIBE_ATTEMPTS - 1:
                raise
            current_lane().wait(1)
    description = {key: item for key, item in answer.items() if not key.startswith("Sdk")}
    for key in ("InputDetails", "OutputDetails"):
        if key in description:
            description[key] = {"Included": True}
    for key in ("Input", "Output") if parsed else ():
        if key in description:
            description[key] = json.loads(description[key])
    return description


def _stop(child_arn: str) -> None:
    client: Any = loopback_client("stepfunctions", role_credentials())
    with contextlib.suppress(sfn._ExecutionError):
        try:
            client.stop_execution(executionArn=child_arn)
        except ClientError as failure:
            _log.warning("The nested execution %s runs on: %s", child_arn, failure)

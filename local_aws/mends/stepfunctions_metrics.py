"""Mends to what executions leave behind in CloudWatch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ministack.services import cloudwatch
from ministack.services import stepfunctions as sfn

from local_aws.mends.registry import mend

_BY_STATUS = {
    "RUNNING": "ExecutionsStarted",
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}


@mend("execution-metrics", target="ministack.services.stepfunctions._emit_execution_status_event")
def count_executions(original: Any) -> Any:
    """Starts and ends of executions are metrics in AWS/States; MiniStack has none.

    Step Functions Developer Guide, "Monitoring Step Functions metrics using Amazon CloudWatch".
    ExecutionTime is in real milliseconds.
    """

    def emit(execution: Mapping[str, Any]) -> None:
        machine = {"StateMachineArn": execution["stateMachineArn"]}
        metric = _BY_STATUS.get(execution["status"])
        if metric:
            cloudwatch.record_metric("AWS/States", metric, 1, "Count", machine)
        started, stopped = (sfn._iso_to_epoch_ms(execution.get(name)) for name in ("startDate", "stopDate"))
        if started and stopped:
            cloudwatch.record_metric(
                "AWS/States", "ExecutionTime", stopped - started, "Milliseconds", machine
            )
        original(execution)

    return emit

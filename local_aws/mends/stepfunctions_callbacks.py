"""Mends to tasks that wait for a token to come back."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

from ministack.services import stepfunctions as sfn

from local_aws.mends.registry import mend
from local_aws.mends.stepfunctions_lanes import current_lane
from local_aws.mends.stepfunctions_runs import Run


@mend("stepfunctions-callbacks", target="ministack.services.stepfunctions._invoke_with_callback")
def invoke_with_callback(_original: Any) -> Any:
    """The call that carries the token is made as the role, its failure fails the task, and the wait
    for the token ends when the execution is stopped.

    MiniStack makes the call in process and swallows the failure of a function.
    """

    def invoke(resource: str, arguments: Any, token: str, _state: Mapping[str, Any]) -> Any:
        lane = current_lane()
        came_back = _WakingEvent(lane.run)
        info: dict[str, Any] = {"event": came_back, "result": None, "error": None, "heartbeat": None}
        sfn._task_tokens[token] = info
        try:
            sfn._invoke_resource(resource.replace(".waitForTaskToken", ""), arguments)
            lane.wait_until(came_back.is_set)
        finally:
            sfn._task_tokens.pop(token, None)
        if info["error"]:
            raise sfn._ExecutionError(info["error"]["Error"], info["error"]["Cause"])
        return json.loads(info["result"])

    return invoke


class _WakingEvent(threading.Event):
    """An event that also wakes the run, which waits for more than one thing."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run

    def set(self) -> None:
        super().set()
        self._run.wake()

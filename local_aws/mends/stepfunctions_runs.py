"""The executions that run: what they belong to, who waits for them, and how they are stopped."""

from __future__ import annotations

import threading
import time
from typing import Any

from local_aws.clock import Clock
from local_aws.mends.stepfunctions_history import Events


class Run:
    """One execution while it runs."""

    def __init__(self, *, execution: dict[str, Any], role_arn: str, timeout_seconds: float | None) -> None:
        self.execution = execution
        self.role_arn = role_arn
        self.timeout_seconds = timeout_seconds
        self.events = Events(execution)
        self.changed = threading.Condition()
        """Notified when anything happened that a waiting lane may have to react to."""
        self.stopped = False
        self.over = False
        self.aws_seconds = 0.0
        """How long the execution took, in AWS's seconds; known once it is over."""
        self._started = time.monotonic()
        self._watchers: list[Run] = []
        self._clock = Clock()

    def real_seconds(self) -> float:
        """Real seconds since the start."""
        return time.monotonic() - self._started

    def scaled(self, aws_seconds: float) -> float:
        """Real seconds that stand for so many seconds on AWS."""
        return self._clock.scaled(aws_seconds)

    def wake(self, *_: Any) -> None:
        """Let every waiting lane look again."""
        with self.changed:
            self.changed.notify_all()

    def stop(self) -> None:
        """End every lane, as StopExecution does."""
        self.stopped = True
        self.wake()

    def end(self, *, aws_seconds: float) -> None:
        """Note that the execution is over and wake the parents that wait for it."""
        with self.changed:
            self.over, self.aws_seconds = True, aws_seconds
            watchers = list(self._watchers)
        for watcher in watchers:
            watcher.wake()

    def watch(self, child: Run) -> None:
        """Be woken when the child execution is over."""
        with child.changed:
            child._watchers.append(self)


_runs: dict[str, Run] = {}


def run_of(execution_arn: str) -> Run | None:
    """The run of that execution, None once it is over."""
    return _runs.get(execution_arn)


def open_run(run: Run) -> None:
    """Make the run known, so that it can be stopped and waited for."""
    _runs[run.execution["executionArn"]] = run


def close_run(run: Run, *, aws_seconds: float) -> None:
    """Forget a run that is over, and wake who waits for it."""
    _runs.pop(run.execution["executionArn"], None)
    run.end(aws_seconds=aws_seconds)

"""A line of control of an execution: how it waits, how it is ended, and how much of AWS's time it took.

The execution itself is one, and each branch of a Parallel state and iteration of a Map state.
Waits are shortened by the clock while calls take the time they take, so a machine's time-out
counts each wait as the seconds it stands for and everything else as real seconds.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from local_aws.mends.stepfunctions_runs import Run


class ExecutionEndedError(BaseException):
    """Unwinds the threads of an execution that is over; no Retry or Catch of the workflow sees it."""


class StoppedError(ExecutionEndedError):
    """StopExecution ended the execution."""


class LaneCancelledError(ExecutionEndedError):
    """Another branch or iteration failed, and with it the state that this one belongs to."""


class MachineTimedOutError(ExecutionEndedError):
    """The state machine's TimeoutSeconds are over."""


class TaskTimedOutError(Exception):
    """The task's own TimeoutSeconds are over."""


class Lane:
    """One line of control of an execution."""

    def __init__(self, run: Run, parent: Lane | None = None) -> None:
        self.run = run
        self.parent = parent
        self.last_event_id: int = parent.last_event_id if parent else len(run.execution["events"])
        self._skew: float = parent._skew if parent else 0.0
        self._cancelled = False

    def fork(self) -> Lane:
        """A branch or iteration that starts here."""
        return Lane(self.run, self)

    def join(self, lanes: list[Lane]) -> None:
        """Take on the time that the slowest of these branches took."""
        self._skew = max([self._skew, *(lane._skew for lane in lanes)])

    def cancel(self) -> None:
        """End this lane and those below it."""
        self._cancelled = True
        self.run.wake()

    def aws_seconds(self) -> float:
        """How long the execution has run on this lane, in AWS's seconds."""
        return self.run.real_seconds() + self._skew

    def credit(self, *, aws_seconds: float, real_seconds: float) -> None:
        """Count these real seconds as so many of AWS's."""
        self._skew += aws_seconds - real_seconds

    def check(self) -> None:
        """Raise when this lane has to end."""
        if self.run.stopped:
            raise StoppedError
        if self._is_cancelled():
            raise LaneCancelledError
        if self._remaining() <= 0:
            raise MachineTimedOutError

    def record(self, event_type: str, details_name: str | None = None, **details: Any) -> None:
        """Add an event to the execution's history, unless this lane has ended."""
        self.check()
        self.last_event_id = self.run.events.add(
            event_type, details_name, details, previous=self.last_event_id
        )

    def wait(self, aws_seconds: float) -> None:
        """Wait so many seconds of AWS's. Raises ExecutionEndedError at once when the lane has to end."""
        self.check()
        bounded = min(aws_seconds, self._remaining())
        before = time.monotonic()
        with self.run.changed:
            self.run.changed.wait_for(self._must_end, timeout=self.run.scaled(bounded))
        self.credit(aws_seconds=bounded, real_seconds=time.monotonic() - before)
        if bounded < aws_seconds and not self._must_end():
            raise MachineTimedOutError
        self.check()

    def wait_until(self, happened: Callable[[], bool], *, real_seconds: float | None = None) -> bool:
        """Wait until something happened that wakes the run; False after so many real seconds."""
        limit = self._remaining() if real_seconds is None else min(real_seconds, self._remaining())
        with self.run.changed:
            self.run.changed.wait_for(
                lambda: happened() or self._must_end(), timeout=None if limit == float("inf") else limit
            )
        if happened() and not self._must_end():
            return True
        self.check()
        return False

    def call(self, work: Callable[[], Any], *, timeout_seconds: float | None) -> Any:
        """Do a task's work in a thread of its own, so that the lane can end before the work does.

        Raises TaskTimedOutError after so many real seconds. What cannot be stopped runs on unseen,
        as a Lambda function does on AWS.
        """
        future: Future[Any] = Future()
        worker = self.fork()

        def work_and_tell() -> None:
            enter_lane(worker)
            try:
                future.set_result(work())
            except BaseException as failure:
                future.set_exception(failure)
            self.run.wake()

        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(work_and_tell,), daemon=True, name="workflow-task").start()
        if not self.wait_until(future.done, real_seconds=timeout_seconds):
            worker.cancel()
            raise TaskTimedOutError
        self.join([worker])
        return future.result()

    def _must_end(self) -> bool:
        return self.run.stopped or self._is_cancelled()

    def _is_cancelled(self) -> bool:
        return self._cancelled or (self.parent is not None and self.parent._is_cancelled())

    def _remaining(self) -> float:
        limit = self.run.timeout_seconds
        return float("inf") if limit is None else limit - self.aws_seconds()


_current_lane: contextvars.ContextVar[Lane] = contextvars.ContextVar("lane")


def current_lane() -> Lane:
    """The lane that this thread walks. Raises LookupError outside of an execution."""
    return _current_lane.get()


def enter_lane(lane: Lane) -> None:
    """Make it the lane of this thread and of the threads it starts with a copy of its context."""
    _current_lane.set(lane)

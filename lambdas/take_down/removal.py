"""Takes the pipeline down: look, take the next steps, wait, until nothing is left or the time is over."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from .errors import StillThere
from .project import Project, ProjectContents
from .words import still_there

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0
"""Starting and stopping take minutes; Rekognition answers 5 calls of a kind a second."""
GROWTH = 1.5
CALM_SECONDS = 60.0
"""After the last execution was stopped: a call that it was making then may take this long to have an effect,
the timeout of the workflows' tasks, and a model that starts after the last look would be billed unseen."""
_THROTTLED = ("Throttl", "TooManyRequests", "LimitExceeded", "ThroughputExceeded", "SlowDown")
GOING = ("DELETE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS")


def is_going(cloudformation: "CloudFormationClient", stack_id: str) -> bool:
    """Whether the whole stack goes: it is being deleted, or was never completed.

    CloudFormation also deletes a custom resource alone: one that an update left out, renamed or replaced, or
    that was new in an update that is rolled back. The pipeline lives on then, with all its models.
    """
    status = cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"]
    return status in GOING


class Runs(Protocol):
    """See `workflows.Workflows`."""

    def let_nothing_start(self) -> None: ...

    def stop_all(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class _Turn:
    left: ProjectContents | None = None
    """None if that is nothing."""
    problem: Exception | None = None
    """What kept the turn from being whole, if anything."""
    has_stopped: bool = False
    """Whether executions still ran."""


@dataclass(frozen=True, kw_only=True)
class Removal:
    is_going: Callable[[], bool]
    """See the function of that name. Nothing is touched in a stack that lives on."""
    workflows: Runs
    project: Project
    report: Callable[[str], None]
    sleep: Callable[[float], None] = field(default=time.sleep)
    now: Callable[[], float] = field(default=time.time)

    def carry_out(self, *, until: float, has_time: Callable[[], bool]) -> bool:
        """Whether it is done. False: `has_time` says that the invocation is nearly over; the next goes on.

        Raises:
            StillThere: at `until` something was left; the message says what and why.
            ClientError: AWS refused a call for good.
        """
        pause, told, calm = FIRST_PAUSE_SECONDS, "", CALM_SECONDS
        while True:
            turn = self._turn()
            left, problem = turn.left, turn.problem
            if turn.has_stopped:
                calm = 0.0
            if left is None and problem is None:
                if calm >= CALM_SECONDS:
                    return True
                problem = _StoppedJustNow()
            if (now_left := _summary(left)) != told:
                told = now_left
                self.report(f"Still there: {told}")
            if self.now() >= until:
                raise StillThere(self._reason(left, problem))
            if not has_time():
                return False
            self.sleep(pause)
            calm += pause
            pause = min(pause * GROWTH, LONGEST_PAUSE_SECONDS)

    def _turn(self) -> _Turn:
        left, has_stopped = None, False
        try:
            if not self.is_going():
                self.report("The stack lives on, and everything in it stays")
                return _Turn()
            self.workflows.let_nothing_start()
            has_stopped = self.workflows.stop_all() > 0
            left = self.project.look()
            if left is not None and not left.is_empty:
                self.project.take_next_steps(left)
                return _Turn(left=left, has_stopped=has_stopped)
        except (ClientError, BotoCoreError) as problem:
            if not _passes(problem):
                raise
            self.report(f"To be tried again: {problem}")
            return _Turn(left=left, problem=problem, has_stopped=has_stopped)
        return _Turn(has_stopped=has_stopped)

    def _reason(self, left: ProjectContents | None, problem: Exception | None) -> str:
        empty = ProjectContents(arn="", versions={}, version_arns={}, datasets={})
        return still_there(self.project.name, left or empty, problem=problem)


class _StoppedJustNow(Exception):  # noqa: N818
    """Executions are still being stopped, and calls that they made may take effect yet"""

    def __str__(self) -> str:
        return self.__doc__ or ""


def _summary(left: ProjectContents | None) -> str:
    if left is None:
        return ""
    versions = [f"{name} ({status})" for name, status in left.versions.items()]
    return ", ".join([*versions, *(f"{kind} dataset" for kind in left.datasets)])


def _passes(problem: Exception) -> bool:
    """Whether the same call may go through later. boto3 has tried each several times by now."""
    if not isinstance(problem, ClientError):
        return True
    if problem.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400) >= 500:
        return True
    return any(part in problem.response["Error"]["Code"] for part in _THROTTLED)

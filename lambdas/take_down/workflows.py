"""The pipeline's rules and executions: none may start a training or a model while both are removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_stepfunctions import SFNClient

CAUSE = "The stack is being deleted."
_GONE = ("ResourceNotFoundException", "StateMachineDoesNotExist", "ExecutionDoesNotExist")


@dataclass(frozen=True, kw_only=True)
class Workflows:
    events: EventBridgeClient
    stepfunctions: SFNClient
    rules: Sequence[str]
    """Names of the rules that start executions."""
    machines: Sequence[str]
    """ARNs of the state machines, those first that start others."""
    report: Callable[[str], None]

    def let_nothing_start(self) -> None:
        """Disable the rules; one that is gone starts nothing either.

        The one that hands runs that ended badly to Ended runs is among them: that they were stopped is
        news to nobody.
        """
        for rule in self.rules:
            with _unless_gone():
                self.events.disable_rule(Name=rule)

    def stop_all(self) -> int:
        """Stop what runs; returns how many executions that were.

        A call that one of them had under way may still take effect, such as one that begins a training:
        look at the project once more after it.
        """
        return sum(self._stop_executions_of(machine) for machine in self.machines)

    def _stop_executions_of(self, machine: str) -> int:
        stopped = 0
        with _unless_gone():
            pages = self.stepfunctions.get_paginator("list_executions").paginate(
                stateMachineArn=machine, statusFilter="RUNNING"
            )
            for execution in [execution for page in pages for execution in page["executions"]]:
                stopped += 1
                with _unless_gone():
                    self.stepfunctions.stop_execution(executionArn=execution["executionArn"], cause=CAUSE)
                self.report(f"Stopped execution {execution['name']}")
        return stopped


@contextmanager
def _unless_gone() -> Iterator[None]:
    try:
        yield
    except ClientError as problem:
        if problem.response["Error"]["Code"] not in _GONE:
            raise

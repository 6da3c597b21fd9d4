"""Watch an execution as it happens, in its history."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import HistoryEventTypeDef

SECONDS_BETWEEN_LOOKS = 0.2


@dataclass(frozen=True, kw_only=True)
class StateEntered:
    """An execution entered a state, for the `turn`-th time."""

    workflow: str
    state: str
    kind: str
    """Task, Choice, Wait, Pass, Map, Parallel, Succeed or Fail."""
    turn: int


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How an execution ended. `output` is empty unless it succeeded."""

    status: str
    output: dict[str, Any]
    error: str
    cause: str


@dataclass(kw_only=True)
class Watch:
    """One execution, and how much of its history was told."""

    stepfunctions: SFNClient
    execution_arn: str
    workflow: str
    told: int = 0
    turns: dict[str, int] = field(default_factory=dict)

    def news(self) -> list[StateEntered]:
        """The states entered since the last look."""
        pages = self.stepfunctions.get_paginator("get_execution_history").paginate(
            executionArn=self.execution_arn, includeExecutionData=False
        )
        events = [event for page in pages for event in page["events"] if event["id"] > self.told]
        if events:
            self.told = max(event["id"] for event in events)
        return [self._entered(event) for event in events if event["type"].endswith("StateEntered")]

    def _entered(self, event: HistoryEventTypeDef) -> StateEntered:
        state = event["stateEnteredEventDetails"]["name"]
        self.turns[state] = self.turns.get(state, 0) + 1
        kind = event["type"].removesuffix("StateEntered")
        return StateEntered(workflow=self.workflow, state=state, kind=kind, turn=self.turns[state])


@dataclass(frozen=True, kw_only=True)
class Follower:
    """Follows a Training execution, and the Deployment that it starts, to the end."""

    stepfunctions: SFNClient
    deployment_workflow_arn: str
    on_state: Callable[[StateEntered], None]
    seconds_between_looks: float = SECONDS_BETWEEN_LOOKS
    sleep: Callable[[float], None] = field(default=time.sleep)

    def follow(self, execution_arn: str) -> Ended:
        """Return once the execution has ended and all its states were told."""
        before = self._deployments()
        training = Watch(stepfunctions=self.stepfunctions, execution_arn=execution_arn, workflow="Training")
        nested: dict[str, Watch] = {}
        while True:
            found = self.stepfunctions.describe_execution(executionArn=execution_arn)
            for arn in self._deployments() - before - nested.keys():
                nested[arn] = Watch(
                    stepfunctions=self.stepfunctions, execution_arn=arn, workflow="Deployment"
                )
            for watch in (training, *nested.values()):
                for entered in watch.news():
                    self.on_state(entered)
            if found["status"] != "RUNNING":
                return Ended(
                    status=found["status"],
                    output=json.loads(found.get("output") or "{}"),
                    error=found.get("error", ""),
                    cause=found.get("cause", ""),
                )
            self.sleep(self.seconds_between_looks)

    def _deployments(self) -> set[str]:
        listed = self.stepfunctions.list_executions(
            stateMachineArn=self.deployment_workflow_arn, maxResults=100
        )
        return {execution["executionArn"] for execution in listed["executions"]}

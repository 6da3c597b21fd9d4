"""Watching executions."""

from collections.abc import Iterator
from typing import Any

from tools.follow import Follower, StateEntered

TRAINING = "arn:training"
DEPLOYMENT = "arn:deployment"


def entered(number: int, state: str, kind: str = "Task") -> dict[str, Any]:
    return {"id": number, "type": f"{kind}StateEntered", "stateEnteredEventDetails": {"name": state}}


class FakeStepFunctions:
    """Each look at the history shows more of it; the Deployment appears at the second look."""

    def __init__(self, end: dict[str, Any]) -> None:
        self.looks = 0
        self.end = end
        self.histories = {
            TRAINING: [
                entered(1, "Look"),
                entered(2, "Wait", "Wait"),
                {"id": 3, "type": "WaitStateExited"},
                entered(4, "Look"),
                entered(5, "Deploy"),
            ],
            DEPLOYMENT: [entered(1, "Start the model")],
        }

    def get_paginator(self, operation: str) -> "FakeStepFunctions":
        assert operation == "get_execution_history"
        return self

    def paginate(self, *, executionArn: str, **_: Any) -> Iterator[dict[str, Any]]:  # noqa: N803
        yield {"events": self.histories[executionArn][: 2 * self.looks]}

    def list_executions(self, **_: Any) -> dict[str, Any]:
        return {"executions": [{"executionArn": DEPLOYMENT}] if self.looks >= 2 else []}

    def describe_execution(self, **_: Any) -> dict[str, Any]:
        self.looks += 1
        return {"status": "RUNNING"} if self.looks < 3 else self.end


def follow(end: dict[str, Any]) -> tuple[list[StateEntered], Any]:
    seen = list[StateEntered]()
    client: Any = FakeStepFunctions(end)
    follower = Follower(
        stepfunctions=client,
        deployment_workflow_arn="arn:machine",
        on_state=seen.append,
        sleep=lambda _: None,
    )
    return seen, follower.follow(TRAINING)


def test_every_state_is_told_once_in_order_with_the_nested_deployment() -> None:
    seen, _ = follow({"status": "SUCCEEDED", "output": "{}"})
    assert [(state.workflow, state.state, state.kind, state.turn) for state in seen] == [
        ("Training", "Look", "Task", 1),
        ("Training", "Wait", "Wait", 1),
        ("Training", "Look", "Task", 2),
        ("Deployment", "Start the model", "Task", 1),
        ("Training", "Deploy", "Task", 1),
    ]


def test_success_gives_the_output() -> None:
    _, ended = follow({"status": "SUCCEEDED", "output": '{"outcome": "deployed"}'})
    assert (ended.status, ended.output) == ("SUCCEEDED", {"outcome": "deployed"})


def test_failure_gives_the_error_and_its_cause() -> None:
    _, ended = follow({"status": "FAILED", "error": "TrainingFailed", "cause": "why"})
    assert (ended.output, ended.error, ended.cause) == ({}, "TrainingFailed", "why")

"""A stack that is deleted by CloudFormation's DeleteStack, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable

from lambdas.take_down.handler import HAND_OVER_SECONDS
from tests.workflows.operator import PATIENCE_SECONDS, Json, Operator
from tools.bucket_removal import empty_bucket

CUSTOM = "Custom::TakeDown"


class Deletion:
    """Of the stack of an operator."""

    def __init__(self, operator: Operator) -> None:
        self.operator = operator
        self.cloudformation = operator.aws.client("cloudformation")
        self.name = operator.outputs["ParameterPath"].removeprefix("/")
        self.id: str = self._stack(self.name)["StackId"]

    def _stack(self, name: str) -> Json:
        found: Json = self.cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        return found

    def begin(self) -> None:
        self.cloudformation.delete_stack(StackName=self.name)

    def status(self) -> str:
        found: str = self._stack(self.id)["StackStatus"]
        return found

    def end(self) -> str:
        until(lambda: not self.status().endswith("_IN_PROGRESS"))
        return self.status()

    def carry_out(self) -> str:
        """Delete it; the status that it ends in."""
        self.begin()
        return self.end()

    def events(self) -> list[Json]:
        """Oldest first."""
        pages = self.cloudformation.get_paginator("describe_stack_events").paginate(StackName=self.id)
        return [event for page in pages for event in page["StackEvents"]][::-1]

    def is_done_but_for_the_bucket(self) -> bool:
        """Whether nothing resisted but a bucket with files in it: those that a training wrote at its end."""
        failed = [event for event in self.events() if event["ResourceStatus"] == "DELETE_FAILED"]
        kinds = {event["ResourceType"] for event in failed}
        return kinds == {"AWS::S3::Bucket", "AWS::CloudFormation::Stack"}

    def reason(self) -> str:
        """Why what the pipeline made could not be removed; empty if it was."""
        said = [
            event["ResourceStatusReason"]
            for event in self.events()
            if event["ResourceType"] == CUSTOM and event["ResourceStatus"] == "DELETE_FAILED"
        ]
        return said[-1] if said else ""

    def until_waiting(self) -> None:
        """Wait until the function has looked at the project a few times."""
        before = len(self.operator.calls("DescribeProjects"))
        until(lambda: len(self.operator.calls("DescribeProjects")) > before + 2)

    def until_handed_over(self) -> None:
        """Wait until an invocation of the function has started another."""
        until(
            lambda: (
                any("TakeDown" in call["caller"] for call in self.operator.calls("Invoke"))
                or not self.status().endswith("_IN_PROGRESS")
            )
        )


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def function_of(operator: Operator) -> str:
    (name,) = (
        function["FunctionName"]
        for function in operator.aws.client("lambda").list_functions()["Functions"]
        if function["Handler"].startswith("take_down.")
    )
    return str(name)


def give_up_after(operator: Operator, *, minutes: str) -> None:
    functions, name = operator.aws.client("lambda"), function_of(operator)
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": {**variables, "GIVE_UP_AFTER_MINUTES": minutes}}
    )


def remove_pictures(operator: Operator) -> None:
    empty_bucket(operator.aws.client("s3"), operator.outputs["BucketName"], report=lambda _line: None)


def make_invocations_short(operator: Operator) -> None:
    """The function has a second before it hands over to another invocation."""
    functions, name = operator.aws.client("lambda"), function_of(operator)
    functions.update_function_configuration(FunctionName=name, Timeout=HAND_OVER_SECONDS + 1)


def is_gone(operator: Operator) -> bool:
    found = operator.aws.client("rekognition").describe_projects(
        ProjectNames=[operator.outputs["ProjectName"]]
    )
    return not found["ProjectDescriptions"]


def start_a_training(operator: Operator) -> str:
    """A run whose training does not end by itself; the name of its version."""
    known = set(operator.versions())
    operator.aws.rekognition(hold_trainings=True)
    operator.upload_fruits(count=10, first=20)
    operator.start()
    until(lambda: set(operator.versions()) != known)
    (version,) = set(operator.versions()) - known
    return version

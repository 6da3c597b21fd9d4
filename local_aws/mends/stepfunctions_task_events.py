"""The history events around a task's call."""

from __future__ import annotations

import json
from typing import Any

from local_aws.config import REGION
from local_aws.mends.stepfunctions_lanes import Lane


class TaskEvents:
    """History events of a call to a service."""

    def __init__(self, lane: Lane, resource: str) -> None:
        self._lane = lane
        self._resource = dict(zip(("resourceType", "resource"), _event_names(resource), strict=True))

    def scheduled(self, arguments: Any, timeout: float | None) -> None:
        self._lane.record(
            "TaskScheduled",
            "taskScheduledEventDetails",
            **self._resource,
            region=REGION,
            parameters=json.dumps(arguments),
            timeoutInSeconds=None if timeout is None else int(timeout),
        )
        self._lane.record("TaskStarted", "taskStartedEventDetails", **self._resource)

    def ended(self, how: str, **details: Any) -> None:
        self._lane.record(f"Task{how}", f"task{how}EventDetails", **self._resource, **details)


class LambdaEvents(TaskEvents):
    """History events of a function that is a task's resource by its ARN."""

    def scheduled(self, arguments: Any, timeout: float | None) -> None:
        self._lane.record(
            "LambdaFunctionScheduled",
            "lambdaFunctionScheduledEventDetails",
            resource=self._resource["resource"],
            input=json.dumps(arguments),
            timeoutInSeconds=None if timeout is None else int(timeout),
        )
        self._lane.record("LambdaFunctionStarted")

    def ended(self, how: str, **details: Any) -> None:
        self._lane.record(f"LambdaFunction{how}", f"lambdaFunction{how}EventDetails", **details)


def _event_names(resource: str) -> tuple[str, str]:
    """Type and resource as events give them: ("aws-sdk:ssm", "getParameter"), ("dynamodb", "getItem")."""
    parts = resource.split(":")
    if ":function:" in resource or ":activity:" in resource:
        return "lambda", resource
    split = 7 if parts[5] == "aws-sdk" else 6
    return ":".join(parts[5:split]), ":".join(parts[split:])

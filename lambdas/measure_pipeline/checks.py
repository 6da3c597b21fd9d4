"""The training rule and the executions it starts, through EventBridge and Step Functions."""

from datetime import datetime
from typing import TYPE_CHECKING

from .missed import TrainingRule

if TYPE_CHECKING:
    from mypy_boto3_events.client import EventBridgeClient
    from mypy_boto3_stepfunctions.client import SFNClient

# The same two as where the lock is taken (pipeline_stack/workflows/locks.py).
_AT_WORK = ("RUNNING", "PENDING_REDRIVE")


class Checks:
    def __init__(
        self, *, step_functions: "SFNClient", events: "EventBridgeClient", workflow_arn: str, rule_name: str
    ) -> None:
        self._step_functions = step_functions
        self._events = events
        self._workflow_arn = workflow_arn
        self._rule_name = rule_name

    def rule(self) -> TrainingRule:
        """The training rule as it is now."""
        found = self._events.describe_rule(Name=self._rule_name)
        return TrainingRule(
            name=self._rule_name,
            is_enabled=found["State"] == "ENABLED",
            schedule=found.get("ScheduleExpression", ""),
        )

    def last_success(self) -> datetime:
        """When the newest Training that ended green did so; before the first one, when the workflow was
        made. A run that found another at work (`busy`) is one that ended well: the other reports for
        itself. Step Functions forgets executions after 90 days, so with a period of 31 days a third
        missed check can be seen up to 3 days early.
        """
        found = self._step_functions.list_executions(
            stateMachineArn=self._workflow_arn, statusFilter="SUCCEEDED", maxResults=1
        )["executions"]
        if found:
            return found[0]["stopDate"]
        return self._step_functions.describe_state_machine(stateMachineArn=self._workflow_arn)["creationDate"]

    def is_running(self, execution: str) -> bool:
        """Whether an execution is at work; not if Step Functions no longer knows it."""
        try:
            status = self._step_functions.describe_execution(executionArn=execution)["status"]
        except self._step_functions.exceptions.ExecutionDoesNotExist:
            return False
        return status in _AT_WORK

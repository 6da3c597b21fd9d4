"""Run the Settings workflow, so that parameters and the rule of the schedule agree again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

SECONDS_BETWEEN_LOOKS = 2.0
LOOKS = 450
"""15 minutes; it takes seconds, or waits for the run before it."""


class SettingsRunError(Exception):
    """The parameters may not be applied; the message says why, and how to try again."""


@dataclass(frozen=True, kw_only=True)
class SettingsRun:
    """Starts the workflow and waits for its end."""

    stepfunctions: SFNClient
    report: Callable[[str], None]

    def apply(self, workflow: str, parameter: str) -> None:
        """Have a parameter applied whose change event was not heard; raises SettingsRunError."""
        self._carry_out(workflow, {"detail": {"name": parameter, "operation": "Update"}})

    def agree(self, workflow: str) -> None:
        """Have the schedule agree with its parameters; raises SettingsRunError."""
        self._carry_out(workflow, {})

    def _carry_out(self, workflow: str, event: Mapping[str, Any]) -> None:
        again = f"Again: aws stepfunctions start-execution --state-machine-arn {workflow}"
        execution = self._start(workflow, event)
        for _ in range(LOOKS):
            found = self.stepfunctions.describe_execution(executionArn=execution)
            if found["status"] != "RUNNING":
                break
            time.sleep(SECONDS_BETWEEN_LOOKS)
        else:
            raise SettingsRunError(f"{execution} is still running; nobody waits for it any more. {again}")
        if found["status"] != "SUCCEEDED":
            raise SettingsRunError(
                f"The schedule may not follow the parameters: Settings ended "
                f"{found['status']} {found.get('error', '')}: {found.get('cause', 'no cause given')}\n{again}"
            )
        self.report(_in_words(json.loads(found["output"])))

    def _start(self, workflow: str, event: Mapping[str, Any]) -> str:
        try:
            started = self.stepfunctions.start_execution(stateMachineArn=workflow, input=json.dumps(event))
        except ClientError as problem:
            if problem.response["Error"]["Code"] != "StateMachineDoesNotExist":
                raise
            raise SettingsRunError(f"There is no state machine {workflow}. Somebody deleted it.") from problem
        return started["executionArn"]


def _in_words(output: Mapping[str, Any]) -> str:
    """Such as `Settings: applied (frequency 600, enabled true)`."""
    facts = [f"{name} {value}" for name, value in output.items() if name != "outcome"]
    return f"Settings: {output['outcome']}" + (f" ({', '.join(facts)})" if facts else "")

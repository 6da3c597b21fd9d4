"""Run the Settings workflow once, so that the rule of the schedule agrees with the parameters again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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

    def carry_out(self, workflow: str) -> None:
        """Tell what it did; raises SettingsRunError."""
        self.report("Bringing the schedule in line with the parameters")
        execution = self.stepfunctions.start_execution(stateMachineArn=workflow, input="{}")["executionArn"]
        again = f"Again: aws stepfunctions start-execution --state-machine-arn {workflow}"
        for _ in range(LOOKS):
            found = self.stepfunctions.describe_execution(executionArn=execution)
            if found["status"] != "RUNNING":
                break
            time.sleep(SECONDS_BETWEEN_LOOKS)
        else:
            raise SettingsRunError(f"{execution} is still running; nobody waits for it any more. {again}")
        if found["status"] != "SUCCEEDED":
            raise SettingsRunError(
                f"The stack is deployed, but its schedule may not follow the parameters: Settings ended "
                f"{found['status']} {found.get('error', '')}: {found.get('cause', 'no cause given')}\n{again}"
            )
        self.report(_in_words(json.loads(found["output"])))


def _in_words(output: Any) -> str:
    outcome = output.get("outcome", "done") if isinstance(output, dict) else "done"
    return f"Settings: {outcome}"

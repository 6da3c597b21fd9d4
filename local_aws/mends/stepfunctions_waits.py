"""Mends to how long an execution waits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from local_aws.clock import Clock
from local_aws.mends.registry import mend
from local_aws.mends.stepfunctions_lanes import current_lane


@mend("stepfunctions-waits", target="ministack.services.stepfunctions._scaled_sleep")
def wait_seconds(_original: Any) -> Any:
    """A Wait takes its share of the one time scale, and ends at once when the execution is stopped.

    MiniStack sleeps on, by a scale of its own.
    """

    def wait(seconds: float) -> None:
        try:
            lane = current_lane()
        except LookupError:
            Clock().sleep(max(seconds, 0))
        else:
            lane.wait(max(seconds, 0))

    return wait


@mend("stepfunctions-waits", target="ministack.services.stepfunctions._sleep_until")
def wait_until(_original: Any) -> Any:
    """A Wait until a moment is scaled like one of so many seconds; a moment that has passed is no wait."""

    def wait(timestamp: str) -> None:
        moment = datetime.fromisoformat(timestamp.replace("Z", "+00:00"))
        wait_seconds(None)((moment - datetime.now(UTC)).total_seconds())

    return wait

"""The one scale by which AWS's waiting is shortened on a laptop."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from local_aws.config import current_settings


def _time_scale() -> float:
    return current_settings().time_scale


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Turns AWS seconds into real ones.

    For Waits, Retry delays, machine time-outs and the time Rekognition takes, so that a poll and
    what it polls keep their proportions. Task time-outs stay in real seconds: they guard real work.
    """

    time_scale: float = field(default_factory=_time_scale)
    """Real seconds per AWS second; LOCAL_AWS_TIME_SCALE unless given."""

    def scaled(self, aws_seconds: float) -> float:
        """Real seconds that stand for so many seconds on AWS."""
        return aws_seconds * self.time_scale

    def sleep(self, aws_seconds: float) -> None:
        """Block this thread (never the event loop) for so many seconds on AWS."""
        time.sleep(self.scaled(aws_seconds))

"""How long a Deployment may take, and with it Training, by the settings of the environment."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from aws_cdk import Duration

from pipeline_stack.model_settings import ModelSettings

# A turn of the watch makes some 20 events, and an execution may have 25,000 (Step Functions Developer Guide,
# "Quotas"): a watch of more than twelve hours looks every second minute.
_MOST_TURNS: Final = 720
# What a canary takes at most, besides the wait before it: `bake.CANARY_SECONDS`, the last answer and retries.
_CANARY_MINUTES: Final = 2.5
# An hour for whoever holds the lock to start and stop models.
_LOCK_MINUTES: Final = 60
_START_MINUTES: Final = 60
# An invocation takes a quarter of an hour at most, one that draws a sample ten minutes; retries come on top.
_SMOKE_MINUTES: Final = 120
# Also what the candidate that failed takes to start and to stop.
_STOP_MINUTES: Final = 120
_RETRIES_MINUTES: Final = 60

# From here on whoever waits looks every ten minutes: a wait of a day must fit into the execution's events.
PATIENT_TURNS: Final = 60
LONG_WAIT: Final = f"{{% $turns < {PATIENT_TURNS} ? 60 : 600 %}}"
"""The seconds of a wait that may be a long one, by `$turns`."""


@dataclass(frozen=True, kw_only=True)
class DeploymentTimes:
    """In turns and minutes, from what the settings ask for."""

    settings: ModelSettings

    @property
    def watch_minutes(self) -> int:
        """From the switch to the end of the former model."""
        return max(self.settings.drain_minutes, self.settings.bake_minutes)

    @property
    def minutes_a_turn(self) -> int:
        """Between two canaries."""
        return max(1, math.ceil(self.watch_minutes / _MOST_TURNS))

    @property
    def watch_turns(self) -> int:
        return math.ceil(self.watch_minutes / self.minutes_a_turn)

    @property
    def canary_turns(self) -> int:
        """So many of the first turns ask the model; the others only let the former one serve on."""
        return math.ceil(self.settings.bake_minutes / self.minutes_a_turn)

    @property
    def longest_watch(self) -> float:
        """In minutes, if each canary takes as long as it may."""
        return self.watch_minutes + self.canary_turns * _CANARY_MINUTES

    @property
    def lock_minutes(self) -> int:
        """How long to wait for another deployment, which may be at its watch."""
        return _LOCK_MINUTES + math.ceil(self.longest_watch)

    @property
    def lock_turns(self) -> int:
        """The same in turns of `LONG_WAIT`."""
        return PATIENT_TURNS + math.ceil((self.lock_minutes - PATIENT_TURNS) / 10)

    @property
    def usual_minutes(self) -> int:
        """What a deployment that does what it should stays below."""
        return _START_MINUTES + _LOCK_MINUTES + math.ceil(self.longest_watch) + _RETRIES_MINUTES

    @property
    def timeout(self) -> Duration:
        """Of the machine: the lock, the start, the smoke test, the watch, the way back (another start), and
        stopping what failed or was replaced."""
        return Duration.minutes(
            self.lock_minutes
            + 2 * _START_MINUTES
            + _SMOKE_MINUTES
            + math.ceil(self.longest_watch)
            + _STOP_MINUTES
            + _RETRIES_MINUTES
        )

    @property
    def nested_timeout(self) -> Duration:
        """Of the task that waits for a nested one: longer, since the machine's is the one that should end
        it."""
        return self.timeout.plus(Duration.hours(1))

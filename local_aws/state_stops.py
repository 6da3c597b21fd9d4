"""Executions that a test wants stopped on entering a state, as an operator might at that very moment."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


class MalformedStopError(ValueError):
    """A stop that cannot be arranged; the message says where, what was found and what is allowed."""


@dataclass(frozen=True, kw_only=True)
class StateStop:
    """Stops the next execution that enters `state` of a machine whose name holds `machine`, once."""

    machine: str
    state: str


def parse_stops(document: Any) -> list[StateStop]:
    """Read the JSON list of PUT /_local/stops; raises MalformedStopError."""
    if not isinstance(document, list):
        raise MalformedStopError(
            f"Expected a JSON list of stops, found {type(document).__name__}. Send [] to clear them."
        )
    keys = {"machine", "state"}
    for position, item in enumerate(document):
        if not isinstance(item, Mapping) or set(item) != keys:
            raise MalformedStopError(f"Stop {position}: expected machine and state, found {item!r}.")
        if not all(isinstance(value, str) and value for value in item.values()):
            raise MalformedStopError(f"Stop {position}: both must be non-empty strings, found {item!r}.")
    return [StateStop(**item) for item in document]


class StateStops:
    """The stops that wait for their state; safe to use from several threads."""

    def __init__(self) -> None:
        self._stops: list[StateStop] = []
        self._lock = threading.Lock()

    def replace(self, stops: list[StateStop]) -> None:
        """Put these in force instead of the ones before."""
        with self._lock:
            self._stops = list(stops)

    def take(self, *, machine: str, state: str) -> bool:
        """Whether an execution of this machine, entering this state, is to be stopped; it counts once."""
        with self._lock:
            for stop in self._stops:
                if stop.machine in machine and stop.state == state:
                    self._stops.remove(stop)
                    return True
        return False

    def as_json(self) -> list[dict[str, Any]]:
        """Those that still wait."""
        with self._lock:
            return [asdict(stop) for stop in self._stops]


STOPS = StateStops()
"""The one list of this process."""

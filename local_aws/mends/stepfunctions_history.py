"""The history of an execution: events in order, each naming the one it follows."""

from __future__ import annotations

import threading
from typing import Any

from ministack.core.responses import now_iso
from ministack.services import stepfunctions as sfn

EVENT_LIMIT = 25_000
"""Events of a Standard execution; at the limit it fails (Developer Guide, "Service quotas")."""
PAYLOAD_LIMIT_BYTES = 262_144
"""Input, output, task result or arguments of a state as UTF-8 (Developer Guide, "Service quotas")."""


class Events:
    """Appends to the history of one execution from any of its threads."""

    def __init__(self, execution: dict[str, Any]) -> None:
        self._execution = execution
        self.lock = threading.RLock()
        """Held by whoever changes the execution's status, so that its last event is its last."""
        for event in execution["events"]:
            event.setdefault("previousEventId", 0)

    def add(
        self, event_type: str, details_name: str | None, details: dict[str, Any], *, previous: int
    ) -> int:
        """Append an event and return its number; an execution that is over gets only its last one.

        Raises MiniStack's execution error when the history is full.
        """
        with self.lock:
            events = self._execution["events"]
            if self._execution["status"] != "RUNNING" and not event_type.startswith("Execution"):
                return previous
            if len(events) >= EVENT_LIMIT - 1 and not event_type.startswith("Execution"):
                raise sfn._ExecutionError(
                    "States.Runtime",
                    f"The execution reached the maximum number of history events ({EVENT_LIMIT}).",
                )
            event = {"id": len(events) + 1, "type": event_type, "timestamp": now_iso()}
            if details_name:
                event[details_name] = {key: value for key, value in details.items() if value is not None}
            events.append(event | {"previousEventId": previous})
            return int(event["id"])


def check_payload(text: str, *, what: str) -> None:
    """Raise States.DataLimitExceeded for more than a state may take or give.

    Sources: Developer Guide, "Service quotas" for the limit, "Handling errors" for the name.
    """
    if len(text.encode()) > PAYLOAD_LIMIT_BYTES:
        raise sfn._ExecutionError(
            "States.DataLimitExceeded",
            f"{what} with a size exceeding the maximum number of bytes service limit.",
        )

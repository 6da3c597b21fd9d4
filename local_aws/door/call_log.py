"""Who called what, in order of arrival."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

KEPT_CALLS = 100_000
"""Older calls are forgotten, so that a server left running does not grow for ever."""


@dataclass(kw_only=True)
class LoggedCall:
    """One call; `error` is its error code, null while it runs and when it went well."""

    service: str
    operation: str
    caller: str
    error: str | None = None
    took_effect: bool = False
    """Whether it was carried out although its answer was an error that a fault put in its place."""


class CallLog:
    """The calls of this server; safe to use from several threads."""

    def __init__(self) -> None:
        self._calls: deque[LoggedCall] = deque(maxlen=KEPT_CALLS)
        self._lock = threading.Lock()

    def record(self, *, service: str, operation: str, caller: str) -> LoggedCall:
        """Note a call as it arrives; its error is filled in when it is answered."""
        call = LoggedCall(service=service, operation=operation, caller=caller)
        with self._lock:
            self._calls.append(call)
        return call

    def as_json(self) -> list[dict[str, Any]]:
        """Every call kept, the oldest first."""
        with self._lock:
            return [dict(vars(call)) for call in self._calls]  # `asdict` takes ten times as long

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._calls.clear()

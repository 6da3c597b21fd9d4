"""Which permissions the roles of this server used, or lacked."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, order=True)
class Decision:
    """Whether a role was allowed an action on a resource."""

    role: str
    action: str
    resource: str
    allowed: bool


class PermissionLog:
    """Each different decision once; safe to use from several threads."""

    def __init__(self) -> None:
        self._decisions: set[Decision] = set()
        self._lock = threading.Lock()

    def record(self, decision: Decision) -> None:
        """Note a decision."""
        with self._lock:
            self._decisions.add(decision)

    def as_json(self) -> list[dict[str, Any]]:
        """Every different decision, by role and action."""
        with self._lock:
            return [asdict(decision) for decision in sorted(self._decisions)]

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._decisions.clear()


PERMISSIONS = PermissionLog()
"""The one log of this process."""

"""What the SNS topics of this server published, for tests and demos that have no mailbox."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

KEPT_MESSAGES = 10_000


@dataclass(frozen=True, kw_only=True)
class Message:
    """One published message."""

    topic: str
    """ARN of the topic."""
    subject: str | None
    message: str
    kind: str
    """The message attribute `kind`; empty when it has none, as messages of alarms."""


class Outbox:
    """Every message published, the oldest first; safe to use from several threads."""

    def __init__(self) -> None:
        self._messages: deque[Message] = deque(maxlen=KEPT_MESSAGES)
        self._lock = threading.Lock()

    def add(self, message: Message) -> None:
        """Note a published message."""
        with self._lock:
            self._messages.append(message)

    def as_json(self) -> list[dict[str, Any]]:
        """Every message kept."""
        with self._lock:
            return [dict(vars(message)) for message in self._messages]

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._messages.clear()


OUTBOX = Outbox()
"""The one outbox of this process."""

"""Talks to the server's own paths under /_local/."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

ANSWER_SECONDS = 60.0


class LocalAwsError(RuntimeError):
    """The server did not start, died, or refused an admin request; the message holds its own words."""


@dataclass(frozen=True, kw_only=True)
class AdminClient:
    """Plain HTTP: these paths are not AWS's and need no signature."""

    endpoint_url: str

    def is_up(self) -> bool:
        """Whether the server answers at all."""
        try:
            with urllib.request.urlopen(f"{self.endpoint_url}/_ministack/health", timeout=5) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except OSError:
            return False

    def get(self, name: str) -> Any:
        """The JSON document at /_local/<name>. Raises LocalAwsError, OSError when nobody answers."""
        return self._ask(urllib.request.Request(f"{self.endpoint_url}/_local/{name}"))  # noqa: S310

    def put(self, name: str, document: Any) -> Any:
        """Put a JSON document at /_local/<name>. Raises LocalAwsError, OSError when nobody answers."""
        body = json.dumps(document).encode()
        return self._ask(
            urllib.request.Request(f"{self.endpoint_url}/_local/{name}", data=body, method="PUT")  # noqa: S310
        )

    def reset(self) -> None:
        """Empty the whole of AWS: MiniStack's own path. Raises OSError when nobody answers."""
        request = urllib.request.Request(f"{self.endpoint_url}/_ministack/reset", method="POST")  # noqa: S310
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS):  # noqa: S310
            return

    def _ask(self, request: urllib.request.Request) -> Any:
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            message = json.loads(refusal.read())["message"]
            path = request.full_url.removeprefix(self.endpoint_url)
            raise LocalAwsError(f"{request.get_method()} {path}: {message}") from refusal

"""A headless Chromium to look at pages with, started and spoken to without further packages.

It speaks the DevTools protocol over a pipe (`--remote-debugging-pipe`): JSON texts, each ended by a NUL.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tools.chromium import Found

END_SECONDS = 60
WITH_PIPES = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
for place, end in enumerate(ends, start=3):
    os.dup2(end, place)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Chromium reads commands from file descriptor 3 and answers on 4."""
Json = dict[str, Any]


@dataclass
class Page:
    """One tab."""

    chromium: Chromium
    session: str

    def do(self, method: str, **parameters: Any) -> Json:
        return self.chromium.do(method, session=self.session, **parameters)

    def open(self, path: Path, *, width: int, height: int = 900, dark: bool = False) -> None:
        """Load a file as a screen of this width shows it."""
        self.do("Page.enable")
        self.do("Network.enable")
        self.do("Log.enable")
        self.do("Runtime.enable")
        self.do(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2,
            mobile=width < 600,
        )
        scheme = "dark" if dark else "light"
        self.do("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.chromium.events.clear()
        self.do("Page.navigate", url=path.as_uri())
        self.chromium.wait_for("Page.loadEventFired")

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        result = self.do("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def events(self, method: str) -> list[Json]:
        """What happened of this kind since the page was opened."""
        return [event["params"] for event in self.chromium.events if event.get("method") == method]

    def screenshot(self, path: Path) -> None:
        """All of the page as a PNG."""
        shot = self.do("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))


@dataclass
class Chromium:
    """A running browser."""

    commands: IO[bytes]
    answers: IO[bytes]
    events: list[Json] = field(default_factory=list)
    last_id: int = 0
    unread: bytes = b""

    def new_page(self) -> Page:
        target = self.do("Target.createTarget", url="about:blank")["targetId"]
        return Page(self, self.do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])

    def do(self, method: str, *, session: str | None = None, **parameters: Any) -> Json:
        self.last_id += 1
        command: Json = {"id": self.last_id, "method": method, "params": parameters}
        if session:
            command["sessionId"] = session
        self.commands.write(json.dumps(command).encode() + b"\0")
        self.commands.flush()
        while True:
            message = self._next()
            if message.get("id") == self.last_id:
                assert "error" not in message, (method, message["error"])
                return dict(message["result"])
            self.events.append(message)

    def wait_for(self, method: str) -> None:
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self._next())

    def _next(self) -> Json:
        while b"\0" not in self.unread:
            chunk = os.read(self.answers.fileno(), 1 << 20)
            assert chunk, "the browser ended"
            self.unread += chunk
        text, _, self.unread = self.unread.partition(b"\0")
        return dict(json.loads(text))


@contextmanager
def running(found: Found) -> Iterator[Chromium]:
    """Start it with a profile of its own, which goes with it."""
    to_read, to_command = os.pipe()
    to_answers, to_write = os.pipe()
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(  # noqa: S603 - what tools.chromium found
            [
                *(sys.executable, "-S", "-c", WITH_PIPES, str(to_read), str(to_write), found.path),
                *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
                *("--hide-scrollbars", "--no-first-run"),
                *("--remote-debugging-pipe", f"--user-data-dir={profile}"),
            ],
            pass_fds=(to_read, to_write),
            env={**os.environ, **found.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        try:
            with os.fdopen(to_command, "wb") as commands, os.fdopen(to_answers, "rb") as answers:
                yield Chromium(commands, answers)
        finally:
            process.terminate()
            process.wait(timeout=END_SECONDS)

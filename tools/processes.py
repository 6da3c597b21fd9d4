"""Stop a program together with everything that it started, also where it shares our process group.

A program that may ask has to stay in the terminal's foreground group, so that it can read the answer and
Ctrl-C reaches it. That group is ours, and make's, so it cannot be signalled as a whole.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SECONDS_TO_STOP = 5.0
SECONDS_BETWEEN_LOOKS = 0.05
PROC = Path("/proc")
"""Linux has the processes here. A slim container may have no `ps`; other systems have no such folder."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A process as it is now."""

    pid: int
    parent: int
    is_over: bool
    """Ended, and nobody has asked for its exit code yet: a container may have nobody who does."""


def stop(process: subprocess.Popen[str]) -> None:
    """End a program and what it started, and return once they are gone: the later of them by force."""
    # Looked for before the first signal: what a program leaves behind cannot be told to be its own.
    family = {process.pid, *descendants(process.pid, _all())}
    try:
        _send(signal.SIGTERM, family)
        deadline = time.monotonic() + SECONDS_TO_STOP
        while _still_there(family, process) and time.monotonic() < deadline:
            time.sleep(SECONDS_BETWEEN_LOOKS)
    finally:
        _send(signal.SIGKILL, _still_there(family, process))
        process.wait()


def descendants(pid: int, seen: Iterable[Seen]) -> set[int]:
    """The children of a process, and theirs."""
    children = dict[int, list[int]]()
    for one in seen:
        children.setdefault(one.parent, []).append(one.pid)
    found = set[int]()
    ahead = list(children.get(pid, []))
    while ahead:
        found.add(one_pid := ahead.pop())
        ahead += children.get(one_pid, [])
    return found


def _still_there(family: set[int], process: subprocess.Popen[str]) -> set[int]:
    process.poll()
    return {one.pid for one in _all() if one.pid in family and not one.is_over}


def _send(number: signal.Signals, pids: Iterable[int]) -> None:
    # As a rule a parent has the lower number: it goes first, so that it does not go on when its child ends.
    for pid in sorted(pids):
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _all() -> list[Seen]:
    return _from_proc() if (PROC / "self" / "stat").exists() else _from_ps()


def _from_proc() -> list[Seen]:
    found = list[Seen]()
    for folder in PROC.iterdir():
        if folder.name.isdecimal():
            with suppress(OSError):
                # The name, in brackets, may hold anything; then come the state and the parent.
                state, parent = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[:2]
                found.append(Seen(pid=int(folder.name), parent=int(parent), is_over=state in "ZX"))
    return found


def _from_ps() -> list[Seen]:
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="],  # noqa: S607 - where the system has it
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line.split() for line in listed.stdout.splitlines()]
    return [
        Seen(pid=int(pid), parent=int(parent), is_over=state.startswith("Z")) for pid, parent, state in lines
    ]

"""Nothing that a stopped program started outlives it."""

import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tools import processes
from tools.processes import Seen, stop

ENDED_BY_FORCE = (-signal.SIGKILL, 128 + signal.SIGKILL)
"""Itself, or a shell that saw its child go."""


def start(script: str) -> tuple[subprocess.Popen[str], int]:
    """Run a script that tells the id of a process that it started."""
    program = subprocess.Popen(["/bin/sh", "-c", script], stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert program.stdout
    return program, int(program.stdout.readline())


def is_running(pid: int) -> bool:
    """Whether it still does after a moment: the kernel ends a process some time after the signal."""
    stat, deadline = Path(f"/proc/{pid}/stat"), time.monotonic() + 10
    while stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z":
        if time.monotonic() > deadline:
            return True
        time.sleep(0.01)
    return False


def test_what_a_program_started_ends_with_it() -> None:
    program, child = start("sh -c 'sleep 60 & echo $!; wait'; echo over")
    stop(program)
    assert not is_running(child)
    assert program.returncode == -signal.SIGTERM


def test_what_does_not_listen_is_ended_by_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "SECONDS_TO_STOP", 0.2)
    program, child = start("trap '' TERM; sh -c 'trap \"\" TERM; echo $$; while :; do sleep 0.1; done'")
    stop(program)
    assert not is_running(child)
    assert program.returncode in ENDED_BY_FORCE


def test_a_second_interruption_still_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    program, child = start("trap '' TERM; sh -c 'trap \"\" TERM; echo $$; while :; do sleep 0.1; done'")
    monkeypatch.setattr("tools.processes.time.sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        stop(program)
    monkeypatch.undo()
    assert program.returncode in ENDED_BY_FORCE
    assert not is_running(child)


def test_a_program_that_is_over_already_is_no_problem() -> None:
    program, _ = start("echo 1")
    program.wait()
    stop(program)
    assert program.returncode == 0


def test_children_of_children_are_found_and_others_are_not() -> None:
    pairs = [(2, 1), (3, 2), (4, 3), (5, 1), (6, 5)]
    seen = [Seen(pid=pid, parent=parent, is_over=False) for pid, parent in pairs]
    assert processes.descendants(2, seen) == {3, 4}


@pytest.mark.skipif(not shutil.which("ps"), reason="no ps here")
def test_without_proc_ps_tells_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(processes, "PROC", tmp_path)
    program, child = start("sleep 60 & echo $!; wait")
    stop(program)
    assert not is_running(child)

"""Make `kill` and a closed terminal end a command as Ctrl-C does: cleaning up behind it."""

from __future__ import annotations

import signal
from types import FrameType


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def end_like_ctrl_c() -> None:
    """From now on SIGTERM and SIGHUP raise KeyboardInterrupt in the main thread.

    SIGINT too: a shell that starts a command in the background makes it ignore SIGINT.
    """
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, _interrupt)

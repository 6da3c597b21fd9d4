"""Lines as a file that is read once, so that a manifest is uploaded without ever being whole."""

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BUFFER_BYTES = 1024 * 1024


def line_stream(lines: Iterable[bytes]) -> io.BufferedReader:
    """A readable, not seekable file; `read(n)` is short only at the end, as uploads in parts need."""
    return io.BufferedReader(_Lines(lines), _BUFFER_BYTES)


class _Lines(io.RawIOBase):
    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        target = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(target):
            if not self._rest:
                line = next(self._lines, None)
                if line is None:
                    break
                self._rest = memoryview(line)
                continue
            taken = min(len(self._rest), len(target) - filled)
            target[filled : filled + taken] = self._rest[:taken]
            self._rest = self._rest[taken:]
            filled += taken
        return filled

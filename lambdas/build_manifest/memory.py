"""An object in the dataset bucket in which is remembered what was found of pictures."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .errors import StorageDenied
from .ports import FileStore


@dataclass(frozen=True, slots=True)
class Memory:
    """Losing it costs only time."""

    files: FileStore
    key: str

    def lines(self) -> Iterator[bytes] | None:
        """None if nothing is remembered, or what is was encrypted with a key that is the stack's no more."""
        try:
            return self.files.read_lines(self.key)
        except StorageDenied:
            return None

    def save(self, lines: Iterable[bytes]) -> None:
        self.files.write_lines(self.key, lines)

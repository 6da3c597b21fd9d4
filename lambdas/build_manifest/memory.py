"""An object in the dataset bucket in which is remembered what was found of pictures."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .ports import FileStore


@dataclass(frozen=True, slots=True)
class Memory:
    """Losing it costs only time."""

    files: FileStore
    key: str

    def lines(self) -> Iterator[bytes] | None:
        """None if nothing is remembered."""
        return self.files.read_lines(self.key)

    def save(self, lines: Iterable[bytes]) -> None:
        self.files.write_lines(self.key, lines)

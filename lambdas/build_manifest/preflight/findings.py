"""Troubles, gathered by code: all are counted, and the first of each kind are kept.

A set of a quarter of a million pictures may have as many troubles.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..labelled.trouble import Trouble

EXAMPLES = 100


@dataclass(slots=True)
class Kind:
    """The troubles of one code."""

    code: str
    count: int = 0
    examples: list[Trouble] = field(default_factory=list)

    @property
    def rest(self) -> int:
        """How many are not among the examples."""
        return self.count - len(self.examples)


@dataclass(slots=True)
class Findings:
    """Kinds in the order in which they were first found."""

    kinds: dict[str, Kind] = field(default_factory=dict)

    def add(self, trouble: Trouble) -> None:
        kind = self.kinds.setdefault(trouble.code, Kind(trouble.code))
        kind.count += 1
        if len(kind.examples) < EXAMPLES:
            kind.examples.append(trouble)

    @property
    def total(self) -> int:
        return sum(kind.count for kind in self.kinds.values())

    def __iter__(self) -> Iterator[Kind]:
        return iter(self.kinds.values())

    def __bool__(self) -> bool:
        return bool(self.kinds)

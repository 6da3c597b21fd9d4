"""The one list of mends, filled by `@mend`, and the check that MiniStack still has what they replace."""

from __future__ import annotations

import importlib
import importlib.metadata
import pkgutil
import re
from collections.abc import Callable, Collection, MutableMapping
from dataclasses import dataclass
from typing import Any

MINISTACK_VERSION = "1.5.33"
"""The version the mends fit; MiniStack has no extension API, so another one may break any of them."""

Replacement = Callable[[Any], Any]
"""Takes the original symbol and returns what stands in for it."""


class MendsDoNotFitError(RuntimeError):
    """MiniStack is not what the mends were written for; the message names every symbol that is gone."""


@dataclass(frozen=True, kw_only=True)
class Symbol:
    """A private name of MiniStack: `package.module.attribute`, or `package.module.table[key]`."""

    module: str
    attribute: str
    key: str | None

    @classmethod
    def parse(cls, text: str) -> Symbol:
        """Read the dotted form; raises ValueError when it is not of that form."""
        match = re.fullmatch(r"(?P<module>[\w.]+)\.(?P<attribute>\w+)(?:\[(?P<key>[^\]]+)\])?", text)
        if match is None:
            raise ValueError(
                f"{text!r} is not of the form package.module.attribute or package.module.table[key]."
            )
        return cls(**match.groupdict())

    def __str__(self) -> str:
        return f"{self.module}.{self.attribute}" + (f"[{self.key}]" if self.key else "")

    def get(self) -> Any:
        """The object of that name; raises AttributeError, KeyError or ImportError when it is gone."""
        found = getattr(importlib.import_module(self.module), self.attribute)
        return found[self.key] if self.key else found

    def set(self, value: Any) -> None:
        """Put another object in its place."""
        module = importlib.import_module(self.module)
        if self.key:
            table: MutableMapping[str, Any] = getattr(module, self.attribute)
            table[self.key] = value
        else:
            setattr(module, self.attribute, value)

    def exists(self) -> bool:
        """Whether this MiniStack has it."""
        try:
            self.get()
        except (AttributeError, KeyError, ImportError):
            return False
        return True


@dataclass(frozen=True, kw_only=True)
class Mend:
    """One symbol that is replaced. Mends that put one behaviour right together share a name."""

    name: str
    target: Symbol
    requires: tuple[Symbol, ...]
    """Further private symbols that the replacement calls."""
    why: str
    replace: Replacement


_mends: list[Mend] = []


def mend(name: str, *, target: str, requires: Collection[str] = ()) -> Callable[[Replacement], Replacement]:
    """Register a function that takes the original symbol and returns its replacement.

    The function's docstring says what is wrong without it. `LOCAL_AWS_WITHOUT_MEND=<name>` leaves it
    out, which is how its test is seen to fail.
    """

    def register(replace: Replacement) -> Replacement:
        why = (replace.__doc__ or "").strip()
        if not why:
            raise ValueError(f"The mend {name!r} has no docstring that says what it puts right.")
        symbols = tuple(Symbol.parse(text) for text in requires)
        _mends.append(
            Mend(name=name, target=Symbol.parse(target), requires=symbols, why=why, replace=replace)
        )
        return replace

    return register


def all_mends() -> list[Mend]:
    """Every mend of this package, in the order of its modules' names."""
    package = importlib.import_module("local_aws.mends")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return list(_mends)


def install(*, without: Collection[str] = ()) -> None:
    """Put every mend in place except those named. Call once, before the server answers.

    Raises MendsDoNotFitError when MiniStack is another version or a symbol is gone, ValueError when
    `without` names no mend.
    """
    mends = all_mends()
    unknown = set(without) - {each.name for each in mends}
    if unknown:
        names = ", ".join(sorted({each.name for each in mends}))
        raise ValueError(f"LOCAL_AWS_WITHOUT_MEND names {', '.join(sorted(unknown))}; there are: {names}.")
    check_fit(mends)
    for each in mends:
        if each.name not in without:
            each.target.set(each.replace(each.target.get()))


def check_fit(mends: Collection[Mend]) -> None:
    """Raise MendsDoNotFitError unless MiniStack has the pinned version and every symbol the mends touch."""
    problems = []
    found = importlib.metadata.version("ministack")
    if found != MINISTACK_VERSION:
        problems.append(f"MiniStack is {found}, the mends are written for {MINISTACK_VERSION}")
    for each in mends:
        problems += [
            f"{symbol} is gone (mend {each.name})"
            for symbol in (each.target, *each.requires)
            if not symbol.exists()
        ]
    if problems:
        raise MendsDoNotFitError(
            "The local AWS cannot start: "
            + "; ".join(problems)
            + ". Mend local_aws/mends or restore the pin."
        )

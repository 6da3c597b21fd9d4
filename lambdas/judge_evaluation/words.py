"""Figures and lists as people read them."""

from collections.abc import Sequence

_NAMED = 5
_NAME_LENGTH = 200
_FEW_DECIMALS, _ALL_DECIMALS = 3, 6


def figure(score: float) -> str:
    """A score with three decimals at most."""
    return f"{round(score, _FEW_DECIMALS):g}"


def apart(score: float, bar: float) -> tuple[str, str]:
    """Both with as many decimals as it takes to see which is larger."""
    decimals = _FEW_DECIMALS
    while decimals < _ALL_DECIMALS and score != bar and round(score, decimals) == round(bar, decimals):
        decimals += 1
    return f"{round(score, decimals):g}", f"{round(bar, decimals):g}"


def signed(difference: float) -> str:
    """A difference with its sign."""
    rounded = round(difference, _FEW_DECIMALS)
    return f"{rounded:+g}" if rounded else "0"


def counted(number: int, noun: str) -> str:
    """`1 label`, `2 labels`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def name(label: str) -> str:
    """A label's name, cut where it is too long to read."""
    return label if len(label) <= _NAME_LENGTH else f"{label[: _NAME_LENGTH - 1]}…"


def listed(things: Sequence[str], *, most: int = _NAMED) -> str:
    """The first few, and how many more there are."""
    more = len(things) - most
    return ", ".join(things[:most]) + (f" and {more} more" if more > 0 else "")

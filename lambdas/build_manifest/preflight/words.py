"""Errors in words, for a message that has room for a few of them."""

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..labelled.trouble import quoted
from .findings import Findings, Kind

NAMED = 20
"""Pictures in all, besides the first of each kind, which is told in full."""
MOST_CHARACTERS = 4_000


def in_words(*findings: Findings) -> str:
    """Each kind of error with its first case in full, and further pictures by their keys."""
    kinds = [kind for each in findings for kind in sorted(each, key=lambda kind: -kind.count)]
    left = NAMED
    parts = []
    for waiting, kind in enumerate(kinds):
        share = max(1, left // (len(kinds) - waiting)) if left else 0
        others = [quoted(trouble.key) for trouble in kind.examples[1 : 1 + share] if trouble.key]
        left -= len(others)
        parts.append(_kind(kind, others))
    text = "\n".join(parts)
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"


def _kind(kind: Kind, others: list[str]) -> str:
    first = f"- {kind.examples[0]}"
    rest = kind.count - 1 - len(others)
    if others:
        return f"{first} Also {', '.join(others)}" + (f" and {rest:,} more." if rest else ".")
    return f"{first} And {rest:,} more of this kind." if rest else first

"""Reads the files in which Rekognition marks what it found wrong.

Custom Labels guide, "Understanding the manifest summary" and "Understanding training and testing
validation result manifests". Both are read leniently: an error in an explanation helps nobody.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .request import SIDES, Side

_SIDES_OF_SETS: tuple[Side | None, ...] = (*SIDES, None)


@dataclass(frozen=True, slots=True)
class SetError:
    """A content error: of one side's manifest, or of both together (`side` is None)."""

    code: str
    said: str
    side: Side | None


@dataclass(frozen=True, slots=True)
class LineError:
    """An error of one line. `number` counts from 1, and is 0 where it is not known; `picture` is empty if
    the line does not name one."""

    code: str
    said: str
    side: Side
    number: int
    picture: str


def read_summary(content: bytes) -> tuple[list[SetError], dict[str, object]]:
    """The content errors, and the figures of each side; nothing of what is not as documented."""
    try:
        document = json.loads(content)
    except ValueError:
        return [], {}
    statistics = _mapping(_mapping(document).get("statistics"))
    lists = {side: _mapping(statistics.get(side)).get("errors") for side in SIDES}
    errors = [
        SetError(code, said, side)
        for side in _SIDES_OF_SETS
        for code, said in _messages(_mapping(document).get("errors") if side is None else lists[side])
    ]
    figures: dict[str, object] = {
        side: _figures(_mapping(statistics.get(side))) for side in SIDES if side in statistics
    }
    return errors, figures


def _figures(side: Mapping[str, object]) -> dict[str, object]:
    """Counts and use case, without the lists, which may be long."""
    return {name: value for name, value in side.items() if isinstance(value, int | str)}


def line_errors(lines: Iterable[bytes], side: Side) -> Iterator[LineError]:
    """The errors and warnings of a validation manifest, line by line.

    They stand in lists whose names end in "errors" or "warnings", at different depths: searched for
    everywhere, because the guide's own examples disagree on the place.
    """
    for number, line in enumerate(lines, start=1):
        # Most lines have none, and there may be a quarter of a million of them.
        if b'errors"' not in line and b'warnings"' not in line:
            continue
        try:
            document = json.loads(line)
        except ValueError:
            continue
        for code, said in dict.fromkeys(marked(document)):
            yield LineError(code, said, side, number, source_ref(document))


def source_ref(document: object) -> str:
    """The picture that a line names; empty if it names none."""
    source = _mapping(document).get("source-ref")
    return source if isinstance(source, str) else ""


def marked(value: object) -> Iterator[tuple[str, str]]:
    """(code, message) of each error and warning anywhere in a line."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            if name.endswith(("errors", "warnings")):
                yield from _messages(member)
            else:
                yield from marked(member)
    elif isinstance(value, list):
        for member in value:
            yield from marked(member)


def _messages(value: object) -> Iterator[tuple[str, str]]:
    for item in value if isinstance(value, list) else []:
        code, said = _mapping(item).get("code"), _mapping(item).get("message", "")
        if isinstance(code, str) and code:
            yield code, said if isinstance(said, str) else ""


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}

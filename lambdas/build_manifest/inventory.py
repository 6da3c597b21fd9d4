"""The inventory of a set: one line a picture, from which the next run tells what is new.

JSON Lines, sorted by key: `{"key": …, "etag": …}`, and `"content": …` where the MD5 of the content
is not the ETag. Always read as a stream.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from .json_lines import json_lines, json_text
from .selection import Picture


class InventoryBroken(ValueError):  # noqa: N818 - as in errors.py
    """A line is not what `record_lines` writes. Never leaves the function: see `build`."""


@dataclass(frozen=True, slots=True)
class Record:
    """A picture as it was when the inventory was written."""

    key: str
    etag: str
    content: str


def record_lines(pictures: Iterable[Picture]) -> Iterator[bytes]:
    """A line for each picture, with its line end; many lines at a time."""
    return json_lines(map(_record_text, pictures))


def _record_text(picture: Picture) -> str:
    key, etag = json_text(picture.key), json_text(picture.etag)
    if picture.content == picture.etag:
        return f'{{"key":{key},"etag":{etag}}}'
    return f'{{"key":{key},"etag":{etag},"content":{json_text(picture.content)}}}'


def read_records(lines: Iterable[bytes]) -> Iterator[Record]:
    """The records, one by one.

    Raises:
        InventoryBroken: a line is malformed, or not in order.
    """
    last: str | None = None
    for number, line in enumerate(lines, start=1):
        record = _record(number, line)
        if last is not None and record.key <= last:
            raise InventoryBroken(f"line {number} is out of order")
        last = record.key
        yield record


def _record(number: int, line: bytes) -> Record:
    try:
        fields = json.loads(line)
        key, etag = fields["key"], fields["etag"]
        content = fields.get("content", etag)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InventoryBroken(f"line {number} is not an inventory line") from error
    if not (isinstance(key, str) and isinstance(etag, str) and isinstance(content, str)):
        raise InventoryBroken(f"line {number} holds something else than text")
    return Record(key, etag, content)


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


Left = TypeVar("Left", bound=_Keyed)
Right = TypeVar("Right", bound=_Keyed)


def side_by_side(left: Iterable[Left], right: Iterable[Right]) -> Iterator[tuple[Left | None, Right | None]]:
    """Pair two streams by key, holding one item of each; None where one side has no such key.

    Both must be sorted by key, without repeats.
    """
    lefts, rights = iter(left), iter(right)
    one, other = next(lefts, None), next(rights, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one.key < other.key):
            yield one, None
            one = next(lefts, None)
        elif one is None or other.key < one.key:
            yield None, other
            other = next(rights, None)
        else:
            yield one, other
            one, other = next(lefts, None), next(rights, None)

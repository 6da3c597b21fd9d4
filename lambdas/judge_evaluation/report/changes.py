"""What happened to the pictures between two sets, from their inventories.

The inventories are those of `build_manifest` (its `inventory.py` has the format, its `novelty.py` the same
count in one number); here they are read again, because a bundle holds one package. A set may have 250,000
pictures: both inventories are read side by side, and memory grows with the differences only.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

_LINES_BETWEEN_LOOKS = 10_000


class Unreadable(ValueError):  # noqa: N818 - never leaves this package
    """A line is not one of an inventory."""


class OutOfTime(Exception):  # noqa: N818 - never leaves this package
    """There is not enough time left to go on."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """`relabelled`: the same content under another key, which is how a picture changes its folder."""

    added: int
    replaced: int
    relabelled: int
    removed: int


_Entry = tuple[str, str]
"""Key and content."""


def count_changes(
    now: Iterable[bytes], before: Iterable[bytes], *, enough_time: Callable[[], bool] = lambda: True
) -> Counts:
    """Compare the lines of two inventories, each sorted by key.

    Raises:
        Unreadable: a line is none of an inventory.
        OutOfTime: `enough_time` said no.
    """
    replaced = 0
    added: Counter[str] = Counter()
    removed: Counter[str] = Counter()
    for number, (new, old) in enumerate(_side_by_side(_entries(now), _entries(before)), start=1):
        if number % _LINES_BETWEEN_LOOKS == 0 and not enough_time():
            raise OutOfTime
        if old is None and new is not None:
            added[new[1]] += 1
        elif new is None and old is not None:
            removed[old[1]] += 1
        elif new is not None and old is not None:
            replaced += new[1] != old[1]
    moved = (added & removed).total()
    return Counts(
        added=added.total() - moved, replaced=replaced, relabelled=moved, removed=removed.total() - moved
    )


def _entries(lines: Iterable[bytes]) -> Iterator[_Entry]:
    for line in lines:
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
            key, content = fields["key"], fields.get("content", fields["etag"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unreadable("an inventory has a line that is none") from error
        if not (isinstance(key, str) and isinstance(content, str)):
            raise Unreadable("an inventory has a line that holds something else than text")
        yield key, content


def _side_by_side(
    lefts: Iterator[_Entry], rights: Iterator[_Entry]
) -> Iterator[tuple[_Entry | None, _Entry | None]]:
    left, right = next(lefts, None), next(rights, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right[0]):
            yield left, None
            left = next(lefts, None)
        elif left is None or right[0] < left[0]:
            yield None, right
            right = next(rights, None)
        else:
            yield left, right
            left, right = next(lefts, None), next(rights, None)

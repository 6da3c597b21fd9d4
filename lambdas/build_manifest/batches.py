"""Many pictures at a time: what is done once for a batch costs a picture next to nothing."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

# A batch of manifest lines is some 100 KB.
_BATCH = 250

Item = TypeVar("Item")


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, _BATCH)):
        yield batch

"""Finds many objects whose keys are known, without asking S3 for each of them.

A page of a listing answers for a thousand neighbours, but the pictures of a set may be few among many. So
the keys are sorted, each page begins just before the next key that is looked for, and one request answers
for every key up to where its page ends: never more requests than keys, and a thousandth of them where the
set's pictures lie together.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..listing import Page
from ..selection import StoredObject

_AT_ONCE = 8
# Fewer are not worth a thread: two pages.
_FEWEST_AT_ONCE = 2_000
_LAST_BEFORE_SURROGATES = 0xD7FF
_FIRST_AFTER_SURROGATES = 0xE000


class Pages(Protocol):
    def page(self, prefix: str, *, after: str, token: str | None = None) -> Page:
        """The first objects under the prefix whose keys come after `after`, in order; or `token`'s page."""


def locate(listing: Pages, prefix: str, keys: Sequence[str]) -> list[StoredObject]:
    """Those of the objects that exist; `keys` come sorted, without repeats, and begin with the prefix."""
    share = max(_FEWEST_AT_ONCE, -(-len(keys) // _AT_ONCE))
    shares = [keys[start : start + share] for start in range(0, len(keys), share)]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        parts = threads.map(lambda some: list(_in_turn(listing, prefix, some)), shares)
        return [stored for part in parts for stored in part]


def _in_turn(listing: Pages, prefix: str, keys: Sequence[str]) -> Iterator[StoredObject]:
    answered = 0
    after = _just_before(keys[0])
    while answered < len(keys):
        page = listing.page(prefix, after=after)
        # S3 may send a page without an object that is not the last, after many that were deleted.
        while not page.objects and page.next_token is not None:
            page = listing.page(prefix, after=after, token=page.next_token)
        there = {stored.key: stored for stored in page.objects}
        while answered < len(keys) and (page.next_token is None or keys[answered] <= page.last_key):
            if keys[answered] in there:
                yield there[keys[answered]]
            answered += 1
        if answered < len(keys):
            # Where many objects lie between, the next page may still end before the key: on from there then.
            after = max(page.last_key, _just_before(keys[answered]))


def _just_before(key: str) -> str:
    """A text that sorts before the key, and after nearly all others that do.

    S3 sorts by the bytes of UTF-8, which is the order of code points, as Python does.
    """
    last = ord(key[-1])
    if last <= ord(" "):
        return key[:-1]
    return key[:-1] + chr(_LAST_BEFORE_SURROGATES if last == _FIRST_AFTER_SURROGATES else last - 1)

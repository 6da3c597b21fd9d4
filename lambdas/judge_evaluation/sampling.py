"""Which test pictures stand for all of them: as evenly many of each label as there are.

Drawn by a hash of their names, so that the same test pictures always give the same sample.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence

_NO_LABEL = ("",)
"""Under which a picture counts that shows nothing."""

Picture = tuple[str, str, tuple[str, ...]]
"""Bucket, key, labels."""


def chosen(pictures: Sequence[Picture], *, most: int) -> list[int]:
    """The positions of at most `most` pictures, those that even the labels out best first.

    Each turn takes a picture of the label that has fewest so far. The beginning of the sample is thus a fair
    sample, too.
    """
    waiting: dict[str, list[int]] = {}
    for position in sorted(range(len(pictures)), key=lambda number: _lot(pictures[number]), reverse=True):
        for label in pictures[position][2] or _NO_LABEL:
            waiting.setdefault(label, []).append(position)
    taken: dict[int, None] = {}
    counts: Counter[str] = Counter()
    while waiting and len(taken) < most:
        label = min(waiting, key=lambda each: (counts[each], each))
        position = waiting[label].pop()
        if not waiting[label]:
            del waiting[label]
        if position not in taken:
            taken[position] = None
            counts.update(pictures[position][2] or _NO_LABEL)
    return list(taken)


def _lot(picture: Picture) -> bytes:
    return hashlib.sha256(f"{picture[0]}/{picture[1]}".encode(errors="surrogatepass")).digest()

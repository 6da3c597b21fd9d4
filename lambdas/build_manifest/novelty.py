"""How many pictures are new since the last set that was trained."""

from collections import Counter
from collections.abc import Iterable

from .inventory import Record, side_by_side
from .selection import Picture


def count_new(pictures: Iterable[Picture], previous: Iterable[Record]) -> int:
    """Count what happened to the pictures since the `previous` inventory; both sorted by key.

    - replaced: same key, other content. One each. The same content uploaded anew is not new,
      even when its ETag differs because it came in parts this time.
    - moved: a content that disappeared under one key and appeared under another, which is how a
      picture is relabelled. One each, not two.
    - added, removed: one each.

    Memory grows with the number of differences only.
    """
    replaced = 0
    added: list[str] = []
    removed: Counter[str] = Counter()
    for now, before in side_by_side(pictures, previous):
        if before is None and now is not None:
            added.append(now.content)
        elif now is None and before is not None:
            removed[before.content] += 1
        elif now is not None and before is not None:
            replaced += now.content != before.content
    gone = removed.total()
    moved = 0
    for content in added:
        if removed.get(content, 0) > 0:
            removed[content] -= 1
            moved += 1
    return replaced + len(added) + gone - moved

"""What pictures were when their set was put together, from the set's inventory.

The inventory is that of `build_manifest` (its `inventory.py` has the format). Of pictures in other buckets,
or of a set that is described by a file, it has no ETags.
"""

import json
from collections.abc import Collection, Iterable


def etags_of(keys: Collection[str], inventory: Iterable[bytes]) -> dict[str, str]:
    """The ETags of those of the keys that the inventory knows, without quotes. A line that is none says
    nothing."""
    wanted, found = frozenset(keys), {}
    for line in inventory:
        try:
            fields = json.loads(line)
            key, etag = fields["key"], fields["etag"]
        except (ValueError, LookupError, TypeError):
            continue
        if key in wanted and isinstance(etag, str) and etag:
            found[key] = etag
    return found

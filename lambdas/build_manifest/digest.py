"""The name of a set: the same pictures always have the same one."""

import hashlib
from collections.abc import Iterable

from .batches import batches
from .selection import Picture

# Raise it when the same pictures would give other manifests than before (the split, the lines):
# every set then counts as untried. Not for quarantine: a set with bad pictures is trained with it only.
FORMAT = 1


def digest_of(pictures: Iterable[Picture]) -> str:
    """SHA-256, in hex, over the format number and the (key, ETag) pairs, which come sorted by key.

    Each text is preceded by its length, so that no two different sets can spell the same bytes,
    whatever characters their keys hold.
    """
    digest = hashlib.sha256(b"build_manifest %d\n" % FORMAT)
    for batch in batches(pictures):
        texts = [text.encode() for picture in batch for text in (picture.key, picture.etag)]
        digest.update(b"".join([len(text).to_bytes(4, "big") + text for text in texts]))
    return digest.hexdigest()


def version_name_of(digest: str) -> str:
    """The model version that is trained on the set. 64 bits of a digest never meet by accident."""
    return f"set-{digest[:16]}"

"""JSON Lines in UTF-8, the form of manifests and inventories."""

import json
from collections.abc import Iterable, Iterator

from .batches import batches

json_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

# Line ends to some readers of text, though not to JSON, which leaves them as they are.
_LINE_ENDS = {end: f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"}


def json_lines(texts: Iterable[str]) -> Iterator[bytes]:
    """Each text, of `json_text`, on a line of its own, whatever characters are in it; many at a time."""
    for batch in batches(texts):
        lines = "\n".join([*batch, ""])
        if not lines.isascii():
            for end, escaped in _LINE_ENDS.items():
                lines = lines.replace(end, escaped)
        yield lines.encode()

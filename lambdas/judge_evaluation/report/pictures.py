"""Pictures inside the page: only small ones, and only so many that the page stays light."""

import base64
from collections.abc import Callable, Iterable

MOST = 12
MOST_BYTES = 1024 * 1024
"""Of one. Nothing here can make a picture smaller: a larger one is named and linked."""
MOST_BYTES_IN_ALL = 4 * 1024 * 1024

_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
"""What Rekognition trains on. Anything else is shown to nobody, whatever its name says."""

Fetch = Callable[[str, int], bytes | None]
"""Of an S3 URI, at most so many bytes; None if it is larger, missing, or refused."""


def embedded(uris: Iterable[str], fetch: Fetch) -> dict[str, str]:
    """`data:` URIs by S3 URI, of the first pictures that fit."""
    found: dict[str, str] = {}
    left = MOST_BYTES_IN_ALL
    for uri in uris:
        if len(found) == MOST or left <= 0:
            break
        content = fetch(uri, min(MOST_BYTES, left))
        kind = None if content is None else _kind(content)
        if content is not None and kind is not None:
            found[uri] = f"data:{kind};base64,{base64.b64encode(content).decode()}"
            left -= len(content)
    return found


def _kind(content: bytes) -> str | None:
    return next((kind for start, kind in _KINDS.items() if content.startswith(start)), None)

"""NextToken: a place in one list, sealed to the list and filter that it was given out for."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from local_aws.rekognition.errors import InvalidPaginationTokenException

Item = TypeVar("Item")
DEFAULT_PAGE = 100
_NOT_A_FILTER = ("NextToken", "MaxResults")


def page(
    operation: str, params: Mapping[str, Any], items: Sequence[Item]
) -> tuple[Sequence[Item], str | None]:
    """The page that the request asks for, and the token of the next one if there is more.

    AWS's own examples begin with an empty NextToken, so that counts as none. Raises
    InvalidPaginationTokenException for a token of another list or filter.
    """
    filters = {name: value for name, value in params.items() if name not in _NOT_A_FILTER}
    seal = hashlib.sha256(json.dumps([operation, filters], sort_keys=True).encode()).hexdigest()[:16]
    start = _start(params.get("NextToken") or "", seal)
    end = start + (params.get("MaxResults") or DEFAULT_PAGE)
    token = base64.urlsafe_b64encode(f"{seal}:{end}".encode()).decode() if end < len(items) else None
    return items[start:end], token


def _start(token: str, seal: str) -> int:
    if not token:
        return 0
    try:
        found, _, start = base64.urlsafe_b64decode(token).decode().partition(":")
        if found == seal:
            return int(start)
    except (binascii.Error, ValueError):
        pass
    raise InvalidPaginationTokenException("The pagination token is not valid for this request.")

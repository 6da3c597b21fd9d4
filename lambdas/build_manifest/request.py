"""What the Training workflow asks of this function."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .errors import RequestInvalid
from .layout import is_set_name

Mode = Literal["measure", "write"]


@dataclass(frozen=True, kw_only=True)
class Request:
    """`measure` tells what a set of today's pictures would be; `write` also writes its files.

    `digest`: the set that was measured; `write` refuses any other. `previous_digest`: the set that
    was trained last, against which new pictures are counted; None before the first training.
    """

    mode: Mode
    digest: str | None
    previous_digest: str | None

    @classmethod
    def from_event(cls, event: Mapping[str, object]) -> "Request":
        """Parse the event of an invocation.

        Raises:
            RequestInvalid: the mode is unknown, or a digest is missing or malformed.
        """
        mode = event.get("mode")
        if mode not in ("measure", "write"):
            raise RequestInvalid(
                f'"mode" is {mode!r}; it must be "measure" or "write". The Training workflow sends it.'
            )
        request = cls(
            mode="write" if mode == "write" else "measure",
            digest=_digest(event, "digest"),
            previous_digest=_digest(event, "previous_digest"),
        )
        if request.mode == "write" and request.digest is None:
            raise RequestInvalid(
                '"digest" is missing; mode "write" needs the digest that "measure" returned.'
            )
        return request


def _digest(event: Mapping[str, object], name: str) -> str | None:
    value = event.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not is_set_name(value):
        raise RequestInvalid(
            f'"{name}" is {str(value)[:80]!r}; it must be null or the 64 hexadecimal digits (0-9a-f) '
            "of a set, as this function returns them."
        )
    return value

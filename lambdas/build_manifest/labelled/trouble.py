"""What is wrong with a picture, a line or a set, in words that lead to mending it.

Codes are those of Custom Labels where it has one for the matter ("Non-terminal JSON line validation
errors" and "Terminal manifest content errors" in its guide), so that what its pages and the web say
about them applies. Where it has none the code is ours, in the same style.
"""

from dataclasses import dataclass
from enum import StrEnum

from .model import Place

_LONGEST_QUOTE = 200


class Severity(StrEnum):
    """A warning never keeps a set from being trained."""

    ERROR = "error"
    WARNING = "warning"


class LeftOut(StrEnum):
    """What does not get into the set because of a trouble."""

    NOTHING = "nothing"
    BOX = "box"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """`place` is None for what concerns the set as a whole, `key` also for what has no picture."""

    code: str
    severity: Severity
    left_out: LeftOut
    found: str
    allowed: str
    fix: str
    place: Place | None = None
    key: str | None = None

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        where = ": ".join(part for part in (str(self.place or ""), quoted(self.key or "")) if part)
        words = f"{self.found}. Allowed: {self.allowed}. {self.fix} ({self.code})"
        return f"{where}: {words}" if where else words


def broken(
    code: str,
    place: Place | None,
    *,
    key: str | None = None,
    found: str,
    allowed: str,
    fix: str,
    left_out: LeftOut = LeftOut.PICTURE,
) -> Trouble:
    """What is said about the picture cannot be used, so the picture is left out.

    Also when only one of its labels or boxes is unusable: half of what is to be seen in a picture
    teaches that the other half is not there.
    """
    return Trouble(
        code=code,
        severity=Severity.ERROR,
        left_out=left_out,
        place=place,
        key=key,
        found=found,
        allowed=allowed,
        fix=fix,
    )


def set_aside(
    code: str,
    place: Place | None,
    *,
    key: str | None = None,
    found: str,
    allowed: str,
    fix: str,
    left_out: LeftOut = LeftOut.PICTURE,
) -> Trouble:
    """Something that is well-formed, but nothing to learn from."""
    return Trouble(
        code=code,
        severity=Severity.WARNING,
        left_out=left_out,
        place=place,
        key=key,
        found=found,
        allowed=allowed,
        fix=fix,
    )


def unannotated(place: Place, key: str, *, found: str = "nothing says what is to be seen in it") -> Trouble:
    """Custom Labels ignores such a picture too, and does not count it as bad."""
    return set_aside(
        "WARNING_UNANNOTATED_RECORD",
        place,
        key=key,
        found=found,
        allowed="at least one label or box",
        fix="Label the picture, or remove it from the file.",
    )


def quoted(value: object) -> str:
    """Something from a file inside a message: on one line, and not longer than a message can bear."""
    text = value if isinstance(value, str) else repr(value)
    shown = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )
    return shown if len(shown) <= _LONGEST_QUOTE else f"{shown[: _LONGEST_QUOTE - 1]}…"


def counted(count: int, one: str, many: str | None = None) -> str:
    """ "1 box", "2 boxes"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"

"""A picture as the rules for single pictures see it."""

from dataclasses import dataclass

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..labelled.model import LabelledPicture
from ..labelled.model_type import Style
from ..labelled.trouble import LeftOut, Trouble, broken, set_aside
from .examined import Examined, Stored


@dataclass(frozen=True, slots=True)
class Seen:
    """`examined` has annotations of `style` only. `line` is None if there is no size to write it with."""

    examined: Examined
    style: Style
    line: bytes | None

    @property
    def picture(self) -> LabelledPicture:
        return self.examined.picture

    @property
    def stored(self) -> Stored | None:
        return self.examined.stored

    def error(self, code: str, *, found: str, allowed: str, fix: str) -> Trouble:
        picture = self.picture
        return broken(code, picture.place, key=picture.key, found=found, allowed=allowed, fix=fix)


def warning(picture: LabelledPicture, code: str, *, found: str, allowed: str, fix: str) -> Trouble:
    """A picture that stays in the set all the same."""
    return set_aside(
        code,
        picture.place,
        key=picture.key,
        found=found,
        allowed=allowed,
        fix=fix,
        left_out=LeftOut.NOTHING,
    )

"""A labelled picture together with what S3 and its header tell of it."""

from dataclasses import dataclass
from typing import NamedTuple

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..labelled.model import LabelledPicture, Size
from .headers import Header, Unusable


class Stored(NamedTuple):
    """`content` is the hash of the picture's bytes, as `..contents` finds it; `size` is in bytes."""

    content: str
    size: int
    header: Header | Unusable


@dataclass(frozen=True, slots=True)
class Examined:
    """`stored` is None if S3 has no such object, or does not let it be read."""

    picture: LabelledPicture
    stored: Stored | None

    @property
    def size(self) -> Size | None:
        """The true one, which is that of the header, in pixels."""
        if self.stored is None or isinstance(self.stored.header, Unusable):
            return None
        return Size(self.stored.header.width, self.stored.header.height)


def labels_of(picture: LabelledPicture) -> set[str]:
    """Of the whole picture and of its boxes."""
    return {*picture.labels, *(box.label for box in picture.boxes)}

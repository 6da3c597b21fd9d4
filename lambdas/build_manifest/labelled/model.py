"""A labelled picture, whatever file told of it.

A quarter of a million are held at once, hence slots, tuples, and no more fields than are needed.
"""

from dataclasses import dataclass
from typing import NamedTuple


class Place(NamedTuple):
    """Where a source tells of a picture; `number` counts `unit`s from 1, as an editor does."""

    source: str
    unit: str
    number: int

    def __str__(self) -> str:
        return f"{self.source}, {self.unit} {self.number:,}"


class Size(NamedTuple):
    """Of a picture, in pixels."""

    width: int
    height: int


class Box(NamedTuple):
    """A labelled rectangle, in whole pixels from the picture's upper left corner."""

    label: str
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """What one source says about one picture; make it with `labelled_picture`.

    `labels` are those of the whole picture. `size` is what the source says, and None if it does
    not: the picture's own header is the truth (see preflight). `place` is None where no file tells of
    the picture, but the folder that it is in.
    """

    bucket: str
    key: str
    labels: tuple[str, ...]
    boxes: tuple[Box, ...]
    size: Size | None
    place: Place | None

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


def labelled_picture(
    bucket: str,
    key: str,
    *,
    labels: "set[str] | frozenset[str]" = frozenset(),
    boxes: "set[Box] | frozenset[Box]" = frozenset(),
    size: Size | None = None,
    place: Place | None,
) -> LabelledPicture:
    """In the one order, so that the same labels give the same line whichever file they came from.

    A label or box that is given twice says nothing more than once.
    """
    return LabelledPicture(bucket, key, tuple(sorted(labels)), tuple(sorted(boxes)), size, place)

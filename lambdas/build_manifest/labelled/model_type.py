"""Whether a set trains a model of whole pictures or one that finds objects in them.

Source: Custom Labels guide, "Validation rules for manifest files": one file may mix both kinds of
line, Custom Labels trains what most lines ask for and drops the others. We do the same before it
does, and tell which pictures that leaves out. "Purposing datasets": for brand detection pictures
without boxes train a model that is tested with boxes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from .model import LabelledPicture
from .trouble import Trouble, set_aside


class Style(StrEnum):
    """What a line says: labels of the whole picture, or boxes."""

    IMAGE_LEVEL = "image_level"
    BOXES = "boxes"


class ModelType(StrEnum):
    WHOLE_PICTURE = "whole_picture"
    LOCATION = "location"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What is trained, and what the lines of each side say."""

    model: ModelType
    train: Style
    test: Style


@dataclass(slots=True)
class StyleCount:
    """How many pictures of a side have boxes, and how many have labels only."""

    boxed: int = 0
    image_level: int = 0

    def add(self, picture: LabelledPicture) -> None:
        if picture.boxes:
            self.boxed += 1
        else:
            self.image_level += 1

    @classmethod
    def of(cls, pictures: Iterable[LabelledPicture]) -> "StyleCount":
        counted = cls()
        for picture in pictures:
            counted.add(picture)
        return counted

    @property
    def style(self) -> Style:
        """Of more than half of the pictures; at a tie, of the simpler model."""
        return Style.BOXES if self.boxed > self.image_level else Style.IMAGE_LEVEL


def purpose_of(train: StyleCount, test: StyleCount | None = None) -> Purpose:
    """`test` is None when the test pictures are split off the others, and so have their style."""
    test_style = train.style if test is None else test.style
    if train.style is Style.BOXES:
        return Purpose(model=ModelType.LOCATION, train=Style.BOXES, test=Style.BOXES)
    if test_style is Style.BOXES:
        return Purpose(model=ModelType.LOCATION, train=Style.IMAGE_LEVEL, test=Style.BOXES)
    return Purpose(model=ModelType.WHOLE_PICTURE, train=Style.IMAGE_LEVEL, test=Style.IMAGE_LEVEL)


def in_style(picture: LabelledPicture, style: Style) -> LabelledPicture | Trouble:
    """The picture with nothing but that style's annotations, or why it is left out."""
    if style is Style.BOXES and picture.boxes:
        return replace(picture, labels=()) if picture.labels else picture
    if style is Style.IMAGE_LEVEL and picture.labels:
        return replace(picture, boxes=(), size=None) if picture.boxes else picture
    has, needs = ("labels", "boxes") if style is Style.BOXES else ("boxes", "labels")
    return set_aside(
        "WARNING_OTHER_MODEL_TYPE",
        picture.place,
        key=picture.key,
        found=f"the picture has {has} only, and most of the others have {needs}",
        allowed=f"{needs} on every picture: a model is trained on one kind of annotation",
        fix=f"Give the picture {needs}, or train it in a project of its own.",
    )

"""Rules for where the boxes of a picture are.

Source: Custom Labels guide, "Non-terminal JSON line validation errors".

A box that leaves the picture is a mistake in the labels, and its picture is left out: without the
box it would teach that nothing is there. A box that is too small to be seen after scaling is left
out alone, with a warning, as Custom Labels does: nobody could see what is in it anyway.
"""

from collections.abc import Iterator
from dataclasses import replace

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..labelled.model import Box, Size
from ..labelled.trouble import LeftOut, Trouble, broken, quoted, set_aside
from .examined import Examined
from .limits import SCALED_SIDE
from .seen import Seen


def without_tiny_boxes(examined: Examined) -> tuple[Examined, list[Trouble]]:
    """The picture without the boxes that vanish in training. It keeps its boxes if none would remain."""
    picture, size = examined.picture, examined.size or examined.picture.size
    if size is None:
        return examined, []
    tiny = [box for box in picture.boxes if _is_sound(box) and _vanishes(box, size)]
    if not tiny:
        return examined, []
    if len(tiny) == len(picture.boxes):
        trouble = broken(
            "ERROR_NO_VALID_ANNOTATIONS",
            picture.place,
            key=picture.key,
            found=f"each of its boxes is too small, such as {_shown(tiny[0])}",
            allowed=_LARGE_ENOUGH,
            fix="Cut the objects out of the picture as a picture of their own, or remove the picture.",
        )
        return examined, [trouble]
    troubles = [
        set_aside(
            "ERROR_BOUNDING_BOX_TOO_SMALL",
            picture.place,
            key=picture.key,
            found=f"the box {_shown(box)} is too small",
            allowed=_LARGE_ENOUGH,
            fix="Draw the box larger, or remove it.",
            left_out=LeftOut.BOX,
        )
        for box in tiny
    ]
    left = tuple(box for box in picture.boxes if box not in set(tiny))
    return replace(examined, picture=replace(picture, boxes=left)), troubles


def boxes_must_be_inside(seen: Seen) -> Iterator[Trouble]:
    size = seen.examined.size or seen.picture.size
    if size is None:
        return
    for box in seen.picture.boxes:
        if not _is_sound(box) or box.left + box.width > size.width or box.top + box.height > size.height:
            yield seen.error(
                "ERROR_INVALID_BOUNDING_BOX",
                found=f"the box {_shown(box)} is not inside the {size.width:,} x {size.height:,} pixels",
                allowed="left, top, width and height of at least 0, and no edge outside the picture",
                fix="Correct the box.",
            )


def size_must_be_that_of_the_file(seen: Seen) -> Iterator[Trouble]:
    """Custom Labels does not look, and trains on boxes that are elsewhere than they were drawn."""
    stated, true = seen.picture.size, seen.examined.size
    if stated is None or true is None or stated == true or not seen.picture.boxes:
        return
    fix = "Draw the boxes on the picture that is in the bucket, or upload the one they were drawn on."
    if (stated.width, stated.height) == (true.height, true.width):
        fix = (
            "The tool turned the picture as its EXIF orientation says: store the pictures turned, "
            "without EXIF orientation, or have the tool ignore it."
        )
    yield seen.error(
        "ERROR_IMAGE_SIZE_MISMATCH",
        found=(
            f"the boxes were drawn on {stated.width:,} x {stated.height:,} pixels, "
            f"and the picture has {true.width:,} x {true.height:,}"
        ),
        allowed="boxes that were drawn on the picture as it is stored",
        fix=fix,
    )


BOX_RULES = (boxes_must_be_inside, size_must_be_that_of_the_file)

_LARGE_ENOUGH = f"more than 1 x 1 pixel after the picture's longer side is scaled down to {SCALED_SIDE:,}"


def _is_sound(box: Box) -> bool:
    return min(box.left, box.top, box.width, box.height) >= 0


def _vanishes(box: Box, size: Size) -> bool:
    scale = min(1.0, SCALED_SIDE / max(size))
    return box.width * scale <= 1 or box.height * scale <= 1


def _shown(box: Box) -> str:
    return (
        f"of {quoted(box.label)} (left {box.left:,}, top {box.top:,}, "
        f"width {box.width:,}, height {box.height:,})"
    )

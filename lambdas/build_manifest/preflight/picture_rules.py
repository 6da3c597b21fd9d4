"""Rules for the file of a picture: there, not empty, not too large, PNG or JPEG, of allowed sides.

Source: Custom Labels guide, "Guidelines and quotas". The format follows from the content: what
only has the name of a PNG or JPEG, Custom Labels calls an invalid image.
"""

from collections.abc import Iterator

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..labelled.model_type import Style
from ..labelled.trouble import Trouble
from ..limits import MAX_PICTURE_BYTES
from .headers import Header, PictureFormat, Unusable
from .limits import LARGEST_RATIO, LARGEST_SIDE, SMALLEST_SIDE
from .seen import Seen, warning

INVALID_IMAGE = "ERROR_INVALID_IMAGE"

_EXTENSIONS = {
    "png": PictureFormat.PNG,
    "jpg": PictureFormat.JPEG,
    "jpeg": PictureFormat.JPEG,
    "jpe": PictureFormat.JPEG,
    "jfif": PictureFormat.JPEG,
}


def must_be_there(seen: Seen) -> Iterator[Trouble]:
    if seen.stored is None:
        yield seen.error(
            INVALID_IMAGE,
            found="the object is missing, is archived (S3 Glacier), or a policy denies reading it",
            allowed="pictures that can be read",
            fix="Upload it, restore it from the archive or lift the Deny; or take it out of the set.",
        )


def must_not_be_empty(seen: Seen) -> Iterator[Trouble]:
    if seen.stored is not None and seen.stored.size == 0:
        yield seen.error(
            INVALID_IMAGE,
            found="the file is empty (0 bytes)",
            allowed="PNG or JPEG",
            fix="Upload the picture again: the upload may have been interrupted.",
        )


def must_not_be_too_large(seen: Seen) -> Iterator[Trouble]:
    if seen.stored is not None and seen.stored.size > MAX_PICTURE_BYTES:
        yield seen.error(
            INVALID_IMAGE,
            found=f"the file has {seen.stored.size:,} bytes",
            allowed=f"at most {MAX_PICTURE_BYTES:,} bytes (15 MB)",
            fix="Save the picture smaller, for example as JPEG with a lower quality.",
        )


def must_be_png_or_jpeg(seen: Seen) -> Iterator[Trouble]:
    if seen.stored is not None and seen.stored.size > 0 and isinstance(seen.stored.header, Unusable):
        yield seen.error(
            INVALID_IMAGE,
            found=seen.stored.header.found,
            allowed="a whole PNG or JPEG; the content counts, not the extension",
            fix="Convert the picture to PNG or JPEG, or upload it again if it is damaged.",
        )


def sides_must_be_allowed(seen: Seen) -> Iterator[Trouble]:
    size = seen.examined.size
    if size is not None and (min(size) < SMALLEST_SIDE or max(size) > LARGEST_SIDE):
        fix = "Scale the picture down" if max(size) > LARGEST_SIDE else "Use a larger picture"
        yield seen.error(
            # Custom Labels has a code of its own for lines with boxes.
            "ERROR_INVALID_IMAGE_DIMENSION" if seen.style is Style.BOXES else INVALID_IMAGE,
            found=f"the picture has {size.width:,} x {size.height:,} pixels",
            allowed=f"{SMALLEST_SIDE} to {LARGEST_SIDE:,} pixels on each side",
            fix=f"{fix}, and its boxes with it." if seen.style is Style.BOXES else f"{fix}.",
        )


def must_not_be_a_strip(seen: Seen) -> Iterator[Trouble]:
    size = seen.examined.size
    if size is not None and max(size) > LARGEST_RATIO * min(size):
        yield seen.error(
            INVALID_IMAGE,
            found=f"the picture has {size.width:,} x {size.height:,} pixels, more than {LARGEST_RATIO}:1",
            allowed=f"a longer side of at most {LARGEST_RATIO} times the shorter",
            fix="Cut the picture into several.",
        )


def extension_should_be_right(seen: Seen) -> Iterator[Trouble]:
    if seen.stored is None or not isinstance(seen.stored.header, Header):
        return
    _, dot, extension = seen.picture.key.rpartition(".")
    kind = seen.stored.header.format
    if dot and _EXTENSIONS.get(extension.lower(), kind) is not kind:
        yield warning(
            seen.picture,
            "WARNING_WRONG_EXTENSION",
            found=f"the picture is a {kind}, and its name ends in .{extension}",
            allowed="an extension that fits the content",
            fix="Rename the picture, here and in the file of labels. It is used as it is until then.",
        )


PICTURE_RULES = (
    must_be_there,
    must_not_be_empty,
    must_not_be_too_large,
    must_be_png_or_jpeg,
    sides_must_be_allowed,
    must_not_be_a_strip,
    extension_should_be_right,
)

"""Rules for what is said about one picture, apart from where its boxes are.

Source: Custom Labels guide, "Guidelines and quotas" and "Non-terminal JSON line validation errors".
"""

from collections.abc import Iterator

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..labelled.trouble import Trouble, quoted
from ..limits import MAX_LABEL_LENGTH, MAX_MANIFEST_LINE_LENGTH
from .examined import labels_of
from .limits import MAX_BOXES_PER_PICTURE, MAX_LABELS_PER_PICTURE
from .seen import Seen


def labels_must_be_few(seen: Seen) -> Iterator[Trouble]:
    count = len(labels_of(seen.picture))
    if count > MAX_LABELS_PER_PICTURE:
        yield seen.error(
            # What comes nearest: a line with more attributes than are read has none that is valid.
            "ERROR_NO_VALID_LABEL_ATTRIBUTES",
            found=f"the picture has {count} labels",
            allowed=f"at most {MAX_LABELS_PER_PICTURE} labels on a picture",
            fix="Keep the labels that matter.",
        )


def boxes_must_be_few(seen: Seen) -> Iterator[Trouble]:
    count = len(seen.picture.boxes)
    if count > MAX_BOXES_PER_PICTURE:
        yield seen.error(
            "ERROR_TOO_MANY_BOUNDING_BOXES",
            found=f"the picture has {count:,} boxes",
            allowed=f"at most {MAX_BOXES_PER_PICTURE} boxes on a picture",
            fix="Cut the picture into several, each with some of the boxes.",
        )


def names_must_be_short(seen: Seen) -> Iterator[Trouble]:
    for label in sorted(labels_of(seen.picture)):
        if len(label) > MAX_LABEL_LENGTH:
            yield seen.error(
                "ERROR_INVALID_LABEL_NAME_LENGTH",
                found=f"the label {quoted(label)} has {len(label):,} characters",
                allowed=f"at most {MAX_LABEL_LENGTH} characters",
                fix="Give the label a shorter name in all its lines.",
            )


def line_must_be_short(seen: Seen) -> Iterator[Trouble]:
    """Custom Labels drops longer lines without a word ("Debugging terminal dataset errors")."""
    if seen.line is None or len(seen.line) <= MAX_MANIFEST_LINE_LENGTH:
        return
    length = len(seen.line.decode().removesuffix("\n"))
    if length > MAX_MANIFEST_LINE_LENGTH:
        yield seen.error(
            "ERROR_LINE_TOO_LONG",
            found=f"the manifest's line for the picture has {length:,} characters",
            allowed=f"at most {MAX_MANIFEST_LINE_LENGTH:,} characters",
            fix="Give its labels shorter names, or the picture fewer of them.",
        )


LABEL_RULES = (labels_must_be_few, boxes_must_be_few, names_must_be_short, line_must_be_short)

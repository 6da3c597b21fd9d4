"""Loads a COCO file.

The one format that has to be read whole, since images and annotations meet only at its end. What
is not needed (segmentation, above all) is dropped while it is parsed, so that reading takes about
twice the file's size and half a kilobyte for each annotation. `LARGEST` keeps that below 1 GiB.
"""

import json
from collections.abc import Iterable
from typing import Any

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..errors import LabelFileUnreadable
from .byte_lines import checked
from .trouble import quoted

LARGEST = 128 * 1024 * 1024
_NEEDED = frozenset(
    {"images", "annotations", "categories", "id", "file_name", "width", "height"}
    | {"image_id", "category_id", "bbox", "iscrowd", "name"}
)
_ALLOWED = "COCO instances: a JSON object with images, annotations and categories"


def load_coco(pieces: Iterable[bytes], source: str, largest: int) -> dict[str, Any]:
    try:
        document = json.loads(_whole(pieces, source, largest), object_hook=_only_needed)
    except (ValueError, RecursionError) as error:
        raise LabelFileUnreadable(
            source,
            found=f"the file is no JSON ({quoted(str(error))})",
            allowed=_ALLOWED,
            fix="Export it again.",
        ) from error
    if not isinstance(document, dict):
        raise _no_coco(source, f"the file holds {quoted(type(document).__name__)}")
    for name in ("images", "annotations"):
        if not isinstance(document.get(name), list):
            raise _no_coco(source, f"the file has no list of {name}")
    return document


def _no_coco(source: str, found: str) -> LabelFileUnreadable:
    return LabelFileUnreadable(
        source, found=found, allowed=_ALLOWED, fix='Export the labels as COCO "instances".'
    )


def _whole(pieces: Iterable[bytes], source: str, largest: int) -> bytearray:
    content = bytearray()
    for piece in checked(pieces, source=source):
        content += piece
        if len(content) > largest:
            raise LabelFileUnreadable(
                source,
                found=f"the file has more than {largest:,} bytes",
                allowed=f"at most {largest:,} bytes of COCO, which has to be held in memory",
                fix="Remove the segmentations from it, divide it into several files, or use a Ground "
                "Truth manifest, which may be larger.",
            )
    return content


def _only_needed(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name in _NEEDED}

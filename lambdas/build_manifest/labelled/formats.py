"""Which format a file of labels has: as set, else by its extension, else by its content."""

import json
import re
from enum import StrEnum

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..errors import LabelFileUnreadable
from .byte_lines import BOM
from .trouble import quoted

HEAD_BYTES = 64 * 1024
"""How much of a file is enough to tell."""

_EXTENSIONS = {"manifest": "ground_truth", "jsonl": "ground_truth", "csv": "csv"}
_COCO_KEY = re.compile(r'\{\s*"(info|licenses|images|annotations|categories)"\s*:')
_FIX = "Set the format of this source, or give the file the extension .manifest, .jsonl, .json or .csv."


class Format(StrEnum):
    GROUND_TRUTH = "ground_truth"
    COCO = "coco"
    CSV = "csv"


_ALLOWED = ", ".join(Format)


def detect(name: str, head: bytes, *, setting: str | None = None) -> Format:
    """`head` is the beginning of the file, `HEAD_BYTES` of it or all there is.

    `.json` is of no help, since both COCO and manifests are named so; nor is an unknown extension.

    Raises:
        LabelFileUnreadable: nothing tells the format, or the setting is none.
    """
    if setting is not None:
        if setting not in set(Format):
            raise LabelFileUnreadable(
                name,
                found=f"the format is set to {quoted(setting)}",
                allowed=_ALLOWED,
                fix="Change the setting.",
            )
        return Format(setting)
    extension = name.rpartition(".")[2].lower()
    if extension in _EXTENSIONS:
        return Format(_EXTENSIONS[extension])
    found = _by_content(head.removeprefix(BOM).decode(errors="replace").lstrip())
    if found is None:
        raise LabelFileUnreadable(
            name, found="neither its extension nor its content tells its format", allowed=_ALLOWED, fix=_FIX
        )
    return found


def _by_content(text: str) -> Format | None:
    if _COCO_KEY.match(text):
        return Format.COCO
    line = text.partition("\n")[0]
    if text.startswith("{"):
        if _is_object(line):
            return Format.GROUND_TRUTH
        # A COCO file over several lines, whose first key is another; or a line longer than the head.
        return Format.GROUND_TRUTH if '"source-ref"' in text else None
    columns = {name.strip().strip('"').lower() for name in line.split(",")}
    return Format.CSV if {"image", "label"} <= columns else None


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False

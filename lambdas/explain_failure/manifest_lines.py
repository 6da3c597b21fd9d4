"""What is wrong with a line of our own manifest, as far as the line itself tells.

Custom Labels guide, "Debugging terminal dataset errors": a dataset leaves out, without a word, lines that are
too long, are no JSON, name no picture or not as s3://bucket/key, or name one that another line names.
"""

import json
import re
from typing import Final

from .catalogue import LINE_TOO_LONG
from .training_files import source_ref

MOST_CHARACTERS: Final = 100_000
_PLACE: Final = re.compile(r"s3://[0-9A-Za-z._-]{3,255}/.{1,1024}", re.DOTALL)
# Of a line that cannot be parsed, for the operator to find the picture by.
_NAMED: Final = re.compile(r'"source-ref"\s*:\s*"([^"\\]{1,1024})"')


def examine(line: bytes) -> tuple[str, str]:
    """(code, picture): the code is empty if nothing is wrong, the picture if none is named."""
    text = line.decode("utf-8", errors="replace").rstrip("\r\n")
    if len(text) > MOST_CHARACTERS:
        return LINE_TOO_LONG, _named(text)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return "ERROR_INVALID_JSON_LINE", _named(text)
    if not isinstance(document, dict):
        return "ERROR_INVALID_JSON_LINE", ""
    if "source-ref" not in document:
        return "ERROR_MISSING_SOURCE_REF", ""
    picture = source_ref(document)
    return "" if _PLACE.fullmatch(picture) else "ERROR_INVALID_SOURCE_REF_FORMAT", picture


def _named(text: str) -> str:
    found = _NAMED.search(text)
    return found[1] if found else ""

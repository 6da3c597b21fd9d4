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
MOST_BOXES: Final = 50
MOST_LABEL_CHARACTERS: Final = 255
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


def label_errors(line: bytes) -> list[str]:
    """What is wrong with the labels of a line that names its picture, each code once.

    Not all that Rekognition finds: what a manifest made of somebody's data may have. Custom Labels guide,
    "Non-terminal JSON line validation errors".
    """
    document = json.loads(line)
    names = [name for name in document if f"{name}-metadata" in document]
    if not names:
        return ["ERROR_NO_LABEL_ATTRIBUTES" if len(document) > 1 else "WARNING_UNANNOTATED_RECORD"]
    found = [_label_error(document[name], document[f"{name}-metadata"]) for name in names]
    return list(dict.fromkeys(code for code in found if code))


def _label_error(value: object, metadata: object) -> str:
    if not isinstance(metadata, dict):
        return "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"
    kind = metadata.get("type")
    if kind == "groundtruth/object-detection":
        return _box_error(value, metadata)
    if kind != "groundtruth/image-classification":
        return "ERROR_UNSUPPORTED_USE_CASE_TYPE"
    return _name_error([metadata.get("class-name")])


def _box_error(value: object, metadata: dict[str, object]) -> str:
    boxes = value.get("annotations") if isinstance(value, dict) else None
    classes, objects = metadata.get("class-map"), metadata.get("objects")
    if not isinstance(boxes, list):
        return "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"
    if not isinstance(classes, dict) or not isinstance(objects, list):
        return "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"
    if len(boxes) > MOST_BOXES:
        return "ERROR_TOO_MANY_BOUNDING_BOXES"
    if len(objects) < len(boxes) or not all(isinstance(it, dict) and "confidence" in it for it in objects):
        return "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE"
    if not all(isinstance(box, dict) and str(box.get("class_id")) in classes for box in boxes):
        return "ERROR_MISSING_CLASS_MAP_ID"
    return _name_error(list(classes.values()))


def _name_error(labels: list[object]) -> str:
    if not all(isinstance(label, str) and label for label in labels):
        return "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"
    too_long = any(len(str(label)) > MOST_LABEL_CHARACTERS for label in labels)
    return "ERROR_INVALID_LABEL_NAME_LENGTH" if too_long else ""


def _named(text: str) -> str:
    found = _NAMED.search(text)
    return found[1] if found else ""

"""One label attribute of a manifest line: a value and its "-metadata" companion.

Image-level: Custom Labels guide, "Image-level labels in manifest files". Boxes: "Object localization in
manifest files".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from local_aws.rekognition import quotas
from local_aws.rekognition.line_errors import LineError, line_error

CLASSIFICATION: Final = "groundtruth/image-classification"
DETECTION: Final = "groundtruth/object-detection"
SCALED_SIDE: Final = 1280
"""Longer sides are scaled down to this before training, boxes with them."""


@dataclass(frozen=True, kw_only=True)
class BoxAnnotation:
    """A labelled box, in pixels of the picture as its line describes it."""

    label: str
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class LabelAttribute:
    """A valid attribute: one label, or one per valid box."""

    name: str
    labels: tuple[str, ...]
    boxes: tuple[BoxAnnotation, ...] = ()
    image_size: tuple[int, int] = (0, 0)
    """Width and height that the boxes refer to."""

    @property
    def is_boxes(self) -> bool:
        """Whether its labels are those of boxes, not of the whole picture."""
        return bool(self.boxes)


Reading = tuple[LabelAttribute | None, tuple[LineError, ...]]


def read_attribute(name: str, value: Any, metadata: Any) -> Reading:
    """Check an attribute; None instead of it when an error makes it unusable."""
    in_metadata = f"{name}-metadata"
    if not isinstance(metadata, dict) or not _has_common_fields(metadata):
        return None, (line_error("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", in_metadata),)
    if metadata["type"] == CLASSIFICATION:
        return _read_classification(name, value, metadata)
    if metadata["type"] == DETECTION:
        return _read_detection(name, value, metadata)
    return None, (line_error("ERROR_UNSUPPORTED_USE_CASE_TYPE", in_metadata, about=metadata["type"]),)


def _has_common_fields(metadata: dict[str, Any]) -> bool:
    return (
        isinstance(metadata.get("type"), str)
        and metadata.get("human-annotated") in ("yes", "no")
        and isinstance(metadata.get("job-name", ""), str)
        and _is_timestamp(metadata.get("creation-date"))
    )


def _is_timestamp(value: Any) -> bool:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return "T" in value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_confidence(value: Any) -> bool:
    return _is_number(value) and 0 <= value <= 1


def _read_classification(name: str, value: Any, metadata: dict[str, Any]) -> Reading:
    label = metadata.get("class-name")
    if not _is_integer(value):
        return None, (line_error("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", about=name),)
    if not isinstance(label, str) or not label or not _is_confidence(metadata.get("confidence")):
        return None, (line_error("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", f"{name}-metadata"),)
    if len(label) > quotas.MAX_LABEL_CHARACTERS:
        return None, (line_error("ERROR_INVALID_LABEL_NAME_LENGTH", f"{name}-metadata"),)
    return LabelAttribute(name=name, labels=(label,)), ()


def _read_detection(name: str, value: Any, metadata: dict[str, Any]) -> Reading:
    error = _detection_format_error(name, value, metadata)
    if error is not None:
        return None, (error,)
    boxes, class_map = value["annotations"], metadata["class-map"]
    if not boxes:
        return None, (line_error("WARNING_NO_ANNOTATIONS"),)
    if len(boxes) > quotas.MAX_BOXES_PER_IMAGE:
        return None, (line_error("ERROR_TOO_MANY_BOUNDING_BOXES", name),)
    codes = [_box_error(box, value["image_size"][0]) for box in boxes]
    errors = tuple(
        line_error(code, name, "annotations", index) for index, code in enumerate(codes) if code is not None
    )
    valid = tuple(_annotation(box, class_map) for box, code in zip(boxes, codes, strict=True) if code is None)
    labels = tuple(box.label for box in valid)
    if not labels:
        return None, (*errors, line_error("ERROR_NO_VALID_ANNOTATIONS", name))
    if any(len(label) > quotas.MAX_LABEL_CHARACTERS for label in labels):
        return None, (line_error("ERROR_INVALID_LABEL_NAME_LENGTH", f"{name}-metadata"),)
    size = value["image_size"][0]
    attribute = LabelAttribute(
        name=name, labels=labels, boxes=valid, image_size=(size["width"], size["height"])
    )
    return attribute, errors


def _annotation(box: dict[str, int], class_map: dict[str, str]) -> BoxAnnotation:
    sides = {side: box[side] for side in ("left", "top", "width", "height")}
    return BoxAnnotation(label=class_map[str(box["class_id"])], **sides)


def _detection_format_error(name: str, value: Any, metadata: dict[str, Any]) -> LineError | None:
    in_metadata = f"{name}-metadata"
    if not _is_box_value(value):
        return line_error("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", about=name)
    objects, class_map = metadata.get("objects"), metadata.get("class-map")
    if (
        not isinstance(objects, list)
        or not isinstance(class_map, dict)
        or not all(isinstance(label, str) and label for label in class_map.values())
    ):
        return line_error("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", in_metadata)
    boxes = value["annotations"]
    if len(objects) != len(boxes) or not all(
        isinstance(item, dict) and _is_confidence(item.get("confidence")) for item in objects
    ):
        return line_error("ERROR_MISSING_BOUNDING_BOX_CONFIDENCE", in_metadata)
    if any(str(box["class_id"]) not in class_map for box in boxes):
        return line_error("ERROR_MISSING_CLASS_MAP_ID", in_metadata)
    return None


def _is_box_value(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    sizes, boxes = value.get("image_size"), value.get("annotations")
    if not isinstance(sizes, list) or len(sizes) != 1 or not isinstance(boxes, list):
        return False
    size_keys, box_keys = ("width", "height", "depth"), ("class_id", "left", "top", "width", "height")
    return _has_integers(sizes[0], size_keys) and all(_has_integers(box, box_keys) for box in boxes)


def _has_integers(value: Any, keys: tuple[str, ...]) -> bool:
    return isinstance(value, dict) and all(_is_integer(value.get(key)) for key in keys)


def _box_error(box: dict[str, int], size: dict[str, int]) -> str | None:
    left, top, width, height = box["left"], box["top"], box["width"], box["height"]
    if min(left, top, width, height) < 0 or left + width > size["width"] or top + height > size["height"]:
        return "ERROR_INVALID_BOUNDING_BOX"
    scale = min(1.0, SCALED_SIDE / max(size["width"], size["height"], 1))
    if width * scale <= 1 or height * scale <= 1:
        return "ERROR_BOUNDING_BOX_TOO_SMALL"
    return None

"""One label attribute of a manifest line: a value and its "-metadata" companion.

Source: Custom Labels guide, "Image-level labels in manifest files" and "Object localization in
manifest files"; SageMaker guide, "Output data" for what Ground Truth writes.

Only what our writer cannot know is required: the type, the labels, the boxes. Custom Labels
requires more (confidence, creation date, human-annotated, an image-level attribute's number), but
reads none of it in training, and `writing` writes all of it anew. Other keys of Ground Truth, such
as job-name or consolidation-metadata, are read over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .boxes import size_from, whole_box
from .model import Box, Size
from .references import is_text
from .trouble import quoted

CLASSIFICATION = "groundtruth/image-classification"
MULTI_LABEL = "groundtruth/image-classification-multilabel"
DETECTION = "groundtruth/object-detection"

_CUT = "Correct the line, or remove it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """What an attribute says; empty if it is of a kind that is read over."""

    labels: set[str] = field(default_factory=set)
    boxes: set[Box] = field(default_factory=set)
    size: Size | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an attribute cannot be used: the parts of a trouble that do not depend on the line."""

    code: str
    found: str
    allowed: str
    fix: str = _CUT


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """The attribute is sound, but its labelling came to nothing."""

    found: str


@dataclass(frozen=True, slots=True)
class Unsupported:
    """An attribute of another kind of job, such as segmentation."""

    type: str


Reading = Annotations | Refusal | Unlabelled | Unsupported


def read_attribute(name: str, value: object, metadata: object) -> Reading:
    if not isinstance(metadata, dict):
        return _bad_metadata(name, f"is {quoted(metadata)}", "an object")
    if metadata.get("failure-reason"):
        # Ground Truth could not label the picture; the rest of the attribute is a filler.
        return Unlabelled(f"its labelling job failed: {quoted(metadata['failure-reason'])}")
    kind = metadata.get("type")
    if not isinstance(kind, str):
        return _bad_metadata(name, "has no type", f"{CLASSIFICATION}, {MULTI_LABEL} or {DETECTION}")
    reader = _READERS.get(kind)
    return reader(name, value, metadata) if reader else Unsupported(kind)


def _image_level(name: str, _value: object, metadata: Mapping[str, Any]) -> Reading:
    """The label is in the metadata; Custom Labels ignores the value."""
    label = metadata.get("class-name")
    if isinstance(label, str) and _is_label(label):
        return Annotations(labels={label})
    found = f"has the class-name {quoted(label)}" if "class-name" in metadata else "has no class-name"
    return _bad_metadata(name, found, "a class-name that is the label")


def _multi_label(name: str, value: object, metadata: Mapping[str, Any]) -> Reading:
    """Ground Truth's own form for several labels, which Custom Labels refuses: ids of the labels."""
    class_map = metadata.get("class-map")
    if not isinstance(value, list) or not all(_class_id(item) for item in value):
        return _bad_value(name, value, "an array of class ids, which are whole numbers")
    if not isinstance(class_map, dict):
        return _bad_metadata(name, "has no class-map", "a class-map from class id to label")
    if not value:
        return Unlabelled(f"{quoted(name)} has no label")
    labels = _named(name, {str(_class_id(item)) for item in value}, class_map)
    return labels if isinstance(labels, Refusal) else Annotations(labels=set(labels.values()))


def _detection(name: str, value: object, metadata: Mapping[str, Any]) -> Reading:
    if not isinstance(value, dict) or not isinstance(value.get("annotations"), list):
        return _bad_value(name, value, "an object with image_size and annotations")
    size = _stated_size(value)
    if isinstance(size, str):
        return Refusal(
            "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT",
            f"the image_size of {quoted(name)} is {size}",
            "an array of one object with width and height in whole pixels",
        )
    class_map = metadata.get("class-map")
    if not isinstance(class_map, dict):
        return _bad_metadata(name, "has no class-map", "a class-map from class id to label")
    if not value["annotations"]:
        return Unlabelled(f"{quoted(name)} has no box")
    boxes: set[Box] = set()
    for annotation in value["annotations"]:
        box = _box(name, annotation, class_map)
        if isinstance(box, Refusal):
            return box
        boxes.add(box)
    return Annotations(boxes=boxes, size=size)


_READERS: Mapping[str, Callable[[str, object, Mapping[str, Any]], Reading]] = {
    CLASSIFICATION: _image_level,
    MULTI_LABEL: _multi_label,
    DETECTION: _detection,
}


def _stated_size(value: Mapping[str, Any]) -> Size | str | None:
    """None if there is none, because the picture's header can tell; what was found if it is wrong."""
    if "image_size" not in value:
        return None
    sizes = value["image_size"]
    if isinstance(sizes, list) and len(sizes) == 1 and isinstance(sizes[0], dict):
        size = size_from(sizes[0].get("width"), sizes[0].get("height"))
        if size is not None:
            return size
    return quoted(sizes)


def _box(name: str, annotation: object, class_map: Mapping[str, Any]) -> Box | Refusal:
    wanted = "class_id (a whole number), left, top, width and height (numbers of pixels) in each annotation"
    if not isinstance(annotation, dict) or not (class_id := _class_id(annotation.get("class_id"))):
        return _bad_value(name, annotation, wanted)
    labels = _named(name, {class_id}, class_map)
    if isinstance(labels, Refusal):
        return labels
    numbers = [annotation.get(side) for side in ("left", "top", "width", "height")]
    return whole_box(labels[class_id], numbers) or _bad_value(name, annotation, wanted)


def _named(name: str, class_ids: set[str], class_map: Mapping[str, Any]) -> dict[str, str] | Refusal:
    """The label of each id."""
    missing = sorted(class_ids - class_map.keys())
    if missing:
        return Refusal(
            "ERROR_MISSING_CLASS_MAP_ID",
            f"the class-map of {quoted(name)} lacks the class id {quoted(missing[0])}",
            "class ids that are in the class-map",
            "Add the id and its label to the class-map of the line.",
        )
    labels = {class_id: class_map[class_id] for class_id in class_ids}
    if not all(_is_label(label) for label in labels.values()):
        return _bad_metadata(name, "has a class-map with something else than labels", "labels, as text")
    return labels


def _class_id(value: object) -> str:
    """As the class-map spells it; empty if it is none."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _is_label(value: object) -> bool:
    return isinstance(value, str) and bool(value) and is_text(value)


def _bad_metadata(name: str, found: str, allowed: str) -> Refusal:
    return Refusal(
        "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", f"{quoted(name)}-metadata {found}", allowed
    )


def _bad_value(name: str, value: object, allowed: str) -> Refusal:
    return Refusal("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", f"{quoted(name)} holds {quoted(value)}", allowed)

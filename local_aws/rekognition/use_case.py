"""Whether a training makes a model of image-level labels or of object locations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from local_aws.rekognition.manifest import ManifestLine

IMAGE_LEVEL = "IMAGE_LEVEL_LABELS"
LOCALIZATION = "OBJECT_LOCALIZATION"

Lines = tuple[ManifestLine, ...]


@dataclass(frozen=True, kw_only=True)
class Task:
    """The kind of model, and the lines of both sides as far as they serve it."""

    use_case: str
    training: Lines
    testing: Lines


def choose_task(training: Lines, testing: Lines) -> Task:
    """Lines may be of both kinds; the service chooses and ignores the others (guide, "Purposing datasets").

    How it chooses is not documented: here by what most of the training lines are. When those are
    image-level but most of the test lines have boxes, brands are to be located: the training pictures show
    one each, without saying where, and their boxes, should there be any, serve as well.
    """
    if _mostly_boxes(training):
        return Task(use_case=LOCALIZATION, training=_boxes_of(training), testing=_boxes_of(testing))
    if _mostly_boxes(testing):
        return Task(use_case=LOCALIZATION, training=training, testing=_boxes_of(testing))
    return Task(use_case=IMAGE_LEVEL, training=_labels_of(training), testing=_labels_of(testing))


def _mostly_boxes(lines: Sequence[ManifestLine]) -> bool:
    usable = [line for line in lines if not line.is_invalid and not line.is_ignored]
    boxed = sum(1 for line in usable if any(attribute.is_boxes for attribute in line.attributes))
    return 2 * boxed > len(usable)


def _boxes_of(lines: Iterable[ManifestLine]) -> Lines:
    return tuple(_only(line, boxes=True) for line in lines)


def _labels_of(lines: Iterable[ManifestLine]) -> Lines:
    return tuple(_only(line, boxes=False) for line in lines)


def _only(line: ManifestLine, *, boxes: bool) -> ManifestLine:
    """The line with attributes of that kind alone; without any it is ignored."""
    kept = tuple(attribute for attribute in line.attributes if attribute.is_boxes == boxes)
    return line if kept == line.attributes else replace(line, attributes=kept)

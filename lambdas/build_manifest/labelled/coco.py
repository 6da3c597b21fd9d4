"""COCO instances: images, annotations with boxes, categories.

Source: "Data format" on cocodataset.org, section "Object Detection".
Boxes are taken, segmentations are not.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .boxes import size_from, whole_box
from .coco_file import LARGEST, load_coco
from .model import Box, LabelledPicture, Place, labelled_picture
from .references import Folder, is_text, resolved
from .trouble import LeftOut, Trouble, broken, quoted, set_aside, unannotated

_CUT = "Correct the file, or remove the entry."


@dataclass(slots=True)
class _Boxes:
    """What the annotations say about one image."""

    key: str | None
    boxes: set[Box] = field(default_factory=set)
    is_broken: bool = False
    crowds: int = 0


def read_coco(
    pieces: Iterable[bytes], *, source: str, base: Folder, largest: int = LARGEST
) -> Iterator[LabelledPicture | Trouble]:
    """First the troubles of annotations, then for each image a picture or a trouble.

    An image of which one annotation is unusable is left out as a whole, and so is not told of
    again: see `trouble.broken`. Ids may be numbers or text, and 7 is the same as "7".

    Raises:
        LabelFileUnreadable: the file is not COCO, or larger than `largest`.
    """
    document = load_coco(pieces, source, largest)
    used = Counter(_id(image.get("id")) for image in _objects(document["images"]))
    labels = {
        _id(category.get("id")): category.get("name") for category in _objects(document.get("categories"))
    }
    by_image = {
        _id(image.get("id")): _Boxes(_key(image, source, base)) for image in _objects(document["images"])
    }
    for number, annotation in enumerate(document["annotations"], start=1):
        trouble = _take(annotation, Place(source, "annotation", number), labels, by_image)
        if trouble is not None:
            yield trouble
    for number, image in enumerate(document["images"], start=1):
        found = _picture(image, Place(source, "image", number), used, by_image, base)
        if found is not None:
            yield found


def _objects(items: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(items, list):
        yield from (item for item in items if isinstance(item, dict))


def _id(value: object) -> str | None:
    return str(value) if isinstance(value, int | str) and not isinstance(value, bool) else None


def _take(
    annotation: object,
    place: Place,
    labels: Mapping[str | None, object],
    by_image: Mapping[str | None, _Boxes],
) -> Trouble | None:
    """Add an annotation to its image; the trouble if there is one."""
    fields: Mapping[str, Any] = annotation if isinstance(annotation, dict) else {}
    image_id = _id(fields.get("image_id"))
    if image_id is None or image_id not in by_image:
        return broken(
            "ERROR_UNKNOWN_IMAGE",
            place,
            found=f"its image is {quoted(fields.get('image_id'))}, which the file does not have",
            allowed="an image_id that is the id of one of the images",
            fix=_CUT,
            left_out=LeftOut.BOX,
        )
    image = by_image[image_id]
    if fields.get("iscrowd") == 1:
        image.crowds += 1
        return _crowd(place, image.key)
    box = _box(fields, place, image.key, labels)
    if isinstance(box, Trouble):
        image.is_broken = True
        return box
    image.boxes.add(box)
    return None


def _key(image: Mapping[str, Any], source: str, base: Folder) -> str | None:
    reference = resolved(image.get("file_name"), Place(source, "image", 0), base)
    return None if isinstance(reference, Trouble) else reference[1]


def _box(
    fields: Mapping[str, Any], place: Place, key: str | None, labels: Mapping[str | None, object]
) -> Box | Trouble:
    label = labels.get(_id(fields.get("category_id")))
    if not isinstance(label, str) or not label or not is_text(label):
        return broken(
            "ERROR_MISSING_CLASS_MAP_ID",
            place,
            key=key,
            found=f"the annotation has the category {quoted(fields.get('category_id'))}, which has no name",
            allowed="a category_id that is the id of a category with a name",
            fix="Add the category to the file, or remove the annotation.",
        )
    numbers = fields.get("bbox")
    box = whole_box(label, numbers) if isinstance(numbers, list) else None
    return box or broken(
        "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT",
        place,
        key=key,
        found=f"the bbox is {quoted(numbers)}" if "bbox" in fields else "the annotation has no bbox",
        allowed="[left, top, width, height] in pixels",
        fix=_CUT,
    )


def _crowd(place: Place, key: str | None) -> Trouble:
    """Not used, as in COCO's own evaluation: the box is around many objects and teaches none of them."""
    return set_aside(
        "WARNING_CROWD_IGNORED",
        place,
        key=key,
        found="the annotation is of a crowd (iscrowd is 1)",
        allowed="boxes around single objects",
        fix="Draw a box around each object if they matter.",
        left_out=LeftOut.BOX,
    )


def _picture(
    image: object,
    place: Place,
    used: Counter[str | None],
    by_image: Mapping[str | None, _Boxes],
    base: Folder,
) -> LabelledPicture | Trouble | None:
    fields: Mapping[str, Any] = image if isinstance(image, dict) else {}
    reference = resolved(fields.get("file_name"), place, base)
    if isinstance(reference, Trouble):
        return reference
    bucket, key = reference
    image_id = _id(fields.get("id"))
    if image_id is None or used[image_id] > 1:
        return broken(
            "ERROR_AMBIGUOUS_IMAGE_ID",
            place,
            key=key,
            found=f"the id {quoted(fields.get('id'))} "
            + ("is of several images" if image_id else "is no id"),
            allowed="an id of its own, a whole number or text, for each image",
            fix="Give the image an id that no other has, and its annotations the same.",
        )
    found = by_image[image_id]
    if found.is_broken:
        return None
    if not found.boxes:
        return unannotated(
            place, key, found="only crowds are marked in it" if found.crowds else "it has no box"
        )
    size = size_from(fields.get("width"), fields.get("height"))
    return labelled_picture(bucket, key, boxes=found.boxes, size=size, place=place)

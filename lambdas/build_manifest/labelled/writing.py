# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
"""The one manifest line of a picture, in the form that Custom Labels trains on.

Source: Custom Labels guide, "Image-level labels in manifest files" and "Object localization in
manifest files".

Written anew whatever the source was, so that the same labels give the same bytes. What Custom
Labels requires but does not read is constant: confidence, creation date, human-annotated, depth.
Class ids follow the labels of the line alone, so that a picture's line does not change as others
come and go; each line has a class map of its own.
"""

from typing import Any

from ..json_lines import json_lines, json_text
from ..manifest import CREATION_DATE, LABEL_ATTRIBUTE
from .attributes import CLASSIFICATION, DETECTION
from .model import Box, LabelledPicture, Size
from .model_type import Style

BOX_ATTRIBUTE = "boxes"
_JOB_NAME = "labelled-pictures"


def written_line(picture: LabelledPicture, style: Style, *, size: Size | None = None) -> bytes:
    """One line, with its line end; of the picture's labels or of its boxes, not of both.

    `size` is that of the picture's header, and needed for boxes if the source tells none.
    """
    line: dict[str, Any] = {"source-ref": picture.uri}
    if style is Style.BOXES:
        true_size = size or picture.size
        if true_size is None:
            raise ValueError(f"{picture.place}: boxes are written only with the size of {picture.key}")
        line |= _boxes(picture.boxes, true_size)
    else:
        line |= _labels(picture.labels)
    return b"".join(json_lines([json_text(line)]))


def _labels(labels: tuple[str, ...]) -> dict[str, Any]:
    pairs: dict[str, Any] = {}
    for number, label in enumerate(labels, start=1):
        # The first has the name that the only one has in a set made of folders.
        name = LABEL_ATTRIBUTE if number == 1 else f"{LABEL_ATTRIBUTE}-{number}"
        pairs[name] = 1
        pairs[f"{name}-metadata"] = {"class-name": label, "confidence": 1, **_common(CLASSIFICATION)}
    return pairs


def _boxes(boxes: tuple[Box, ...], size: Size) -> dict[str, Any]:
    ids = {label: number for number, label in enumerate(sorted({box.label for box in boxes}))}
    return {
        BOX_ATTRIBUTE: {
            "image_size": [{"width": size.width, "height": size.height, "depth": 3}],
            "annotations": [
                {
                    "class_id": ids[box.label],
                    "left": box.left,
                    "top": box.top,
                    "width": box.width,
                    "height": box.height,
                }
                for box in boxes
            ],
        },
        f"{BOX_ATTRIBUTE}-metadata": {
            "objects": [{"confidence": 1} for _ in boxes],
            "class-map": {str(number): label for label, number in ids.items()},
            **_common(DETECTION),
        },
    }


def _common(kind: str) -> dict[str, str]:
    return {
        "human-annotated": "yes",
        "creation-date": CREATION_DATE,
        "type": kind,
        "job-name": _JOB_NAME,
    }

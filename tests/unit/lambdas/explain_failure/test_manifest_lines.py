import json
from typing import Any

import pytest

from lambdas.explain_failure.manifest_lines import MOST_CHARACTERS, examine, label_errors

PICTURE = "s3://bucket/images/Großspitz 柴犬/a b.jpg"


def line(**members: object) -> bytes:
    return json.dumps(members, ensure_ascii=False).encode() + b"\n"


def of_length(characters: int) -> bytes:
    """A line of so many characters, line end not counted, most of which take two bytes."""
    short = line(**{"source-ref": PICTURE, "label": ""}).decode().rstrip("\n")
    return line(**{"source-ref": PICTURE, "label": "é" * (characters - len(short))})


@pytest.mark.parametrize(
    ("content", "code", "picture"),
    [
        (line(**{"source-ref": PICTURE}), "", PICTURE),
        (of_length(MOST_CHARACTERS), "", PICTURE),
        (of_length(MOST_CHARACTERS + 1), "LINE_TOO_LONG", PICTURE),
        (line(label=1), "ERROR_MISSING_SOURCE_REF", ""),
        (
            line(**{"source-ref": "https://bucket/a.jpg"}),
            "ERROR_INVALID_SOURCE_REF_FORMAT",
            "https://bucket/a.jpg",
        ),
        (line(**{"source-ref": "s3://bucket/"}), "ERROR_INVALID_SOURCE_REF_FORMAT", "s3://bucket/"),
        (line(**{"source-ref": 1}), "ERROR_INVALID_SOURCE_REF_FORMAT", ""),
        (b'{"source-ref": "s3://b/a.jpg", broken\r\n', "ERROR_INVALID_JSON_LINE", "s3://b/a.jpg"),
        (b"[" * 100_000, "ERROR_INVALID_JSON_LINE", ""),
        (b"[]\n", "ERROR_INVALID_JSON_LINE", ""),
        (b"\n", "ERROR_INVALID_JSON_LINE", ""),
        (b"\xff\xfe", "ERROR_INVALID_JSON_LINE", ""),
    ],
)
def test_what_is_wrong_with_a_line_is_told_with_its_picture(content: bytes, code: str, picture: str) -> None:
    assert examine(content) == (code, picture)


LABEL = {"class-name": "pear", "type": "groundtruth/image-classification"}
BOX = {"class_id": 0, "left": 1, "top": 1, "width": 9, "height": 9}
BOXES = {
    "type": "groundtruth/object-detection",
    "objects": [{"confidence": 1}],
    "class-map": {"0": "pear"},
}


def labelled(value: object, metadata: object) -> dict[str, Any]:
    return {"label": value, "label-metadata": metadata}


def boxed(*boxes: object, **changed: object) -> dict[str, Any]:
    objects = [{"confidence": 1} for _ in boxes]
    return labelled({"annotations": list(boxes)}, {**BOXES, "objects": objects, **changed})


@pytest.mark.parametrize(
    ("members", "codes"),
    [
        (labelled(1, LABEL), []),
        (boxed(BOX, BOX), []),
        ({"label": 1}, ["ERROR_NO_LABEL_ATTRIBUTES"]),
        ({}, ["WARNING_UNANNOTATED_RECORD"]),
        (labelled(1, "pear"), ["ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"]),
        (labelled(1, {**LABEL, "class-name": ""}), ["ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"]),
        (labelled(1, {**LABEL, "class-name": "é" * 255}), []),
        (labelled(1, {**LABEL, "class-name": "é" * 256}), ["ERROR_INVALID_LABEL_NAME_LENGTH"]),
        (
            labelled(1, {**LABEL, "type": "groundtruth/image-classification-multilabel"}),
            ["ERROR_UNSUPPORTED_USE_CASE_TYPE"],
        ),
        (labelled([BOX], BOXES), ["ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"]),
        (boxed(BOX, **{"class-map": []}), ["ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"]),
        (boxed(*[BOX] * 50), []),
        (boxed(*[BOX] * 51), ["ERROR_TOO_MANY_BOUNDING_BOXES"]),
        (boxed(BOX, BOX, objects=[{"confidence": 1}]), ["ERROR_MISSING_BOUNDING_BOX_CONFIDENCE"]),
        (boxed(BOX, objects=[{}]), ["ERROR_MISSING_BOUNDING_BOX_CONFIDENCE"]),
        (boxed({**BOX, "class_id": 1}), ["ERROR_MISSING_CLASS_MAP_ID"]),
        (boxed("box"), ["ERROR_MISSING_CLASS_MAP_ID"]),
        (boxed(BOX, **{"class-map": {"0": "é" * 256}}), ["ERROR_INVALID_LABEL_NAME_LENGTH"]),
        (
            {**labelled(1, None), "other": 1, "other-metadata": None, "third": 1, "third-metadata": LABEL},
            ["ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"],
        ),
    ],
)
def test_what_is_wrong_with_the_labels_of_a_line_is_told_once(
    members: dict[str, Any], codes: list[str]
) -> None:
    assert label_errors(line(**{"source-ref": PICTURE}, **members)) == codes

"""Ground Truth manifests, and the entries that Custom Labels lists of a dataset.

JSON Lines, a picture a line; read as a stream. One file may mix image-level lines, lines with
several labels in Ground Truth's form or in Custom Labels' form, and lines with boxes. Blank lines
are read over: the manifest that we write has none.

From entries of a dataset (ListDatasetEntries) what the service has added is removed: `cl-metadata`,
`cl-errors`. From the snapshots that a training writes, its predictions are: they are not labels.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn

from .attributes import (
    CLASSIFICATION,
    DETECTION,
    Annotations,
    Refusal,
    Unlabelled,
    Unsupported,
    read_attribute,
)
from .byte_lines import LONGEST_LINE, byte_lines
from .model import Box, LabelledPicture, Place, Size, labelled_picture
from .references import absolute
from .trouble import Trouble, broken, quoted, unannotated

SOURCE_REF = "source-ref"
METADATA = "-metadata"
_OF_THE_SERVICE = frozenset({"cl-metadata", "cl-errors", "errors", "warnings"})
_PREDICTION = "rekognition-custom-labels-evaluation"


def read_ground_truth(pieces: Iterable[bytes], *, source: str) -> Iterator[LabelledPicture | Trouble]:
    """A picture or a trouble for each line that is not blank.

    Raises:
        LabelFileUnreadable: the file is empty or not UTF-8.
    """
    for number, line in byte_lines(pieces, source=source):
        if line is None or line.strip():
            yield _read_line(line, Place(source, "line", number))


def _read_line(line: bytes | None, place: Place) -> LabelledPicture | Trouble:
    document = _parsed(line, place)
    if isinstance(document, Trouble):
        return document
    if SOURCE_REF not in document:
        return broken(
            "ERROR_MISSING_SOURCE_REF",
            place,
            found=f"the line has no {SOURCE_REF}",
            allowed=f'"{SOURCE_REF}": "s3://BUCKET/KEY" in each line',
            fix="Add it, or remove the line.",
        )
    reference = absolute(document[SOURCE_REF], place)
    if isinstance(reference, Trouble):
        return reference
    return _labelled(*reference, document, place)


def _parsed(line: bytes | None, place: Place) -> dict[str, Any] | Trouble:
    if line is None:
        found = f"the line has more than {LONGEST_LINE:,} bytes"
    else:
        try:
            document = json.loads(line.decode(), parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            found = f"the line is no JSON ({quoted(str(error))})"
        else:
            if isinstance(document, dict):
                return document
            found = f"the line is {quoted(document)}"
    return broken(
        "ERROR_INVALID_JSON_LINE",
        place,
        found=found,
        allowed="one JSON object a line, in UTF-8",
        fix="Correct the line, or remove it.",
    )


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")


def _labelled(bucket: str, key: str, document: Mapping[str, Any], place: Place) -> LabelledPicture | Trouble:
    labels: set[str] = set()
    boxes: set[Box] = set()
    sizes: set[Size] = set()
    notes: list[Unlabelled | Unsupported] = []
    for name in _attribute_names(document):
        reading = read_attribute(name, document.get(name), document[name + METADATA])
        if isinstance(reading, Refusal):
            return _refused(reading, place, key)
        if isinstance(reading, Annotations):
            labels |= reading.labels
            boxes |= reading.boxes
            sizes |= {reading.size} if reading.size else set()
        else:
            notes.append(reading)
    if len(sizes) > 1:
        return _refused(_two_sizes(sizes), place, key)
    if not labels and not boxes:
        return _nothing_usable(document, notes, place, key)
    size = sizes.pop() if sizes else None
    return labelled_picture(bucket, key, labels=labels, boxes=boxes, size=size, place=place)


def _attribute_names(document: Mapping[str, Any]) -> list[str]:
    """Of each attribute that has both its parts, or whose labelling failed, which may lack the value."""
    names = [
        key.removesuffix(METADATA)
        for key in document
        if key.endswith(METADATA) and not key.startswith(_PREDICTION)
    ]
    return [name for name in names if name in document or _has_failed(document[name + METADATA])]


def _has_failed(metadata: object) -> bool:
    return isinstance(metadata, dict) and bool(metadata.get("failure-reason"))


def _nothing_usable(
    document: Mapping[str, Any], notes: list[Unlabelled | Unsupported], place: Place, key: str
) -> Trouble:
    for note in notes:
        if isinstance(note, Unlabelled):
            return unannotated(place, key, found=note.found)
    for note in notes:
        if isinstance(note, Unsupported):
            return _refused(
                Refusal(
                    "ERROR_UNSUPPORTED_USE_CASE_TYPE",
                    f"the type of its labels is {quoted(note.type)}",
                    f"{CLASSIFICATION} (also -multilabel) or {DETECTION}",
                    "Label the picture in a job of one of these types, or remove the line.",
                ),
                place,
                key,
            )
    own = [name for name in document if name != SOURCE_REF and name not in _OF_THE_SERVICE]
    if not own or all(name.startswith(_PREDICTION) for name in own):
        return unannotated(place, key)
    return _refused(
        Refusal(
            "ERROR_NO_LABEL_ATTRIBUTES",
            f"none of {quoted(', '.join(own))} is a label attribute",
            f"a key and its companion that ends in {METADATA}",
            "Give the line both, or remove it.",
        ),
        place,
        key,
    )


def _two_sizes(sizes: set[Size]) -> Refusal:
    shown = " and ".join(f"{size.width} x {size.height}" for size in sorted(sizes))
    return Refusal(
        "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT",
        f"its boxes were drawn on different sizes of the picture: {shown}",
        "one image_size for a picture",
    )


def _refused(refusal: Refusal, place: Place, key: str) -> Trouble:
    return broken(refusal.code, place, key=key, found=refusal.found, allowed=refusal.allowed, fix=refusal.fix)

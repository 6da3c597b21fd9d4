"""Short forms for the tests of the readers."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from lambdas.build_manifest.labelled.model import LabelledPicture, Place
from lambdas.build_manifest.labelled.references import Folder
from lambdas.build_manifest.labelled.trouble import Trouble

BASE = Folder(bucket="pictures-bucket", prefix="photos/")
PLACE = Place("a.manifest", "line", 1)

Found = Iterator[LabelledPicture | Trouble]


def sorted_out(found: Found) -> tuple[list[LabelledPicture], list[Trouble]]:
    pictures: list[LabelledPicture] = []
    troubles: list[Trouble] = []
    for one in found:
        if isinstance(one, Trouble):
            troubles.append(one)
        else:
            pictures.append(one)
    return pictures, troubles


def only_picture(found: Found) -> LabelledPicture:
    pictures, troubles = sorted_out(found)
    assert troubles == []
    (picture,) = pictures
    return picture


def only_trouble(found: Found) -> Trouble:
    pictures, troubles = sorted_out(found)
    assert pictures == []
    (trouble,) = troubles
    return trouble


def json_lines(*documents: Any) -> list[bytes]:
    return [json.dumps(document).encode() + b"\n" for document in documents]


def in_pieces(content: bytes, length: int) -> Iterable[bytes]:
    return [content[start : start + length] for start in range(0, len(content), length)]

"""The sample of test pictures that models are asked about, as `sample.json` and as objects.

`ask_model` reads the file too, before a switch and after it: a change of its form is a change of interface.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .boxes import Box, LabelledBox
from .errors import EvaluationUnreadable
from .snapshot import Prediction, TestedPicture

SCHEMA_VERSION: Final = 1
MOST_PICTURES: Final = 500
_MOST_OTHERS: Final = 10
"""Predictions kept of a picture that neither are right nor were found: a model of 250 labels has 250."""
_EDGES: Final = ("left", "top", "width", "height")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Of `test_pictures` of the version's, these."""

    version: str
    test_pictures: int
    pictures: list[TestedPicture]
    etags: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """By bucket and key, as far as they are known, when the set was put together."""


def written(sample: Sample) -> bytes:
    """The file."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "version": sample.version,
        "test_pictures": sample.test_pictures,
        "pictures": [
            {
                "bucket": picture.bucket,
                "key": picture.key,
                "etag": sample.etags.get((picture.bucket, picture.key)),
                "labels": list(picture.labels),
                "boxes": [{"label": each.label, **_edges(each.box)} for each in picture.boxes],
                "evaluation": [_said(prediction) for prediction in _worth_keeping(picture)],
            }
            for picture in sample.pictures
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def read(content: bytes, *, where: str) -> Sample:
    """Parse a file of ours; `where` names it in messages.

    Raises:
        EvaluationUnreadable: it is not one.
    """
    try:
        document = json.loads(content)
        if document["schema_version"] != SCHEMA_VERSION:
            raise EvaluationUnreadable(
                f"The sample {where} has the version {document['schema_version']!r} of its form; "
                f"{SCHEMA_VERSION} is understood. Delete it: the next run draws it again."
            )
        return Sample(
            version=document["version"],
            test_pictures=document["test_pictures"],
            pictures=[_picture(each) for each in document["pictures"]],
            # Files of earlier releases have none.
            etags={
                (each["bucket"], each["key"]): each["etag"]
                for each in document["pictures"]
                if each.get("etag")
            },
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise EvaluationUnreadable(
            f"The sample {where} does not have the form in which it was written ({error!r}). Delete it: the "
            "next run draws it again."
        ) from error


def box_of(document: Mapping[str, Any]) -> Box:
    """The box with these edges."""
    left, top, width, height = (float(document[edge]) for edge in _EDGES)
    return Box(left=left, top=top, width=width, height=height)


def _picture(document: Mapping[str, Any]) -> TestedPicture:
    return TestedPicture(
        bucket=document["bucket"],
        key=document["key"],
        labels=tuple(document["labels"]),
        boxes=tuple(LabelledBox(label=each["label"], box=box_of(each)) for each in document["boxes"]),
        predictions=tuple(
            Prediction(
                label=each["label"],
                confidence=float(each["confidence"]),
                found=bool(each["found"]),
                box=box_of(each["box"]) if each.get("box") else None,
            )
            for each in document["evaluation"]
        ),
    )


def _edges(box: Box) -> dict[str, float]:
    return {"left": box.left, "top": box.top, "width": box.width, "height": box.height}


def _said(prediction: Prediction) -> dict[str, Any]:
    said: dict[str, Any] = {
        "label": prediction.label,
        "confidence": prediction.confidence,
        "found": prediction.found,
    }
    return said if prediction.box is None else {**said, "box": _edges(prediction.box)}


def _worth_keeping(picture: TestedPicture) -> list[Prediction]:
    needed = [each for each in picture.predictions if each.found or each.label in picture.labels]
    others = [each for each in picture.predictions if not (each.found or each.label in picture.labels)]
    others.sort(key=lambda each: -each.confidence)
    return sorted(needed + others[:_MOST_OTHERS], key=lambda each: -each.confidence)

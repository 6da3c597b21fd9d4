"""What the live model said about the sample: the file that `ask_model` writes."""

import json
from collections.abc import Mapping
from typing import Any, Final

from .errors import EvaluationUnreadable
from .sample_file import box_of
from .snapshot import Prediction

SCHEMA_VERSION: Final = 1

Answers = dict[tuple[str, str], list[Prediction]]
"""By bucket and key; a picture that was not answered is not there."""


def read(content: bytes, *, where: str) -> Answers:
    """Parse the file; `where` names it in messages.

    The model was asked without MinConfidence, so whatever it names reaches its own assumed threshold.

    Raises:
        EvaluationUnreadable: it is not one.
    """
    try:
        document = json.loads(content)
        if document["schema_version"] != SCHEMA_VERSION:
            raise EvaluationUnreadable(
                f"The answers {where} have the version {document['schema_version']!r} of their form; "
                f"{SCHEMA_VERSION} is understood. Delete them: the next run asks again."
            )
        return {
            (picture["bucket"], picture["key"]): [_prediction(each) for each in picture["answer"]]
            for picture in document["pictures"]
            if picture["answer"] is not None
        }
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise EvaluationUnreadable(
            f"The answers {where} do not have the form in which they were written ({error!r}). Delete them: "
            "the next run asks again."
        ) from error


def changed(content: bytes) -> int:
    """How many pictures of a readable file were not shown to the model, for they were changed since the
    training."""
    return sum(picture.get("error") == "PictureChanged" for picture in json.loads(content)["pictures"])


def _prediction(document: Mapping[str, Any]) -> Prediction:
    return Prediction(
        label=document["label"],
        confidence=float(document["confidence"]),
        found=True,
        box=box_of(document["box"]) if document.get("box") else None,
    )

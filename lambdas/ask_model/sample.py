"""Held-out pictures of a version, and which of them to ask about."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .errors import SampleUnreadable
from .request import Place

_SCHEMA_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A test picture, and what Rekognition's own evaluation of the version saw in it."""

    place: Place
    labels: frozenset[str]
    """The truth; empty for none."""
    expected: frozenset[str]
    """The labels that a hosted model must find, whether right or wrong: those that the evaluation found, at
    the thresholds that the model uses. The truth where there is no evaluation."""
    etag: str | None
    """When the set was put together; None where that is not known."""


def parse_sample(content: bytes, place: Place) -> list[Picture]:
    """Read what judge_evaluation wrote.

    Raises:
        SampleUnreadable: it has another form.
    """
    try:
        document = json.loads(content)
        if document["schema_version"] != _SCHEMA_VERSION:
            raise SampleUnreadable(
                f"The sample {place} has the schema version {document['schema_version']!r}; this function "
                f"reads {_SCHEMA_VERSION}. Deploy the stack again, then have the sample written anew."
            )
        return [_picture(entry) for entry in document["pictures"]]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise SampleUnreadable(f"{place} is no sample of held-out pictures: {error!r}.") from error


def _picture(entry: Mapping[str, object]) -> Picture:
    labels, evaluation = entry["labels"], entry.get("evaluation")
    if not isinstance(labels, list) or not isinstance(evaluation, list | None):
        raise TypeError(f"labels or evaluation of {entry.get('key')!r}")
    truth = frozenset(str(label) for label in labels)
    etag = entry.get("etag")
    return Picture(
        place=Place(bucket=str(entry["bucket"]), key=str(entry["key"])),
        labels=truth,
        expected=truth
        if evaluation is None
        else frozenset(str(seen["label"]) for seen in evaluation if seen["found"]),
        etag=str(etag) if etag else None,
    )


def choose(
    pictures: Sequence[Picture], *, per_label: int | None, at_most: int | None = None, turn: int = 0
) -> list[Picture]:
    """The first `per_label` of each label, and as many without any, in the sample's order.

    With `at_most`, a part of these: the next one with each turn, and from the beginning again.
    """
    chosen = list(pictures) if per_label is None else _of_each_label(pictures, per_label)
    if at_most is None or len(chosen) <= at_most:
        return chosen
    first = turn * at_most % len(chosen)
    return [chosen[(first + number) % len(chosen)] for number in range(at_most)]


def _of_each_label(pictures: Sequence[Picture], per_label: int) -> list[Picture]:
    taken: Counter[str] = Counter()
    chosen = []
    for picture in pictures:
        labels = picture.labels or {""}
        if any(taken[label] < per_label for label in labels):
            taken.update(labels)
            chosen.append(picture)
    return chosen

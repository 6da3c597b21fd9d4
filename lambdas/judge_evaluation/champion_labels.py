"""Which labels the live model knows."""

import json
from collections.abc import Callable
from typing import Protocol

from .errors import EvaluationUnreadable, StorageDenied, StorageRefused
from .report.model import SCHEMA_VERSION
from .request import Champion, Location
from .summary import read_summary

_Labels = list[str] | None


class Results(Protocol):
    """Where evaluations and reports are; `evaluation_store` provides it."""

    def read(self, location: Location) -> bytes | None:
        """A whole file; None if there is no such object."""

    def place(self, version: str, name: str) -> Location:
        """Where a file of the pipeline's own about a version lies, if there is one."""


def known_labels(champion: Champion, store: Results) -> tuple[_Labels, list[str]]:
    """The labels, None if they are not to be found out, and what there is to say about it.

    The model's evaluation summary may be out of reach for good: in the place, or under the key, that the
    pipeline had before; or wherever somebody else put it who trained the model. Then its report tells.

    Raises:
        StorageUnavailable: a later attempt may succeed.
    """
    labels, problem = _tried(lambda: _in_summary(champion, store))
    if labels is None:
        labels, _ = _tried(lambda: _in_report(champion, store))
    if labels is not None or problem is None:
        return labels, []
    return None, [
        f"The evaluation summary of the live model {champion.version}, {champion.summary}, could not be read "
        f"({problem}). That is so if output_bucket or training_key changed since its training, or if it was "
        "trained by others."
    ]


def _tried(find: Callable[[], _Labels]) -> tuple[_Labels, str | None]:
    """What was found, or the name of the error that lasts."""
    try:
        return find(), None
    except (StorageDenied, StorageRefused, EvaluationUnreadable) as error:
        return None, type(error).__name__


def _in_summary(champion: Champion, store: Results) -> _Labels:
    content = None if champion.summary is None else store.read(champion.summary)
    return None if content is None else read_summary(content, where=str(champion.summary)).known


def _in_report(champion: Champion, store: Results) -> _Labels:
    content = store.read(store.place(champion.version, "report.json"))
    try:
        document = None if content is None else json.loads(content)
        if document is None or document["schema_version"] != SCHEMA_VERSION:
            return None
        return [str(each["label"]) for each in document["labels"]] or None
    except (ValueError, TypeError, LookupError):
        return None

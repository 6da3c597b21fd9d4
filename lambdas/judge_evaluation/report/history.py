"""The versions that were judged before, from their rows in the registry."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .model import Judgement

MOST = 50

Row = Mapping[str, object]
"""A row with plain values: text and numbers."""


@dataclass(frozen=True, kw_only=True)
class Former:
    """What the registry knows of the champion."""

    f1: float | None = None
    digest: str | None = None
    label_f1: Mapping[str, float] = field(default_factory=dict)


def judgements(rows: Iterable[Row], *, without: str, most: int = MOST) -> list[Judgement]:
    """The last `most` of the rows that have a score, oldest first."""
    judged = [judgement for row in rows if (judgement := _judgement(row)) and judgement["version"] != without]
    return sorted(judged, key=lambda each: (each["judged_at"], each["version"]))[-most:]


def _judgement(row: Row) -> Judgement | None:
    version, judged_at, outcome = row.get("name"), row.get("judged_at"), row.get("outcome")
    f1 = score(row.get("f1"))
    texts = isinstance(version, str) and isinstance(judged_at, str) and isinstance(outcome, str)
    if not texts or f1 is None:
        return None
    return Judgement(version=str(version), judged_at=str(judged_at), f1=f1, outcome=str(outcome))


def former(row: Row | None) -> Former:
    """What a row says; nothing of what it does not."""
    if row is None:
        return Former()
    digest = row.get("digest")
    return Former(
        f1=score(row.get("f1")),
        digest=digest if isinstance(digest, str) and digest else None,
        label_f1=_label_f1(row.get("labels")),
    )


def _label_f1(text: object) -> dict[str, float]:
    """The row keeps the labels as JSON text, the worst first; a long list is cut."""
    try:
        labels = json.loads(text) if isinstance(text, str) else []
    except ValueError:
        return {}
    found = {}
    for label in labels if isinstance(labels, list) else []:
        if isinstance(label, Mapping) and (f1 := score(label.get("f1"))) is not None:
            found[str(label.get("label"))] = f1
    return found


def score(value: object) -> float | None:
    """The number, if it is a score; DynamoDB's numbers come as text."""
    try:
        number = float(value) if isinstance(value, str | int | float) else -1.0
    except ValueError:
        return None
    return number if 0 <= number <= 1 else None

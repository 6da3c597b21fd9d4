"""What a round of questions says of a model, in numbers."""

import statistics
from collections import Counter
from collections.abc import Sequence
from typing import TypedDict

from .ask import Asked
from .model import Why


class Tally(TypedDict):
    """The function's result."""

    complete: bool
    """Whether all was asked; if not, another invocation goes on."""
    asked: int
    answered: int
    agreeing: int
    agreement: float
    """The share of the pictures that were answered, or left unanswered by a fault; 0 if there are none. What
    cannot be read, or what the model had no time for, says nothing of it."""
    errors: dict[str, int]
    unreadable: int
    """Pictures that are gone, changed, or cannot be read: no model is at fault."""
    failed: int
    """Pictures without an answer by the fault of the model or the service: having too much to do is none."""
    median_ms: int | None
    slowest_ms: int | None
    """None if nothing was answered in this invocation."""
    not_ready: bool


def tally(asked: Sequence[Asked], *, complete: bool) -> Tally:
    """Count what came of the questions."""
    reasons = Counter(one.why for one in asked)
    judged = reasons[None] + reasons[Why.FAULT]
    agreeing = sum(one.agrees for one in asked)
    took = [one.milliseconds for one in asked if one.milliseconds is not None]
    return Tally(
        complete=complete,
        asked=len(asked),
        answered=reasons[None],
        agreeing=agreeing,
        agreement=agreeing / judged if judged else 0.0,
        errors=dict(Counter(one.error for one in asked if one.error is not None)),
        unreadable=reasons[Why.UNREADABLE],
        failed=reasons[Why.FAULT],
        median_ms=round(statistics.median(took)) if took else None,
        slowest_ms=round(max(took)) if took else None,
        not_ready=reasons[Why.NOT_READY] > 0,
    )

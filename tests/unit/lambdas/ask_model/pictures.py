"""Samples, and a model that is told what to answer."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from lambdas.ask_model.model import Answer, Found, NoAnswer
from lambdas.ask_model.request import Place

BUCKET = "results"
SAMPLE = Place(bucket=BUCKET, key="evaluation/set-1/sample.json")


def entry(key: str, *labels: str, found: Sequence[str] | None = None, **more: Any) -> dict[str, Any]:
    """A picture of a sample; `found` is what the evaluation found, or lists beside it."""
    evaluation = (
        None
        if found is None
        else [{"label": label, "confidence": 0.9, "found": True} for label in found]
        + [{"label": label, "confidence": 0.1, "found": False} for label in labels if label not in found]
    )
    return {"bucket": "pictures", "key": key, "labels": list(labels), "evaluation": evaluation, **more}


def sample(*entries: dict[str, Any]) -> bytes:
    document = {"schema_version": 1, "version": "set-1", "test_pictures": 100, "pictures": list(entries)}
    return json.dumps(document).encode()


Reply = tuple[str, ...] | str
"""Labels, or the code of a refusal."""


class ToldModel:
    """Answers a picture with the reply for it, or the next of several, the last one for ever; with nothing
    where it was told nothing."""

    def __init__(self, **replies: Reply | list[Reply]) -> None:
        self.asked: list[str] = []
        self._replies = {key: reply if isinstance(reply, list) else [reply] for key, reply in replies.items()}

    def ask(self, place: Place) -> Answer:
        self.asked.append(place.key)
        replies = self._replies.get(place.key, [()])
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if isinstance(reply, str):
            raise NoAnswer(reply)
        return Answer(found=[Found(label=label, confidence=0.9) for label in reply], milliseconds=100)


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self, *, left: float = 900) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self._left = left

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    @property
    def seconds_left(self) -> Callable[[], float]:
        return lambda: self._left - self.now

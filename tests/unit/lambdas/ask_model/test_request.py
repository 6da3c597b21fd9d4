from typing import Any

import pytest

from lambdas.ask_model.errors import RequestInvalid
from lambdas.ask_model.request import Place, Request

EVENT: dict[str, Any] = {
    "purpose": "canary",
    "version": "set-1",
    "arn": "arn:set-1",
    "sample": {"bucket": "b", "key": "evaluation/set-1/sample.json"},
    "pictures_per_label": 3,
    "per_second": 1.5,
    "answers_key": None,
    "execution_id": "arn:run",
}


def test_an_event_is_understood() -> None:
    request = Request.from_event({**EVENT, "at_most": 20, "turn": 4.0, "longest_seconds": 40})

    assert request == Request(
        purpose="canary",
        version="set-1",
        arn="arn:set-1",
        sample=Place(bucket="b", key="evaluation/set-1/sample.json"),
        per_second=1.5,
        pictures_per_label=3,
        answers=None,
        at_most=20,
        longest_seconds=40,
        turn=4,
        execution="arn:run",
        trained_at=None,
    )


def test_answers_lie_beside_the_sample_and_what_is_left_out_does_not_limit() -> None:
    request = Request.from_event({**EVENT, "answers_key": "k", "pictures_per_label": None})

    assert request.answers == Place(bucket="b", key="k")
    assert (request.pictures_per_label, request.at_most, request.turn) == (None, None, 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("purpose", "guess"),
        ("purpose", None),
        ("version", ""),
        ("arn", None),
        ("sample", None),
        ("sample", {"bucket": "b"}),
        ("per_second", 0),
        ("per_second", True),
        ("per_second", "2"),
        ("pictures_per_label", 0),
        ("pictures_per_label", 1.5),
        ("at_most", "20"),
        ("turn", -1),
        ("longest_seconds", 0),
        ("answers_key", ""),
        ("answers_key", 1),
        ("execution_id", 1),
    ],
)
def test_what_is_wrong_with_an_event_is_named(name: str, value: object) -> None:
    with pytest.raises(RequestInvalid, match=f'"{name}" is'):
        Request.from_event({**EVENT, name: value})

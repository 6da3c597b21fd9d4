import math

import pytest

from lambdas.judge_evaluation.errors import RequestInvalid
from lambdas.judge_evaluation.request import Location, Request

EVENT: dict[str, object] = {
    "version": "set-1",
    "f1": 0.9,
    "summary": {"Bucket": "b", "Name": "evaluation/summary.json"},
    "minimum_f1": 0.8,
    "execution_id": "arn:run",
}


def test_the_event_says_what_to_judge_by_what() -> None:
    assert Request.from_event(EVENT) == Request(
        version="set-1",
        f1=0.9,
        summary=Location(bucket="b", key="evaluation/summary.json"),
        minimum_f1=0.8,
    )


@pytest.mark.parametrize("f1", [None, math.nan, "NaN"])
def test_a_missing_score_and_summary_are_none(f1: object) -> None:
    request = Request.from_event({**EVENT, "f1": f1, "summary": None})

    assert (request.f1, request.summary) == (None, None)


@pytest.mark.parametrize("minimum", [0, 1, 0.5])
def test_any_minimum_from_0_to_1_is_taken(minimum: float) -> None:
    assert Request.from_event({**EVENT, "minimum_f1": minimum}).minimum_f1 == minimum


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", None),
        ("version", ""),
        ("version", 7),
        ("f1", "0.9"),
        ("f1", True),
        ("minimum_f1", None),
        ("minimum_f1", "0.8"),
        ("minimum_f1", 80),
        ("minimum_f1", -0.1),
        ("minimum_f1", math.nan),
        ("summary", "s3://b/k"),
        ("summary", {"Bucket": "b"}),
        ("summary", {"Bucket": "b", "Name": ""}),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_by_field(field: str, value: object) -> None:
    with pytest.raises(RequestInvalid, match=f'^"{field}" is'):
        Request.from_event({**EVENT, field: value})

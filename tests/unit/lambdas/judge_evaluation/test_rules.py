"""Each rule says what it found, with the numbers and the parameter."""

import pytest

from lambdas.judge_evaluation.comparison import HeadToHead
from lambdas.judge_evaluation.rules import against_champion, label_floor, minimum_f1
from lambdas.judge_evaluation.summary import LabelEvaluation
from lambdas.judge_evaluation.verdict import Comparison, LabelComparison


def label(name: str, f1: float | None, pictures: int = 10) -> LabelEvaluation:
    return LabelEvaluation(
        label=name, f1=f1, precision=None, recall=None, threshold=None, test_pictures=pictures
    )


@pytest.mark.parametrize(
    ("f1", "minimum", "result", "words"),
    [
        (0.9, 0.8, "passed", "Its F1 of 0.9 reaches the minimum of 0.8 (Minimum-F1-Score)."),
        (0.8, 0.8, "passed", "Its F1 of 0.8 reaches the minimum of 0.8 (Minimum-F1-Score)."),
        (0.7123456, 0.8, "failed", "Its F1 of 0.712 is below the minimum of 0.8 (Minimum-F1-Score)."),
        (0.79999, 0.8, "failed", "Its F1 of 0.79999 is below the minimum of 0.8 (Minimum-F1-Score)."),
    ],
)
def test_the_minimum_is_for_all_labels_together(f1: float, minimum: float, result: str, words: str) -> None:
    assert minimum_f1(f1, minimum) == {"rule": "minimum_f1", "result": result, "words": words}


def test_a_floor_of_0_is_none() -> None:
    assert label_floor([label("cat", 0.0)], floor=0, support=1)["result"] == "off"


def test_labels_below_the_floor_are_named_the_worst_first() -> None:
    rule = label_floor([label("cat", 0.5), label("dog", 0.9), label("eel", 0.2)], floor=0.6, support=5)

    assert rule["result"] == "failed"
    assert rule["words"] == (
        "2 labels are below the floor of 0.6 (Minimum-Label-F1-Score): eel 0.2 (10 test pictures), "
        "cat 0.5 (10 test pictures)."
    )


def test_a_label_with_too_few_test_pictures_is_named_and_not_judged() -> None:
    labels = [label("cat", 0.9), label("dog", 0.1, pictures=4), label("eel", None, pictures=0)]

    rule = label_floor(labels, floor=0.6, support=5)

    assert rule["result"] == "passed"
    assert rule["words"] == (
        "The only label judged reaches the floor of 0.6 (Minimum-Label-F1-Score). "
        "Not judged, having fewer than 5 test pictures: dog (4)."
    )


def test_a_label_without_a_score_counts_as_0_and_is_named() -> None:
    labels = [label("cat", None), label("dog", 0.9), label("eel", None, pictures=4)]

    rule = label_floor(labels, floor=0.6, support=5)

    assert rule["result"] == "failed"
    assert rule["words"] == (
        "1 label is below the floor of 0.6 (Minimum-Label-F1-Score): cat without an F1 score, which "
        "counts as 0 (10 test pictures). Not judged, having fewer than 5 test pictures: eel (4)."
    )


def test_a_label_is_judged_from_the_support_on() -> None:
    assert label_floor([label("cat", 0.1, pictures=5)], floor=0.6, support=5)["result"] == "failed"


def test_no_label_with_enough_pictures_is_no_verdict() -> None:
    assert label_floor([label("cat", 0.1, pictures=1)], floor=0.6, support=5)["result"] == "not_judged"


def compared(low: float, high: float, *labels: LabelComparison) -> HeadToHead:
    comparison = Comparison(
        champion="set-0",
        pictures=40,
        of=40,
        challenger_f1=0.9,
        champion_f1=0.92,
        difference=-0.02,
        low=low,
        high=high,
        tolerance=0.05,
        labels=list(labels),
    )
    return HeadToHead(comparison=comparison, notes=[], answered=40, of=40)


def one(name: str, low: float, high: float) -> LabelComparison:
    return LabelComparison(
        label=name, pictures=12, challenger_f1=0.7, champion_f1=0.9, difference=-0.2, low=low, high=high
    )


@pytest.mark.parametrize(
    ("low", "high", "result"),
    [
        (-0.05, 0.1, "passed"),
        (-0.051, -0.05, "borderline"),
        (-0.2, 0.3, "borderline"),
        (-0.2, -0.051, "failed"),
    ],
)
def test_the_interval_lies_above_the_tolerance_below_it_or_across(
    low: float, high: float, result: str
) -> None:
    rule, _ = against_champion(compared(low, high), champion="set-0", tolerance=0.05, support=5)

    assert rule["result"] == result
    for part in ("40 pictures", "0.9,", "set-0 0.92", "-0.02", "-0.05 is tolerated (Champion-Tolerance)"):
        assert part in rule["words"]


def test_a_label_fails_by_itself_and_is_named() -> None:
    found = compared(0.0, 0.1, one("cat", -0.3, -0.06), one("dog", -0.3, 0.0))

    overall, by_label = against_champion(found, champion="set-0", tolerance=0.05, support=5)

    assert (overall["result"], by_label["result"]) == ("passed", "failed")
    assert by_label["words"] == (
        "1 label is surely worse than with the live model set-0 by more than 0.05 (Champion-Tolerance): "
        "cat 0.7 instead of 0.9 (12 pictures, a difference of at least -0.06)."
    )


@pytest.mark.parametrize(("labels", "result"), [([], "not_judged"), ([one("cat", -0.3, 0.0)], "passed")])
def test_a_label_that_may_be_as_good_is_not_held_against_it(
    labels: list[LabelComparison], result: str
) -> None:
    found = compared(0.0, 0.1, *labels)

    assert against_champion(found, champion="set-0", tolerance=0.05, support=5)[1]["result"] == result


@pytest.mark.parametrize(("answered", "of"), [(0, 10), (5, 10)])
def test_too_few_answers_leave_the_comparison_in_doubt(answered: int, of: int) -> None:
    found = HeadToHead(comparison=None, notes=[], answered=answered, of=of)

    rules = against_champion(found, champion="set-0", tolerance=0, support=5)

    assert {rule["result"] for rule in rules} == {"borderline"}
    assert f"answered {answered} of {of} pictures" in rules[0]["words"]


def test_models_that_share_no_label_are_not_compared() -> None:
    found = HeadToHead(comparison=None, notes=[], answered=10, of=10)

    rules = against_champion(found, champion="set-0", tolerance=0, support=5)

    assert {rule["result"] for rule in rules} == {"not_judged"}

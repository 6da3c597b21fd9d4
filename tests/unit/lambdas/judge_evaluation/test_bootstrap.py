"""The bootstrap's intervals are what drawing pictures one by one gives, and mean what they say."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.judge_evaluation import bootstrap
from lambdas.judge_evaluation.bootstrap import Counts, Picture, Resampling

RIGHT = Counts(true=1, challenger_right=1, challenger_found=1, champion_right=1, champion_found=1)
ONLY_CHAMPION = Counts(true=1, champion_right=1, champion_found=1)
ONLY_CHALLENGER = Counts(true=1, challenger_right=1, challenger_found=1)


def one_label(*counts: tuple[Counts, int]) -> list[Picture]:
    return [{0: each} for each, number in counts for _ in range(number)]


def test_models_that_answer_alike_do_not_differ_whatever_is_drawn() -> None:
    found = Resampling(one_label((RIGHT, 6)), labels=1)

    overall = found.overall()
    assert overall is not None
    assert (overall.low, overall.high) == (0, 0)
    assert found.scores.averages == (1, 1)


def test_many_pictures_make_a_difference_sure_and_few_do_not() -> None:
    few = Resampling(one_label((RIGHT, 3), (ONLY_CHAMPION, 1)), labels=1).overall()
    many = Resampling(one_label((RIGHT, 300), (ONLY_CHAMPION, 100)), labels=1).overall()

    assert few is not None
    assert many is not None
    assert few.low < -0.3
    assert few.high == 0
    assert -0.2 < many.low < -0.14 < many.high < -0.1


def test_one_of_many_labels_needs_a_larger_difference_to_be_sure() -> None:
    pictures = one_label((RIGHT, 60), (ONLY_CHAMPION, 10))
    resampling = Resampling(pictures, labels=1)

    alone, among_many = resampling.of_label(0, among=1), resampling.of_label(0, among=100)

    assert alone is not None
    assert among_many is not None
    assert among_many.low < alone.low < alone.high < among_many.high


def test_a_label_that_no_picture_shows_says_nothing() -> None:
    pictures: list[Picture] = [{0: RIGHT, 1: Counts(challenger_found=1)}] * 3
    found = Resampling(pictures, labels=2)

    assert found.scores.challenger == [1, None]
    assert found.scores.averages == (1, 1)
    assert found.of_label(1, among=2) is None


@pytest.mark.parametrize("pictures", [[], [{0: Counts(champion_found=1)}]])
def test_without_anything_to_find_there_is_no_difference(pictures: list[Picture]) -> None:
    found = Resampling(pictures, labels=1)

    assert found.overall() is None
    assert found.scores.averages is None


def test_boxes_are_counted_not_pictures() -> None:
    picture: Picture = {
        0: Counts(true=3, challenger_right=2, challenger_found=3, champion_right=3, champion_found=3)
    }

    assert Resampling([picture], labels=1).scores.challenger == [pytest.approx(4 / 6)]


@st.composite
def pictures(draw: st.DrawFn, labels: int) -> list[Picture]:
    def counts() -> Counts:
        true = draw(st.integers(0, 3))
        ours, theirs = draw(st.integers(0, true)), draw(st.integers(0, true))
        return Counts(
            true=true,
            challenger_right=ours,
            challenger_found=ours + draw(st.integers(0, 2)),
            champion_right=theirs,
            champion_found=theirs + draw(st.integers(0, 2)),
        )

    return [
        {label: counts() for label in draw(st.sets(st.integers(0, labels - 1)))}
        for _ in range(draw(st.integers(1, 6)))
    ]


def f1_averages(drawn: list[Picture], labels: int) -> tuple[float, float] | None:
    """Counted the plain way."""
    ours, theirs = [], []
    for label in range(labels):
        there = [picture[label] for picture in drawn if label in picture]
        true = sum(each.true for each in there)
        if true:
            found = sum(each.challenger_found for each in there)
            ours.append(2 * sum(each.challenger_right for each in there) / (true + found))
            found = sum(each.champion_found for each in there)
            theirs.append(2 * sum(each.champion_right for each in there) / (true + found))
    return (sum(ours) / len(ours), sum(theirs) / len(theirs)) if ours else None


@settings(max_examples=50)
@given(pictures(labels=3))
def test_numbers_of_many_digits_count_as_counting_does(shown: list[Picture]) -> None:
    draws = random.Random(bootstrap._SEED)  # noqa: S311 - no secret
    expected = []
    for _ in range(20):
        averages = f1_averages(draws.choices(shown, k=len(shown)), 3)
        if averages:
            expected.append(averages[0] - averages[1])
    found = Resampling(shown, labels=3, resamples=20)

    assert sorted(found._overall) == pytest.approx(sorted(expected))
    averages = f1_averages(shown, 3)
    assert found.scores.averages == (averages if averages is None else pytest.approx(averages))


@settings(max_examples=20)
@given(pictures(labels=2))
def test_an_interval_has_a_lower_and_an_upper_end(shown: list[Picture]) -> None:
    found = Resampling(shown, labels=2, resamples=100)

    for interval in (found.overall(), found.of_label(0, among=1), found.of_label(1, among=7)):
        if interval is not None:
            assert -1 <= interval.low <= interval.high <= 1


def test_the_interval_holds_the_true_difference_about_as_often_as_it_says() -> None:
    """Of 100 sets of pictures from the same world, where the models find 90 and 80 % of one label."""
    world = random.Random(1)  # noqa: S311 - no secret
    held = 0
    for _ in range(100):
        shown: list[Picture] = []
        for _ in range(150):
            ours, theirs = int(world.random() < 0.9), int(world.random() < 0.8)
            shown.append(
                {
                    0: Counts(
                        true=1,
                        challenger_right=ours,
                        challenger_found=ours,
                        champion_right=theirs,
                        champion_found=theirs,
                    )
                }
            )
        interval = Resampling(shown, labels=1, resamples=200).overall()
        assert interval is not None
        held += interval.low <= 2 * 0.9 / 1.9 - 2 * 0.8 / 1.8 <= interval.high
    assert held >= 88


def test_more_of_the_resamples_lie_within_a_wider_interval() -> None:
    differences = [float(number) for number in range(2000)]

    widths = [bootstrap._interval(differences, doubt) for doubt in (0.5, 0.1, 0.05, 0.001, 0.00001)]

    assert widths[2] == bootstrap.Interval(low=49, high=1950)
    assert widths[-1] == bootstrap.Interval(low=0, high=1999)
    for narrow, wide in pairwise(widths):
        assert narrow is not None
        assert wide is not None
        assert wide.low <= narrow.low
        assert narrow.high <= wide.high

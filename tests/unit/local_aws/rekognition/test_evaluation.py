"""Figures and thresholds."""

from __future__ import annotations

import numpy as np
import pytest

from local_aws.rekognition.evaluation import assumed_threshold, evaluate


def threshold(positives: list[float], negatives: list[float]) -> float:
    scores = np.array(positives + negatives)
    return assumed_threshold(scores, np.array([True] * len(positives) + [False] * len(negatives)))


@pytest.mark.parametrize(
    ("positives", "negatives", "expected"),
    [
        ([0.9, 0.8], [0.1, 0.2], 0.5),
        ([0.95], [0.01] * 20, 0.48),
        ([0.6, 0.7], [0.3], 0.45),
        ([0.9, 0.8], [], 0.4),
        ([0.3], [0.1], 0.2),
    ],
)
def test_the_threshold_lies_midway_between_what_it_separates(
    positives: list[float], negatives: list[float], expected: float
) -> None:
    assert threshold(positives, negatives) == pytest.approx(expected)


def test_a_single_stray_picture_does_not_push_the_threshold_to_the_top() -> None:
    assert threshold([0.999, 0.998, 0.99], [0.995, 0.02, 0.01]) < 0.6


def test_scores_that_tell_nothing_gain_nothing_from_the_choice_of_a_threshold() -> None:
    generator = np.random.default_rng(5)
    for _ in range(20):
        scores = generator.normal(0.5, 0.02, (16, 2))
        truths = [frozenset("a")] * 8 + [frozenset("b")] * 8
        assert evaluate(("a", "b"), scores, truths).f1 == pytest.approx(2 / 3)


def test_a_label_never_tested_has_a_threshold_above_what_others_score() -> None:
    assert threshold([], [0.1, 0.2]) == 0.5
    assert threshold([], [0.8]) == pytest.approx(0.9)


def test_the_models_figures_are_the_averages_over_its_labels() -> None:
    scores = np.array([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.1, 0.9]])
    truths = [frozenset(label) for label in ("a", "a", "b", "b")]
    found = evaluate(("a", "b"), scores, truths)
    first, second = found.labels
    assert [first.precision, first.recall, first.f1] == pytest.approx([2 / 3, 1.0, 0.8])
    assert (second.precision, second.recall) == (1.0, 0.5)
    assert found.f1 == pytest.approx((first.f1 + second.f1) / 2)
    assert found.confusion == (("a", "a", 1.0), ("b", "a", 0.5), ("b", "b", 0.5))


def test_a_label_without_a_test_picture_does_not_count() -> None:
    found = evaluate(("a", "b"), np.array([[0.9, 0.1], [0.8, 0.2]]), [frozenset("a"), frozenset("a")])
    assert found.f1 == 1.0
    assert [metrics.test_pictures for metrics in found.labels] == [2, 0]
    assert found.labels[1].f1 == 0.0


def test_labels_are_listed_by_f1() -> None:
    scores = np.array([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.1, 0.9]])
    found = evaluate(("a", "b"), scores, [frozenset("a"), frozenset("b"), frozenset("b"), frozenset("b")])
    listed = found.summary(version_arn="arn", train=1, test=4, ended=0.0)["LabelEvaluationResults"]
    figures = [item["Metrics"]["F1Score"] for item in listed]
    assert figures == sorted(figures, reverse=True)


def test_an_empty_test_scores_nothing() -> None:
    assert evaluate(("a", "b"), np.zeros((0, 2)), []).f1 == 0.0

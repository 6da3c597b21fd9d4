"""Figures over boxes."""

from __future__ import annotations

import numpy as np
import pytest

from local_aws.rekognition.box_evaluation import BoxEvaluation, evaluate_boxes, match
from local_aws.rekognition.box_model import Found
from local_aws.rekognition.box_truth import TruthBoxes
from local_aws.rekognition.evaluation import assumed_threshold

LABELS = ("cat", "dog")
HERE, NEAR, THERE = (0.0, 0.0, 0.4, 0.4), (0.1, 0.0, 0.5, 0.4), (0.6, 0.6, 1.0, 1.0)
SLIGHTLY = (0.2, 0.0, 0.6, 0.4)
"""Overlaps HERE by a third."""
Boxes = list[tuple[str, tuple[float, float, float, float]]]


def found(*items: tuple[str, tuple[float, ...], float]) -> Found:
    return Found(
        boxes=np.array([box for _, box, _ in items]).reshape(-1, 4),
        labels=np.array([LABELS.index(label) for label, _, _ in items], dtype=np.intp),
        scores=np.array([score for _, _, score in items]),
    )


def truth(*items: tuple[str, tuple[float, ...]]) -> TruthBoxes:
    return TruthBoxes(
        boxes=np.array([box for _, box in items]).reshape(-1, 4), labels=tuple(label for label, _ in items)
    )


def evaluated(*pictures: tuple[Found, TruthBoxes]) -> BoxEvaluation:
    return evaluate_boxes(LABELS, [item for item, _ in pictures], [item for _, item in pictures])


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param([("cat", HERE, 0.9), ("dog", THERE, 0.8)], [0, 1], id="both right"),
        pytest.param([("cat", NEAR, 0.9)], [0], id="overlapping enough"),
        pytest.param([("cat", SLIGHTLY, 0.9)], [-1], id="overlapping too little"),
        pytest.param([("dog", HERE, 0.9)], [-1], id="another label"),
        pytest.param([("cat", NEAR, 0.9), ("cat", HERE, 0.8)], [0, -1], id="the surer one counts"),
        pytest.param([], [], id="nothing found"),
    ],
)
def test_a_box_is_right_by_label_and_overlap_once(
    items: list[tuple[str, tuple[float, ...], float]], expected: list[int]
) -> None:
    assert match(found(*items), truth(("cat", HERE), ("dog", THERE)), LABELS).tolist() == expected


def test_of_two_true_boxes_the_better_fitting_one_is_found() -> None:
    assert match(found(("cat", HERE, 0.9)), truth(("cat", NEAR), ("cat", HERE)), LABELS).tolist() == [1]


def test_nothing_is_right_where_nothing_is() -> None:
    assert match(found(("cat", HERE, 0.9)), truth(), LABELS).tolist() == [-1]


def test_figures_count_boxes_at_each_labels_best_threshold() -> None:
    figures = evaluated(
        (found(("cat", HERE, 0.9), ("cat", THERE, 0.1)), truth(("cat", HERE))),
        (found(("cat", HERE, 0.8), ("dog", THERE, 0.7)), truth(("cat", HERE), ("cat", THERE))),
        (found(("dog", HERE, 0.9), ("dog", THERE, 0.8)), truth(("dog", HERE), ("dog", THERE))),
    )
    cat, dog = figures.labels
    assert (cat.precision, cat.test_pictures) == (1.0, 2)
    assert cat.recall == pytest.approx(2 / 3)
    assert 0.1 < cat.threshold < 0.8
    assert (dog.precision, dog.recall, dog.test_pictures) == (1.0, 1.0, 1)
    assert 0.7 < dog.threshold < 0.8
    assert figures.f1 == pytest.approx((0.8 + 1.0) / 2)


def test_what_was_not_found_at_all_lowers_the_threshold() -> None:
    scores, is_right = np.array([0.9, 0.9, 0.3, 0.5, 0.5]), np.array([True, True, True, False, False])
    assert assumed_threshold(scores, is_right) > 0.5
    assert assumed_threshold(scores, is_right, missed=4) < 0.3


def test_average_precision_is_the_area_under_precision_by_recall() -> None:
    figures = evaluated(
        (found(("cat", HERE, 0.9), ("cat", THERE, 0.8)), truth(("cat", HERE))),
        (found(("cat", HERE, 0.7)), truth(("cat", HERE))),
        (found(), truth(("cat", HERE))),
    )
    assert figures.average_precision == pytest.approx((1 + 2 / 3) / 3)
    assert figures.average_recall == pytest.approx(2 / 3)


def test_average_recall_knows_no_threshold() -> None:
    figures = evaluated(
        (found(("cat", HERE, 0.9)), truth(("cat", HERE))),
        (found(*[("cat", THERE, 0.5)], ("cat", HERE, 0.05)), truth(("cat", HERE))),
        (found(*[("cat", THERE, 0.4)]), truth(("dog", HERE))),
        (found(*[("cat", THERE, 0.3)]), truth(("dog", HERE))),
    )
    assert figures.labels[0].recall == 0.5
    assert figures.average_recall == pytest.approx((1 + 0) / 2)


def test_a_model_that_finds_nothing_scores_nothing() -> None:
    figures = evaluated((found(), truth(("cat", HERE))))
    assert (figures.f1, figures.average_precision, figures.average_recall) == (0.0, 0.0, 0.0)


def test_the_summary_has_averages_and_no_confusion_matrix() -> None:
    figures = evaluated((found(("cat", HERE, 0.9)), truth(("cat", HERE))))
    summary = figures.summary(version_arn="arn", train=3, test=1, ended=0.0)
    assert summary["AggregatedEvaluationResults"] == {
        "AveragePrecision": 1.0,
        "AverageRecall": 1.0,
        "F1Score": 1.0,
        "Precision": 1.0,
        "Recall": 1.0,
    }
    tested = {item["Label"]: item["NumberOfTestingImages"] for item in summary["LabelEvaluationResults"]}
    assert tested == {"cat": 1, "dog": 0}

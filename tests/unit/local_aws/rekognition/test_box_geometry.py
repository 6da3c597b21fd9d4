"""Rectangles compared with each other."""

from __future__ import annotations

import numpy as np
import pytest

from local_aws.rekognition.box_geometry import no_boxes, overlaps, quarters, surest

WHOLE = [0.0, 0.0, 1.0, 1.0]
LEFT_HALF = [0.0, 0.0, 0.5, 1.0]
RIGHT_HALF = [0.5, 0.0, 1.0, 1.0]


def kept(boxes: list[list[float]], labels: list[int], scores: list[float]) -> list[int]:
    found: list[int] = surest(np.array(boxes), np.array(labels), np.array(scores)).tolist()
    return found


def test_overlap_is_what_is_shared_of_all_that_is_covered() -> None:
    found = overlaps(np.array([WHOLE, LEFT_HALF]), np.array([LEFT_HALF, RIGHT_HALF, [0.25, 0, 0.75, 1]]))
    assert found.tolist() == [[0.5, 0.5, 0.5], [1.0, 0.0, pytest.approx(1 / 3)]]


def test_nothing_overlaps_with_nothing() -> None:
    assert overlaps(no_boxes(), np.array([WHOLE])).shape == (0, 1)


def test_a_boxs_quarters_cover_it() -> None:
    assert quarters(np.array([[0.0, 0.0, 0.4, 0.8]])).tolist() == [
        [0.0, 0.0, 0.2, 0.4],
        [0.2, 0.0, 0.4, 0.4],
        [0.0, 0.4, 0.2, 0.8],
        [0.2, 0.4, 0.4, 0.8],
    ]


def test_boxes_apart_all_stay_the_surest_first() -> None:
    assert kept([LEFT_HALF, RIGHT_HALF], [0, 0], [0.3, 0.9]) == [1, 0]


@pytest.mark.parametrize(
    ("other", "label", "stays"),
    [
        pytest.param([0.0, 0.0, 0.5, 0.9], 0, False, id="nearly the same place"),
        pytest.param([0.0, 0.0, 0.5, 0.9], 1, False, id="nearly the same place, another label"),
        pytest.param([0.25, 0.0, 0.75, 1.0], 0, False, id="a third in common"),
        pytest.param([0.25, 0.0, 0.75, 1.0], 1, True, id="a third in common, another label"),
        pytest.param([0.1, 0.1, 0.3, 0.3], 0, False, id="a part of it"),
        pytest.param([0.1, 0.1, 0.3, 0.3], 1, True, id="another thing on it"),
        pytest.param([0.4, 0.0, 0.9, 1.0], 0, True, id="a little in common"),
    ],
)
def test_an_object_is_found_once(other: list[float], label: int, stays: bool) -> None:
    assert kept([LEFT_HALF, other], [0, label], [0.9, 0.8]) == ([0, 1] if stays else [0])


def test_a_box_that_went_takes_no_other_with_it() -> None:
    boxes = [[0.0, 0, 0.4, 1], [0.2, 0, 0.6, 1], [0.4, 0, 0.8, 1]]
    assert kept(boxes, [0, 0, 0], [0.9, 0.8, 0.7]) == [0, 2]


def test_no_boxes_stay_no_boxes() -> None:
    assert surest(no_boxes(), np.zeros(0, dtype=np.intp), np.zeros(0)).tolist() == []

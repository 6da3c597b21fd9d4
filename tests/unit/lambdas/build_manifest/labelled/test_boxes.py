import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.build_manifest.labelled.boxes import size_from, whole_box
from lambdas.build_manifest.labelled.model import Box, Size

SIDES = st.integers(1, 4096)


@st.composite
def interval(draw: st.DrawFn) -> tuple[int, float, float]:
    """A side of a picture, and where a box begins and ends along it."""
    side = draw(SIDES)
    ends = sorted(draw(st.floats(0, side)) for _ in range(2))
    return side, ends[0], ends[1]


@given(interval(), interval())
def test_a_box_inside_the_picture_is_inside_it_when_rounded(
    across: tuple[int, float, float], down: tuple[int, float, float]
) -> None:
    (wide, left, right), (high, top, bottom) = across, down

    box = whole_box("cat", [left, top, right - left, bottom - top])

    assert box is not None
    assert box.left >= 0 and box.top >= 0 and box.width >= 0 and box.height >= 0
    assert box.left + box.width <= wide and box.top + box.height <= high
    assert abs(box.left - left) <= 0.5 and abs(box.left + box.width - right) <= 0.5 + 1e-6


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 100))
def test_boxes_that_meet_still_meet(left: float, width: float, other: float) -> None:
    one = whole_box("cat", [left, 0, width, 1])
    next_to_it = whole_box("cat", [left + width, 0, other, 1])

    assert one is not None and next_to_it is not None
    assert one.left + one.width == next_to_it.left


@pytest.mark.parametrize(
    "numbers", [[], [1, 2, 3], [1, 2, 3, 4, 5], [1, 2, 3, None], [1, 2, 3, "4"], [1, 2, 3, True]]
)
def test_anything_but_four_numbers_is_no_box(numbers: list[object]) -> None:
    assert whole_box("cat", numbers) is None


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf"), 1e300, 10**400])
def test_nonsense_is_no_number(number: float) -> None:
    assert whole_box("cat", [number, 0, 1, 1]) is None
    assert size_from(number, 1) is None


def test_a_box_outside_the_picture_is_kept_as_it_is_for_preflight_to_tell() -> None:
    assert whole_box("cat", [-5, -0.6, -2, 9000]) == Box("cat", -5, -1, -2, 9000)


def test_a_size_is_of_two_positive_whole_numbers() -> None:
    assert size_from(640, 480.0) == Size(640, 480)
    assert [size_from(*pair) for pair in ((0, 1), (1, -1), (1.5, 1), ("1", 1), (None, None))] == [None] * 5

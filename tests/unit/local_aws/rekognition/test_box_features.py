"""What is measured on boxes."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from local_aws.rekognition.box_features import MeasuredScene
from local_aws.rekognition.box_geometry import no_boxes
from local_aws.rekognition.pictures import Pixels, open_scene, to_pixels
from tests.unit.local_aws.rekognition.boxed import draw_shape
from tests.unit.local_aws.rekognition.drawing import png

OBJECT = (40, 40, 80, 80)


def scene(label: str = "square", ink: tuple[int, int, int] = (20, 20, 20), at: int = 40) -> Pixels:
    picture = Image.new("RGB", (160, 120), "white")
    draw_shape(picture, label, (at, at, at + 40, at + 40), ink)
    return to_pixels(open_scene(png(picture)))


def blocks(
    pixels: Pixels, *boxes: tuple[int, ...]
) -> list[tuple[np.ndarray[tuple[int], np.dtype[np.float32]], ...]]:
    return MeasuredScene.of(pixels).measure(np.array(boxes) / [160, 120, 160, 120])


def apart(first: Pixels, second: Pixels, at: int = 40) -> list[float]:
    """How far the colours, surroundings and shapes of two objects are from each other."""
    [one], [other] = blocks(first, OBJECT), blocks(second, (at, at, at + 40, at + 40))
    return [float(np.abs(left - right).max()) for left, right in zip(one, other, strict=True)]


def test_an_object_measures_the_same_wherever_it_lies() -> None:
    assert apart(scene(), scene(at=60), at=60) == pytest.approx([0, 0, 0], abs=0.02)


def test_another_colour_shows_in_the_colours_alone() -> None:
    colours, _, shape = apart(scene(), scene(ink=(20, 20, 21 + 60)))
    assert colours > 0.5
    assert shape < 0.05


def test_another_shape_shows_in_the_shape() -> None:
    _, _, shape = apart(scene(), scene("circle"))
    assert shape > 0.1


def test_a_box_that_cuts_through_an_object_differs_from_a_tight_one_all_around() -> None:
    tight, shifted = blocks(scene(), OBJECT, (60, 40, 100, 80))
    left, top, right, bottom = tight[1][1:5]
    assert min(left, top, right, bottom) > 1
    assert shifted[1][1] < 0.2
    assert shifted[1][3] < 0.2


def test_a_box_on_even_ground_does_not_stand_out() -> None:
    boxes = np.array([OBJECT, (100, 60, 140, 100), (70, 40, 110, 80)]) / [160, 120, 160, 120]
    assert MeasuredScene.of(scene()).stands_out(boxes).tolist() == [True, False, True]


def test_boxes_that_reach_out_of_the_picture_can_be_measured() -> None:
    [found] = blocks(scene(), (-20, -20, 10, 10))
    assert all(np.isfinite(block).all() for block in found)


def test_no_boxes_have_no_measurements() -> None:
    assert MeasuredScene.of(scene()).measure(no_boxes()) == []

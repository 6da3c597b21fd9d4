"""Where objects are looked for."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from local_aws.rekognition.box_geometry import overlaps
from local_aws.rekognition.pictures import Pixels, open_scene, to_pixels
from local_aws.rekognition.proposals import MAX_WINDOWS, Sizes, box_of_interest, regions, windows
from tests.unit.local_aws.rekognition.boxed import shapes
from tests.unit.local_aws.rekognition.drawing import flat, png


def pixels(picture: Image.Image) -> Pixels:
    return to_pixels(open_scene(png(picture)))


@pytest.mark.parametrize("grain", [0, 15])
def test_what_is_clearly_drawn_has_a_tight_region(grain: float) -> None:
    generator = np.random.default_rng(8)
    for _ in range(10):
        drawing = shapes(generator, grain=grain)
        found = overlaps(drawing.truth.boxes, regions(drawing.pixels)).max(axis=1)
        assert (found > 0.75).all()


def test_parts_that_lie_close_have_a_region_together() -> None:
    picture = Image.new("RGB", (160, 160), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((40, 60, 60, 100), fill="black")
    draw.rectangle((67, 60, 87, 100), fill="black")
    together, alone = np.array([[40, 60, 88, 101]]) / 160, np.array([[40, 60, 61, 101]]) / 160
    found = regions(pixels(picture))
    assert overlaps(together, found).max() > 0.9
    assert overlaps(alone, found).max() > 0.9


def test_an_even_picture_has_no_region_but_itself() -> None:
    assert regions(to_pixels(open_scene(flat("grey")))).tolist() == [[0.0, 0.0, 1.0, 1.0]]


def test_sizes_far_from_what_was_learnt_are_not_looked_at() -> None:
    sizes = Sizes.of(np.array([[0.1, 0.1, 0.3, 0.3], [0.5, 0.5, 0.9, 0.8]]))
    boxes = np.array([[0, 0, 0.1, 0.1], [0, 0, 0.15, 0.15], [0, 0, 0.6, 0.4], [0, 0, 0.7, 0.4]])
    assert sizes.fitting(boxes)[:, 2].tolist() == [0.15, 0.6]


def test_close_ups_teach_proportions_and_no_size() -> None:
    sizes = Sizes.of(np.array([[0.0, 0.0, 0.8, 0.4]])).at_any_scale()
    assert len(sizes.fitting(np.array([[0.0, 0.0, 0.1, 0.05], [0.0, 0.0, 0.8, 0.4]]))) == 2
    assert (sizes.shapes[:, 0] / sizes.shapes[:, 1]).tolist() == pytest.approx([2] * 5)


def test_windows_of_each_shape_cover_the_picture() -> None:
    found = windows(Sizes.of(np.array([[0.0, 0.0, 0.2, 0.2], [0.0, 0.0, 0.5, 0.3]])))
    sides = {(round(width, 6), round(height, 6)) for width, height in found[:, 2:] - found[:, :2]}
    assert sides == {(0.2, 0.2), (0.5, 0.3)}
    assert found.min() == 0
    assert found.max() == pytest.approx(1)
    somewhere = np.array([[0.33, 0.47, 0.53, 0.67]])
    assert overlaps(somewhere, found).max() > 0.6


@pytest.mark.parametrize("side", [0.02, 0.0005])
def test_there_are_not_more_windows_than_can_be_looked_at(side: float) -> None:
    assert 0 < len(windows(Sizes.of(np.array([[0.0, 0.0, side, side]])))) <= MAX_WINDOWS


def test_an_object_that_fills_its_pictures_has_one_window() -> None:
    assert windows(Sizes.of(np.array([[0.0, 0.0, 1.0, 1.0]]))).tolist() == [[0.0, 0.0, 1.0, 1.0]]


def test_what_differs_from_the_border_is_of_interest() -> None:
    picture = Image.new("RGB", (200, 100), "white")
    ImageDraw.Draw(picture).rectangle((50, 20, 149, 69), fill="red")
    box = np.array([[50, 20, 150, 70]]) / np.tile([200, 100], 2)
    assert overlaps(box, box_of_interest(pixels(picture))).item() > 0.9


def test_without_anything_of_interest_the_whole_picture_is() -> None:
    assert box_of_interest(to_pixels(open_scene(flat("grey")))).tolist() == [[0.0, 0.0, 1.0, 1.0]]

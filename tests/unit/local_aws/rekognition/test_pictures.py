"""Pictures as they are opened to look for objects."""

from __future__ import annotations

import pytest
from PIL import Image

from local_aws.rekognition.pictures import open_scene, to_pixels
from tests.unit.local_aws.rekognition.drawing import flat, png


@pytest.mark.parametrize(
    ("size", "opened"),
    [((400, 200), (192, 96)), ((100, 1000), (19, 192)), ((120, 80), (120, 80)), ((64, 64), (64, 64))],
)
def test_a_scene_keeps_its_proportions_and_is_never_enlarged(
    size: tuple[int, int], opened: tuple[int, int]
) -> None:
    height, width, channels = open_scene(png(Image.new("RGB", size))).shape
    assert ((width, height), channels) == (opened, 3)


def test_pixels_go_from_0_to_1() -> None:
    assert to_pixels(open_scene(flat("white"))).max() == 1
    assert to_pixels(open_scene(flat("black"))).max() == 0

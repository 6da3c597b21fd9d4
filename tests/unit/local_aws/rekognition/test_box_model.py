"""How well a dozen pictures with boxes teach to find and name what they show."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from local_aws.rekognition.box_evaluation import BoxEvaluation, evaluate_boxes
from local_aws.rekognition.box_geometry import overlaps
from local_aws.rekognition.box_lessons import TaughtPicture
from local_aws.rekognition.box_model import BoxModel, train_boxes
from local_aws.rekognition.pictures import open_scene, to_pixels
from tests.unit.local_aws.rekognition.boxed import Drawing, random_boxes, shapes
from tests.unit.local_aws.rekognition.drawing import flat, noise

Draw = Callable[[np.random.Generator], Drawing]


def taught(drawings: Sequence[Drawing]) -> BoxModel:
    return train_boxes([TaughtPicture(pixels=each.pixels, truth=each.truth) for each in drawings])


def figures_of(model: BoxModel, drawings: Sequence[Drawing]) -> BoxEvaluation:
    found = [model.find(each.pixels) for each in drawings]
    return evaluate_boxes(model.labels, found, [each.truth for each in drawings])


def learn(draw: Draw, *, count: int = 12, test_count: int = 8, seed: int = 3) -> BoxEvaluation:
    generator = np.random.default_rng(seed)
    model = taught([draw(generator) for _ in range(count)])
    return figures_of(model, [draw(generator) for _ in range(test_count)])


@pytest.fixture(scope="module")
def model() -> BoxModel:
    """Knows red circles, blue squares and green triangles from a dozen pictures."""
    generator = np.random.default_rng(1)
    return taught([shapes(generator, grain=4) for _ in range(12)])


@pytest.mark.parametrize(
    "draw",
    [
        pytest.param(shapes, id="on plain ground"),
        pytest.param(lambda generator: shapes(generator, grain=12), id="on grained ground"),
        pytest.param(lambda generator: shapes(generator, grain=6, ink=(30, 30, 40)), id="by shape alone"),
        pytest.param(lambda generator: shapes(generator, size=(256, 180), grain=6), id="in wide pictures"),
    ],
)
def test_a_dozen_pictures_are_enough(draw: Draw) -> None:
    found = learn(draw)
    assert found.f1 >= 0.9
    assert found.average_precision >= 0.9
    assert found.average_recall >= 0.9


def test_new_objects_are_found_in_their_places(model: BoxModel) -> None:
    generator = np.random.default_rng(50)
    for _ in range(8):
        drawing = shapes(generator, grain=4)
        found = model.find(drawing.pixels)
        sure = found.scores >= 0.5
        names = sorted(model.labels[column] for column in found.labels[sure])
        assert names == sorted(drawing.truth.labels)
        assert (overlaps(drawing.truth.boxes, found.boxes[sure]).max(axis=1) >= 0.5).all()


@pytest.mark.parametrize("colour", ["white", "grey", "lightblue", "darkgreen"])
def test_a_picture_on_which_nothing_stands_out_shows_nothing(model: BoxModel, colour: str) -> None:
    assert len(model.find(to_pixels(open_scene(flat(colour, side=128)))).scores) == 0


def test_a_model_that_learnt_nothing_finds_nothing_on_even_ground() -> None:
    generator = np.random.default_rng(3)
    model = taught([random_boxes(generator) for _ in range(6)])
    assert len(model.find(to_pixels(open_scene(flat("grey", side=128)))).scores) == 0


def test_a_grained_ground_shows_nothing(model: BoxModel) -> None:
    generator = np.random.default_rng(9)
    light = np.clip(generator.normal(0.8, 0.03, (128, 128, 3)), 0, 1).astype(np.float32)
    assert (model.find(light).scores < 0.3).all()


@pytest.mark.parametrize("seed", range(2))
def test_random_boxes_teach_nothing(seed: int) -> None:
    found = learn(random_boxes, count=8, seed=seed)
    assert found.f1 < 0.4


def test_the_background_is_no_label_of_the_model() -> None:
    generator = np.random.default_rng(6)
    model = taught([shapes(generator, labels=["circle"], grain=4) for _ in range(6)])
    assert model.labels == ("circle",)
    figures = figures_of(model, [shapes(generator, labels=["circle"], grain=4) for _ in range(6)])
    assert figures.f1 >= 0.9


def test_the_same_pictures_give_the_same_model() -> None:
    generator = np.random.default_rng(2)
    drawings = [shapes(generator) for _ in range(4)]
    new = shapes(generator).pixels
    first, second = taught(drawings).find(new), taught(drawings).find(new)
    assert (first.scores == second.scores).all()
    assert (first.boxes == second.boxes).all()


def test_pictures_of_noise_can_be_looked_at(model: BoxModel) -> None:
    found = model.find(to_pixels(open_scene(noise(np.random.default_rng(1)))))
    assert found.boxes.shape == (len(found.scores), 4)

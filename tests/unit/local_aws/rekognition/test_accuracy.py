"""How well a dozen pictures a label teach the classifier, on the kinds of data that people train on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from local_aws.rekognition.classifier import Blocks, train
from local_aws.rekognition.evaluation import evaluate
from local_aws.rekognition.features import measure
from local_aws.rekognition.pictures import open_picture
from tests.unit.local_aws.rekognition.drawing import digits, flat, logo, noise, texture

TRAIN, TEST, NEW = 12, 3, 5
Draw = Callable[[np.random.Generator], list[list[bytes]]]
"""Draws TRAIN + TEST + NEW pictures for each label."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """How a model did."""

    f1: float
    returned: float
    """Share of new pictures whose label is returned at the default confidence."""
    returned_at_70: float
    wrong: float
    """Wrong labels returned for a new picture, on average."""


def blocks(content: bytes) -> Blocks:
    return measure(open_picture(content))


def learn(by_label: list[list[bytes]], *, train_count: int = TRAIN, test_count: int = TEST) -> Result:
    sides: list[list[tuple[Blocks, frozenset[str]]]] = [[], [], []]
    for number, files in enumerate(by_label):
        for index, content in enumerate(files):
            side = 0 if index < train_count else 1 if index < train_count + test_count else 2
            sides[side].append((blocks(content), frozenset({str(number)})))
    model = train([item for item, _ in sides[0]], [truth for _, truth in sides[0]])
    found = evaluate(
        model.labels, model.confidences([item for item, _ in sides[1]]), [truth for _, truth in sides[1]]
    )
    confidences = model.confidences([item for item, _ in sides[2]])
    is_true = np.array([[label in truth for label in model.labels] for _, truth in sides[2]], dtype=bool)
    is_true = is_true.reshape(confidences.shape)
    reached = confidences >= np.array([found.thresholds[label] for label in model.labels])
    return Result(
        f1=found.f1,
        returned=float(reached[is_true].mean()) if is_true.any() else 0.0,
        returned_at_70=float((confidences >= 0.7)[is_true].mean()) if is_true.any() else 0.0,
        wrong=float((reached & ~is_true).sum() / max(1, len(is_true))),
    )


def draw_digits(generator: np.random.Generator) -> list[list[bytes]]:
    return [digits(digit, TRAIN + TEST + NEW, generator) for digit in range(10)]


def draw_logos(generator: np.random.Generator) -> list[list[bytes]]:
    shapes = ("disc", "triangle", "ring", "cross")
    return [[logo(shape, generator) for _ in range(TRAIN + TEST + NEW)] for shape in shapes]


def draw_textures(generator: np.random.Generator) -> list[list[bytes]]:
    kinds = ("lying", "standing", "wide", "checks")
    return [[texture(kind, generator) for _ in range(TRAIN + TEST + NEW)] for kind in kinds]


@pytest.mark.parametrize(
    ("draw", "least_f1", "least_returned"),
    [(draw_digits, 0.85, 0.75), (draw_logos, 0.85, 0.8), (draw_textures, 0.95, 0.95)],
    ids=["handwritten digits", "logos anywhere on busy backgrounds", "textures"],
)
def test_a_dozen_pictures_a_label_are_enough(draw: Draw, least_f1: float, least_returned: float) -> None:
    result = learn(draw(np.random.default_rng(3)))
    assert result.f1 >= least_f1
    assert result.returned >= least_returned
    assert result.returned_at_70 >= 0.65
    assert result.wrong <= 0.2


def test_plain_coloured_squares_are_told_apart() -> None:
    colours = (("darkred", "red", "tomato", "crimson"), ("navy", "blue", "royalblue", "mediumblue"))
    result = learn(
        [[flat(colour, side) for side in (64, 80) for colour in shades] for shades in colours],
        train_count=5,
        test_count=2,
    )
    assert result == Result(f1=1.0, returned=1.0, returned_at_70=1.0, wrong=0.0)


@pytest.mark.parametrize("seed", range(5))
def test_pure_noise_teaches_nothing(seed: int) -> None:
    generator = np.random.default_rng(seed)
    result = learn([[noise(generator) for _ in range(40)] for _ in range(2)], train_count=32, test_count=8)
    assert result.f1 < 0.8


def test_the_same_pictures_give_the_same_model() -> None:
    generator = np.random.default_rng(1)
    pictures = [blocks(texture(kind, generator)) for kind in ("lying", "standing") for _ in range(4)]
    truths = [frozenset({label}) for label in "ab" for _ in range(4)]
    first, second = train(pictures, truths), train(pictures, truths)
    assert (first.confidences(pictures) == second.confidences(pictures)).all()


def test_identical_pictures_of_two_labels_are_told_apart_by_nobody() -> None:
    picture = blocks(texture("lying", np.random.default_rng(1)))
    model = train([picture] * 8, [frozenset({label}) for label in "ab" * 4])
    assert model.confidences([picture])[0] == pytest.approx([0.5, 0.5], abs=0.05)


def test_a_label_with_a_single_picture_is_learnt() -> None:
    generator = np.random.default_rng(2)
    kinds = ["lying"] * 6 + ["standing"] * 6 + ["checks"]
    pictures = [blocks(texture(kind, generator)) for kind in kinds]
    model = train(pictures, [frozenset({kind}) for kind in kinds])
    confidences = model.confidences([blocks(texture("checks", generator))])[0]
    assert model.labels[int(confidences.argmax())] == "checks"

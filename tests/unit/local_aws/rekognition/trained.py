"""Datasets of coloured pictures, which are quick to draw and to learn."""

from __future__ import annotations

import numpy as np

from tests.unit.local_aws.rekognition.drawing import tinted
from tests.unit.local_aws.rekognition.fakes import Lab, line

COLOURS = {"red": (200, 40, 40), "green": (40, 170, 40), "blue": (40, 40, 200)}


def pictures(lab: Lab, *, count: int, side: str, labels: tuple[str, ...] = ("red", "blue")) -> list[str]:
    """Put that many pictures of each colour into the bucket; gives their manifest lines."""
    lines = []
    for label in labels:
        for number in range(count):
            key = f"{side}/{label}/{number}.png"
            seed = sum(map(ord, key)) * 1000 + number
            lab.store.put(key, tinted(COLOURS[label], np.random.default_rng(seed)))
            lines.append(line(key, label))
    return lines


def ready_project(lab: Lab, name: str = "birds") -> str:
    """A project whose datasets hold red and blue pictures: 6 and 2 of each."""
    project = lab.project(name)
    lab.dataset(project, "TRAIN", *pictures(lab, count=6, side="train"))
    lab.dataset(project, "TEST", *pictures(lab, count=2, side="test"))
    return project


def trained_version(lab: Lab, project: str, name: str = "v1") -> str:
    """A model of that project, TRAINING_COMPLETED."""
    arn = lab.train(project, name)
    lab.time.pass_seconds(600)
    assert lab.describe_version(project, name)["Status"] == "TRAINING_COMPLETED"
    return arn

"""Labelled pictures for tests: each one different, a label's alike, as small as Custom Labels allows."""

from __future__ import annotations

import hashlib
import io
import itertools
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw

SIDE = 64
COLOURS = {
    "apple": (200, 30, 30),
    "pear": (40, 170, 60),
    "plum": (90, 40, 150),
    "lemon": (230, 220, 40),
    "peach": (250, 150, 110),
    "berry": (30, 60, 220),
}
# Up to this MD5 of their content pictures test a model, those above train it (design of the split).
_LAST_TEST_MD5 = "3" * 32


def fruit(label: str, index: int) -> bytes:
    """A coloured disc somewhere on a noisy background; easy to tell apart by colour."""
    random = np.random.default_rng([sum(label.encode()), index])
    picture = Image.fromarray(random.integers(90, 130, (SIDE, SIDE, 3), dtype=np.uint8), "RGB")
    left, top = (int(value) for value in random.integers(4, 24, 2))
    ImageDraw.Draw(picture).ellipse((left, top, left + 34, top + 34), fill=COLOURS[label])
    return png(picture)


def fruits_on_side(
    shown: str, *, under: str, train: int = 0, test: int = 0, first: int = 1000
) -> Iterator[tuple[str, bytes]]:
    """The same as `fruits` of one kind, labelled `under` a name that may be another's: so many that train a
    model, and so many that test it."""
    for index in itertools.count(first):
        if not train and not test:
            return
        content = fruit(shown, index)
        tests = hashlib.md5(content, usedforsecurity=False).hexdigest() <= _LAST_TEST_MD5
        if test if tests else train:
            test, train = test - tests, train - (not tests)
            yield f"{under}/{shown}-{index}.png", content


def noise(label: str, index: int) -> bytes:
    """Pixels drawn by chance: nothing tells the labels apart."""
    random = np.random.default_rng([sum(label.encode()), index])
    return png(Image.fromarray(random.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8), "RGB"))


def broken(label: str, count: int) -> Iterator[tuple[str, bytes]]:
    """The same of pictures that are cut off behind a sound header: only who opens them finds out."""
    for index in range(count):
        yield f"{label}/broken-{index:03}.png", fruit(label, 500 + index)[:200]


def fakes(label: str, count: int) -> Iterator[tuple[str, bytes]]:
    """The same of files that are called pictures and are none, as their first bytes tell."""
    for index in range(count):
        yield f"{label}/fake-{index:03}.png", f"This is no picture: {label} {index}.".encode()


def png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def fruits(labels: tuple[str, ...], count: int, *, first: int = 0) -> Iterator[tuple[str, bytes]]:
    """(key below the images prefix, content) for `count` pictures of each label."""
    for label in labels:
        for index in range(first, first + count):
            yield f"{label}/{index:03}.png", fruit(label, index)


def noises(labels: tuple[str, ...], count: int) -> Iterator[tuple[str, bytes]]:
    """The same of pictures that no model tells apart."""
    for label in labels:
        for index in range(count):
            yield f"{label}/{index:03}.png", noise(label, index)

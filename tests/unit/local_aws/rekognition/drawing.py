"""Pictures of the kinds that people train on, drawn for tests."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from sklearn.datasets import load_digits

SIDE = 160


def png(picture: Image.Image) -> bytes:
    """The picture as a PNG file."""
    content = io.BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


def flat(colour: str, side: int = 64) -> bytes:
    """One colour all over."""
    return png(Image.new("RGB", (side, side), colour))


def tinted(colour: tuple[int, int, int], generator: np.random.Generator) -> bytes:
    """A colour with grain, so that no two files are alike."""
    grain = np.array(colour) + generator.normal(0, 20, (64, 64, 3))
    return png(Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8)))


def noise(generator: np.random.Generator) -> bytes:
    """Nothing to learn from."""
    return png(Image.fromarray(generator.integers(0, 256, (80, 80, 3)).astype(np.uint8)))


def digits(digit: int, count: int, generator: np.random.Generator, side: int = 64) -> list[bytes]:
    """Handwritten digits of scikit-learn, drawn at `side` pixels."""
    data = load_digits()
    chosen = generator.permutation(np.flatnonzero(data.target == digit))[:count]
    inks = (255 - data.images[chosen] * 255 / 16).astype(np.uint8)
    return [png(Image.fromarray(ink).resize((side, side), Image.Resampling.BICUBIC)) for ink in inks]


def background(generator: np.random.Generator) -> Image.Image:
    """Soft blobs of light colours."""
    picture = Image.new("RGB", (SIDE, SIDE), tuple(int(v) for v in generator.integers(120, 256, 3)))
    draw = ImageDraw.Draw(picture)
    for _ in range(5):
        x, y, radius = (int(v) for v in generator.integers((0, 0, 10), (SIDE, SIDE, 40)))
        colour = tuple(int(v) for v in generator.integers(110, 256, 3))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    return picture.filter(ImageFilter.GaussianBlur(8))


def logo(shape: str, generator: np.random.Generator) -> bytes:
    """A dark shape of any size, anywhere on a busy background."""
    picture = background(generator)
    draw = ImageDraw.Draw(picture)
    size = int(generator.integers(45, 80))
    x, y = (int(v) for v in generator.integers(4, SIDE - size - 4, 2))
    box, ink = (x, y, x + size, y + size), (20, 20, 30)
    if shape == "disc":
        draw.ellipse(box, fill=ink)
    elif shape == "triangle":
        draw.polygon([(x, y + size), (x + size // 2, y), (x + size, y + size)], fill=ink)
    elif shape == "ring":
        draw.ellipse(box, outline=ink, width=size // 6)
    else:
        arm = size // 3
        draw.rectangle((x + arm, y, x + 2 * arm, y + size), fill=ink)
        draw.rectangle((x, y + arm, x + size, y + 2 * arm), fill=ink)
    return png(picture)


def texture(kind: str, generator: np.random.Generator) -> bytes:
    """A pattern at any phase and contrast."""
    across, down = np.meshgrid(np.arange(128), np.arange(128))
    phase = generator.uniform(0, 2 * np.pi)
    waves = {
        "lying": np.sin(2 * np.pi * down / 8 + phase),
        "standing": np.sin(2 * np.pi * across / 8 + phase),
        "wide": np.sin(2 * np.pi * down / 16 + phase),
        "checks": np.sign(np.sin(2 * np.pi * across / 16 + phase) * np.sin(2 * np.pi * down / 16 + phase)),
    }
    dark, bright = generator.integers(0, 90), generator.integers(150, 255)
    light = dark + (bright - dark) * (waves[kind] + 1) / 2 + generator.normal(0, 8, (128, 128))
    return png(Image.fromarray(np.clip(light, 0, 255).astype(np.uint8)))

"""Real pictures for the demo: handwritten digits, drawn large enough for Custom Labels.

scikit-learn bundles 1,797 of them (UCI, "Optical Recognition of Handwritten Digits"), 8 x 8 pixels
in 17 greys. Custom Labels takes pictures from 64 x 64 pixels (facts: "Guidelines and quotas").
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

PIXELS = 96
BRIGHTEST = 16
"""The darkest ink in the data set."""


@dataclass(frozen=True, kw_only=True)
class Digit:
    """One handwritten digit: what it is, which it is, and its picture."""

    label: str
    number: int
    png: bytes

    @property
    def file_name(self) -> str:
        """Unique among the digits."""
        return f"digit-{self.number:04}.png"


def draw(pixels: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> bytes:
    """Draw dark ink on white paper, smoothly enlarged."""
    grey = np.asarray(255 - pixels / BRIGHTEST * 255, dtype=np.uint8)
    picture = Image.fromarray(grey).resize((PIXELS, PIXELS), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    picture.save(file, format="PNG")
    return file.getvalue()


def digits(*, per_label: int, skip: int = 0) -> Iterator[Digit]:
    """Give `per_label` pictures of each of the ten digits, after leaving out the first `skip` of each."""
    from sklearn.datasets import load_digits  # noqa: PLC0415 - seconds, which a command spends later

    bundled = load_digits()
    seen: dict[str, int] = defaultdict(int)
    for number, (pixels, target) in enumerate(zip(bundled.images, bundled.target, strict=True)):
        label = str(target)
        seen[label] += 1
        if skip < seen[label] <= skip + per_label:
            yield Digit(label=label, number=number, png=draw(pixels))

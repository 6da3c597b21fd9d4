"""Opening pictures within the service's limits."""

from __future__ import annotations

import io
import warnings
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from local_aws.rekognition import quotas

FORMATS: Final = ("PNG", "JPEG")
SIDE: Final = 128
"""Pixels to which both sides are brought before anything is measured."""

Pixels = npt.NDArray[np.float32]
"""Height x width x 3, from 0 to 1."""


class PictureFormatError(Exception):
    """Neither PNG nor JPEG, or broken."""


class PictureSizeError(Exception):
    """Outside 64 to 4096 pixels a side, or more than 20 times longer than wide."""

    def __init__(self, message: str, *, is_too_large: bool) -> None:
        super().__init__(message)
        self.is_too_large = is_too_large


def open_picture(content: bytes) -> Pixels:
    """The picture's pixels at the size features are measured at. Transparency shows white.

    Raises PictureFormatError or PictureSizeError (Custom Labels guide, "Guidelines and quotas").
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                _check_size(*picture.size)
                picture.draft("RGB", (2 * SIDE, 2 * SIDE))
                return _to_pixels(picture)
    except PictureSizeError:
        raise
    except Exception as error:  # Pillow's decoders raise whatever a broken file makes them raise
        raise PictureFormatError(f"not a readable PNG or JPEG picture: {error}") from error


def _check_size(width: int, height: int) -> None:
    shorter, longer = sorted((width, height))
    if (
        shorter < quotas.MIN_IMAGE_SIDE
        or longer > quotas.MAX_IMAGE_SIDE
        or longer > quotas.MAX_ASPECT_RATIO * shorter
    ):
        raise PictureSizeError(
            f"{width} x {height} pixels; allowed are {quotas.MIN_IMAGE_SIDE} to {quotas.MAX_IMAGE_SIDE} "
            f"a side and a ratio of at most {quotas.MAX_ASPECT_RATIO:g}:1",
            is_too_large=longer > quotas.MAX_IMAGE_SIDE,
        )


def _to_pixels(picture: Image.Image) -> Pixels:
    if "A" in picture.getbands() or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        opaque = Image.new("RGBA", layered.size, "white")
        opaque.alpha_composite(layered)
        picture = opaque
    elif picture.mode.startswith("I"):  # 16 bits a pixel, which convert() would clip instead of scale
        picture = Image.fromarray((np.asarray(picture, dtype=np.float32) / 256).astype(np.uint8))
    small = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.asarray(small, dtype=np.float32) / np.float32(255)

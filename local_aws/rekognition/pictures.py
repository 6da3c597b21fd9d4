"""Opening pictures within the service's limits."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from local_aws.rekognition import quotas

FORMATS: Final = ("PNG", "JPEG")
SIDE: Final = 128
"""Pixels to which both sides are brought before anything is measured."""
SCENE_SIDE: Final = 192
"""Pixels to which the longer side is brought at most where objects are looked for."""

Pixels = npt.NDArray[np.float32]
"""Height x width x 3, from 0 to 1."""
Size = tuple[int, int]
"""Width and height."""
Scene = npt.NDArray[np.uint8]
"""Height x width x 3: a picture in its own proportions, held small."""


class PictureFormatError(Exception):
    """Neither PNG nor JPEG, or broken."""


class PictureSizeError(Exception):
    """Outside 64 to 4096 pixels a side, or more than 20 times longer than wide."""

    def __init__(self, message: str, *, is_too_large: bool) -> None:
        super().__init__(message)
        self.is_too_large = is_too_large


class PictureSideError(PictureSizeError):
    """A side is too short or too long; manifests tell it by a code of its own where there are boxes."""


def open_picture(content: bytes) -> Pixels:
    """The picture's pixels at the size features are measured at. Transparency shows white.

    Raises PictureFormatError or PictureSizeError (Custom Labels guide, "Guidelines and quotas").
    """
    return to_pixels(_open(content, lambda size: (SIDE, SIDE), draft_side=2 * SIDE))


def open_scene(content: bytes) -> Scene:
    """The picture in its own proportions, for where things lie in it. Otherwise as `open_picture`."""
    return _open(content, _scene_size, draft_side=2 * SCENE_SIDE)


def to_pixels(scene: Scene) -> Pixels:
    """The same from 0 to 1."""
    return np.asarray(scene, dtype=np.float32) / np.float32(255)


def _scene_size(size: Size) -> Size:
    scale = min(1.0, SCENE_SIDE / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _open(content: bytes, resized: Callable[[Size], Size], *, draft_side: int) -> Scene:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                _check_size(*picture.size)
                size = resized(picture.size)
                picture.draft("RGB", (draft_side, draft_side))
                return _to_scene(picture, size)
    except PictureSizeError:
        raise
    except Exception as error:  # Pillow's decoders raise whatever a broken file makes them raise
        raise PictureFormatError(f"not a readable PNG or JPEG picture: {error}") from error


def _check_size(width: int, height: int) -> None:
    shorter, longer = sorted((width, height))
    is_side_wrong = shorter < quotas.MIN_IMAGE_SIDE or longer > quotas.MAX_IMAGE_SIDE
    if is_side_wrong or longer > quotas.MAX_ASPECT_RATIO * shorter:
        kind = PictureSideError if is_side_wrong else PictureSizeError
        raise kind(
            f"{width} x {height} pixels; allowed are {quotas.MIN_IMAGE_SIDE} to {quotas.MAX_IMAGE_SIDE} "
            f"a side and a ratio of at most {quotas.MAX_ASPECT_RATIO:g}:1",
            is_too_large=longer > quotas.MAX_IMAGE_SIDE,
        )


def _to_scene(picture: Image.Image, size: Size) -> Scene:
    if "A" in picture.getbands() or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        opaque = Image.new("RGBA", layered.size, "white")
        opaque.alpha_composite(layered)
        picture = opaque
    elif picture.mode.startswith("I"):  # 16 bits a pixel, which convert() would clip instead of scale
        picture = Image.fromarray((np.asarray(picture, dtype=np.float32) / 256).astype(np.uint8))
    return np.asarray(picture.convert("RGB").resize(size, Image.Resampling.BILINEAR))

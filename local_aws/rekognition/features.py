"""What is measured on a picture: its colours, textures, and the shape of what stands out in it.

Three blocks, each told apart by something else: `colours` is deaf to shape, `texture` (a bank of Gabor
filters, pooled over the whole picture) to position, `shape` (histograms of oriented gradients) looks at the
box around what differs from the border, so it follows an object to wherever it lies.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.fft
from PIL import Image

from local_aws.rekognition.pictures import SIDE, Pixels

Vector = npt.NDArray[np.float32]
Plane = npt.NDArray[np.float32]

LEVELS: Final = 5
"""Steps per colour channel in the colour histogram."""
HUES: Final = 16
SCALES: Final = 4
ORIENTATIONS: Final = 8
SHAPE_SIDE: Final = 32
SHAPE_BINS: Final = 9


def measure(pixels: Pixels) -> tuple[Vector, ...]:
    """The picture's three blocks."""
    light = pixels.mean(axis=2)
    return _colours(pixels), _texture(light), _shape(pixels, light)


def _colours(every_pixel: Pixels) -> Vector:
    pixels = every_pixel[::2, ::2]
    steps = np.minimum((pixels * LEVELS).astype(np.intp), LEVELS - 1)
    index = (steps[..., 0] * LEVELS + steps[..., 1]) * LEVELS + steps[..., 2]
    shares = np.bincount(index.ravel(), minlength=LEVELS**3) / index.size
    saturation = pixels.max(axis=2) - pixels.min(axis=2)
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    angle = np.arctan2(np.sqrt(3) * (green - blue), 2 * red - green - blue)
    hue = ((angle + np.pi) / (2 * np.pi) * HUES).astype(np.intp) % HUES
    vivid = np.where(saturation > 0.15, saturation, 0)
    hues = np.bincount(hue.ravel(), weights=vivid.ravel(), minlength=HUES) / hue.size
    moments = np.concatenate([pixels.mean(axis=(0, 1)), pixels.std(axis=(0, 1))])
    # Square roots, so that a small patch of a colour counts and a large one does not drown it.
    return np.concatenate([np.sqrt(shares), 2 * np.sqrt(hues), moments]).astype(np.float32)


@cache
def _gabor_bank(side: int, first_scale: int, last_scale: int) -> npt.NDArray[np.float32]:
    """Band-pass filters in the frequency domain: octaves times directions. Scale 0 is the finest."""
    frequency = np.fft.fftfreq(side, d=SIDE / side)
    down, across = np.meshgrid(frequency, frequency, indexing="ij")
    radius, direction = np.hypot(across, down) + 1e-9, np.arctan2(down, across)
    filters = []
    for scale in range(first_scale, last_scale + 1):
        ring = np.exp(-((np.log(radius * 2**scale / 0.35) / np.log(1.7)) ** 2))
        for step in range(ORIENTATIONS):
            off = np.angle(np.exp(1j * (direction - np.pi * step / ORIENTATIONS)))
            filters.append(ring * np.exp(-((off * ORIENTATIONS / np.pi / 0.8) ** 2) / 2))
    return np.array(filters, dtype=np.float32)


def _texture(light: Plane) -> Vector:
    spectrum = scipy.fft.fft2(light - light.mean())
    # Coarse filters pass low frequencies only, so half the pixels carry all of their response.
    low = np.r_[: SIDE // 4, -SIDE // 4 : 0]
    figures = np.concatenate(
        [_responses(spectrum, 0, 1), _responses(spectrum[np.ix_(low, low)] / 4, 2, SCALES - 1)], axis=1
    )
    mean, spread, strongest = figures
    energy = np.sqrt((mean**2).sum()) + 1e-4
    floor = mean + 1e-3
    parts = [np.log(floor), spread / floor, strongest / floor, 3 * mean / energy]
    return np.concatenate(parts).astype(np.float32)


def _responses(spectrum: npt.NDArray[np.complex64], first_scale: int, last_scale: int) -> Plane:
    """Mean, spread and mean of the strongest 2 % of each filter's response over the picture."""
    bank = _gabor_bank(len(spectrum), first_scale, last_scale)
    planes = np.abs(scipy.fft.ifft2(spectrum[None] * bank)).reshape(len(bank), -1)
    top = planes.shape[1] // 50
    strongest = np.partition(planes, -top, axis=1)[:, -top:].mean(axis=1)
    return np.array([planes.mean(axis=1), planes.std(axis=1), strongest])


def _shape(pixels: Pixels, light: Plane) -> Vector:
    top, left, bottom, right = _box_of_interest(pixels)
    padded = np.pad(light, SIDE, mode="edge")
    cut = Image.fromarray(padded).crop((left + SIDE, top + SIDE, right + SIDE, bottom + SIDE))
    small = np.asarray(cut.resize((SHAPE_SIDE, SHAPE_SIDE), Image.Resampling.BILINEAR))
    return np.concatenate([_oriented_gradients(small, 4), _oriented_gradients(small, 8)])


def _box_of_interest(pixels: Pixels) -> tuple[int, int, int, int]:
    """Top, left, bottom, right of a square around what differs from the border, with a margin."""
    border = np.concatenate(
        [edge.reshape(-1, 3) for edge in (pixels[:4], pixels[-4:], pixels[:, :4], pixels[:, -4:])]
    )
    ground = np.median(border, axis=0)
    unlike = np.sqrt(((pixels - ground) ** 2).sum(axis=2))
    usual = np.quantile(np.sqrt(((border - ground) ** 2).sum(axis=1)), 0.9)
    weight = np.where(unlike > max(1.5 * usual, 0.25 * unlike.max()), unlike, 0)
    if weight.sum() < 20:
        return 0, 0, SIDE, SIDE
    rows, columns = weight.sum(axis=1).cumsum(), weight.sum(axis=0).cumsum()
    first_row, last_row = np.searchsorted(rows / rows[-1], [0.01, 0.99])
    first_column, last_column = np.searchsorted(columns / columns[-1], [0.01, 0.99])
    half = max(last_row - first_row, last_column - first_column) / 2 * 1.15 + 4
    middle_row, middle_column = (first_row + last_row) / 2, (first_column + last_column) / 2
    box = (middle_row - half, middle_column - half, middle_row + half, middle_column + half)
    return int(box[0]), int(box[1]), int(box[2]), int(box[3])


def _oriented_gradients(light: Plane, cells: int) -> Vector:
    down, across = np.gradient(light)
    strength = np.hypot(across, down)
    angle = (np.arctan2(down, across) % np.pi) / np.pi * SHAPE_BINS
    lower = np.floor(angle).astype(np.intp)
    share = angle - lower
    row, column = np.indices(light.shape) * cells // len(light)
    cell = (row * cells + column) * SHAPE_BINS
    size = cells * cells * SHAPE_BINS
    counts = np.bincount((cell + lower % SHAPE_BINS).ravel(), (strength * (1 - share)).ravel(), size)
    counts += np.bincount((cell + (lower + 1) % SHAPE_BINS).ravel(), (strength * share).ravel(), size)
    return np.asarray(np.sqrt(counts / (counts.sum() + 1e-3)), dtype=np.float32)

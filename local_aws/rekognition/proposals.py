"""Where in a picture an object may lie: what hangs together in colour, and windows of the sizes learnt.

The first kind finds what is clearly drawn, and finds it tightly; the second also looks where nothing hangs
together, at the price of boxes that fit less well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from local_aws.rekognition.box_geometry import Boxes, no_boxes
from local_aws.rekognition.pictures import Pixels

Mask = npt.NDArray[np.bool_]

COLOURS = (3, 8)
"""Numbers of colours that a picture is brought down to, to see what hangs together."""
GAPS = (0, 7)
"""Pixels that parts of one object may lie apart."""
REGIONS_PER_MASK = 25
SHAPES = 6
"""Kinds of windows at most."""
STRIDE = 0.25
"""Share of its side by which a window is moved."""
MAX_WINDOWS = 1500
SIZE_REACH = 1.6
"""How many times larger or smaller than the largest or smallest learnt an object may be."""
SCALES = (1.0, 0.6, 0.4, 0.25, 0.15)
"""How large an object known from close-ups may be elsewhere, beside its size there."""
LEAST_SIDE = 4
"""Pixels."""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How large the learnt objects are, as shares of their pictures."""

    shapes: npt.NDArray[np.float64]
    """A few widths and heights that stand for all."""
    smallest: npt.NDArray[np.float64]
    largest: npt.NDArray[np.float64]

    @classmethod
    def of(cls, boxes: Boxes) -> Sizes:
        """Learnt from training boxes. The shapes are those farthest from each other, from the middle on."""
        sides = np.log(np.maximum(boxes[:, 2:] - boxes[:, :2], 1e-3))
        chosen = [np.abs(sides - np.median(sides, axis=0)).sum(axis=1).argmin()]
        while len(chosen) < min(SHAPES, len(sides)):
            apart = np.abs(sides[:, None] - sides[chosen][None]).sum(axis=2).min(axis=1)
            if apart.max() < 0.2:
                break
            chosen.append(apart.argmax())
        return cls(
            shapes=np.exp(sides[chosen]),
            smallest=np.exp(sides.min(axis=0)),
            largest=np.exp(sides.max(axis=0)),
        )

    def at_any_scale(self) -> Sizes:
        """The same objects farther away: what close-ups teach about sizes is their proportions only."""
        shapes = np.concatenate([self.shapes * scale for scale in SCALES])
        return Sizes(shapes=shapes, smallest=self.smallest * SCALES[-1], largest=self.largest)

    def fitting(self, boxes: Boxes) -> Boxes:
        """Boxes about as large as what was learnt."""
        sides = boxes[:, 2:] - boxes[:, :2]
        fits = (sides * SIZE_REACH >= self.smallest) & (sides <= self.largest * SIZE_REACH)
        return boxes[fits.all(axis=1)]


def windows(sizes: Sizes) -> Boxes:
    """A grid of windows for each shape; coarser when there would be too many."""
    shapes, stride = np.minimum(sizes.shapes, 1), STRIDE
    while (steps := _steps(shapes, stride)).prod(axis=1).sum() > MAX_WINDOWS:
        stride *= 1.2
    return np.concatenate([_grid(*pair) for pair in zip(shapes, steps.astype(np.intp), strict=True)])


def _steps(shapes: npt.NDArray[np.float64], stride: float) -> npt.NDArray[np.float64]:
    """How many places of each shape there are across and down."""
    return np.asarray(1 + np.ceil((1 - shapes) / (stride * shapes)))


def _grid(shape: npt.NDArray[np.float64], steps: npt.NDArray[np.intp]) -> Boxes:
    left, top = np.meshgrid(
        *(np.linspace(0, 1 - side, count) for side, count in zip(shape, steps, strict=True))
    )
    corner = np.stack([left.ravel(), top.ravel()], axis=1)
    return np.hstack([corner, corner + shape])


def regions(pixels: Pixels) -> Boxes:
    """Boxes around what hangs together, each once."""
    height, width = pixels.shape[:2]
    smooth = np.asarray(ndimage.gaussian_filter(pixels, (1.2, 1.2, 0)), dtype=np.float32)
    masks = [_unlike_ground(smooth), *_layers(smooth)]
    found = [box for mask in masks for gap in GAPS for box in _parts(mask, gap)]
    if not found:
        return no_boxes()
    distinct = np.unique(np.array(found, dtype=np.float64), axis=0)
    return np.asarray(distinct / np.array([width, height, width, height]))


def box_of_interest(pixels: Pixels) -> Boxes:
    """One box around all that differs from the border; the whole picture when nothing does."""
    smooth = np.asarray(ndimage.gaussian_filter(pixels, (1.2, 1.2, 0)), dtype=np.float32)
    mask = _unlike_ground(smooth)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if len(rows) < LEAST_SIDE or len(columns) < LEAST_SIDE:
        return np.array([[0.0, 0.0, 1.0, 1.0]])
    height, width = mask.shape
    box = [columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height]
    return np.array([box])


def _unlike_ground(pixels: Pixels) -> Mask:
    """What differs from the border's usual colour by more than the border itself does."""
    border = np.concatenate(
        [edge.reshape(-1, 3) for edge in (pixels[:3], pixels[-3:], pixels[:, :3], pixels[:, -3:])]
    )
    ground = np.median(border, axis=0)
    unlike = np.linalg.norm(pixels - ground, axis=2)
    usual = float(np.quantile(np.linalg.norm(border - ground, axis=1), 0.75))
    return np.asarray(unlike > max(0.08, 2.5 * usual, 0.35 * float(unlike.max())))


def _layers(pixels: Pixels) -> Iterator[Mask]:
    picture = Image.fromarray(np.clip(pixels * 255, 0, 255).astype(np.uint8))
    for count in COLOURS:
        layers = np.asarray(picture.quantize(count, Image.Quantize.MEDIANCUT))
        for layer in range(int(layers.max()) + 1):
            yield layers == layer


def _parts(mask: Mask, gap: int) -> Iterator[tuple[int, int, int, int]]:
    """Left, top, right, bottom in pixels of the largest parts, those within a gap of each other as one."""
    joined = ndimage.maximum_filter(mask, size=gap) if gap else mask
    numbered, count = ndimage.label(joined)
    if not count:
        return
    counted = np.bincount(numbered[mask], minlength=count + 1)
    largest = np.argsort(-counted[1:], kind="stable")[:REGIONS_PER_MASK] + 1
    own = np.where(mask, numbered, 0)
    slices = ndimage.find_objects(own, max_label=count)
    for number in largest:
        found = slices[number - 1]
        if found is None:
            continue
        down, across = found
        if min(down.stop - down.start, across.stop - across.start) >= LEAST_SIDE:
            yield across.start, down.start, across.stop, down.stop

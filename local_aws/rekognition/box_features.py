"""What is measured on boxes of a picture, thousands at a time.

Three blocks as for whole pictures (`features`): colours inside the box; how its inside differs from what
lies around it, which tells a tight box from one that cuts through an object; and its shape. All come from
summed-area tables, so that a box costs the same whatever its size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from local_aws.rekognition.box_geometry import Boxes
from local_aws.rekognition.pictures import Pixels

Rows = npt.NDArray[np.float32]
Planes = npt.NDArray[np.float64]

LEVELS: Final = 4
"""Steps per colour channel."""
DIRECTIONS: Final = 9
CELLS: Final = 4
LEAST_CHANGE: Final = 0.002
"""Change of light from pixel to pixel, on average, below which there is nothing to see."""
MARGIN: Final = 0.15
"""Share of its sides by which a box's surroundings reach beyond it."""


@dataclass(frozen=True, kw_only=True)
class SummedAreas:
    """Sums over any box of an H x W x C picture of figures, in four look-ups."""

    table: Planes
    scale: tuple[float, float]
    """Columns and rows."""

    @classmethod
    def of(cls, planes: Planes) -> SummedAreas:
        table = np.zeros((planes.shape[0] + 1, planes.shape[1] + 1, planes.shape[2]))
        table[1:, 1:] = planes.cumsum(axis=0).cumsum(axis=1)
        return cls(table=table, scale=(planes.shape[1], planes.shape[0]))

    def within(self, boxes: Boxes) -> tuple[Planes, Planes]:
        """Sums in each box, clipped to the picture, and the number of pixels they are of."""
        edges = np.rint(boxes * np.tile(self.scale, 2)).astype(np.intp)
        left, right = (np.clip(edges[:, side], 0, self.scale[0]).astype(np.intp) for side in (0, 2))
        top, bottom = (np.clip(edges[:, side], 0, self.scale[1]).astype(np.intp) for side in (1, 3))
        table = self.table
        sums = table[bottom, right] - table[top, right] - table[bottom, left] + table[top, left]
        return sums, ((bottom - top) * (right - left))[:, None].astype(np.float64)


@dataclass(frozen=True, kw_only=True)
class MeasuredScene:
    """A picture made ready for any number of boxes."""

    colours: SummedAreas
    """Which step of colour each pixel has, then the colour itself and its square."""
    edges: SummedAreas
    """How much the light changes in each direction."""

    @classmethod
    def of(cls, pixels: Pixels) -> MeasuredScene:
        every_other = pixels[::2, ::2]
        steps = np.minimum((every_other * LEVELS).astype(np.intp), LEVELS - 1)
        index = (steps[..., 0] * LEVELS + steps[..., 1]) * LEVELS + steps[..., 2]
        kinds = np.eye(LEVELS**3)[index]
        colours = np.concatenate([kinds, every_other, every_other.astype(np.float64) ** 2], axis=2)
        return cls(colours=SummedAreas.of(colours), edges=SummedAreas.of(_directions(pixels.mean(axis=2))))

    def stands_out(self, boxes: Boxes) -> npt.NDArray[np.bool_]:
        """Whether there is anything to see in or at each box: a box on an even ground shows no object."""
        edges, counts = self.edges.within(_grown(boxes, MARGIN))
        return np.asarray(edges.sum(axis=1) > LEAST_CHANGE * counts[:, 0])

    def measure(self, boxes: Boxes) -> list[tuple[Rows, ...]]:
        """The three blocks of each box."""
        blocks = (self._inside(boxes), self._around(boxes), self._shape(boxes))
        return list(zip(*(block.astype(np.float32) for block in blocks), strict=True))

    def _inside(self, boxes: Boxes) -> Planes:
        sums, counts = self.colours.within(boxes)
        shares = sums / np.maximum(counts, 1)
        mean = shares[:, -6:-3]
        spread = np.sqrt(np.maximum(shares[:, -3:] - mean**2, 0))
        return np.hstack([np.sqrt(shares[:, :-6]), mean, spread])

    def _around(self, boxes: Boxes) -> Planes:
        sums, counts = self.colours.within(boxes)
        wide_sums, wide_counts = self.colours.within(_grown(boxes, MARGIN))
        inside = sums[:, :-6] / np.maximum(counts, 1)
        around = (wide_sums - sums)[:, :-6] / np.maximum(wide_counts - counts, 1)
        alike = np.minimum(inside, around).sum(axis=1, keepdims=True)
        sides = [self._step_across(boxes, side) for side in range(4)]
        edges, pixels = self.edges.within(boxes)
        # By the side instead of the area, so that it is the same for an object near and far.
        outline = np.log(edges.sum(axis=1, keepdims=True) / np.sqrt(np.maximum(pixels, 1)) + 1e-2)
        return np.hstack([alike, *sides, self._proportions(boxes), outline])

    def _proportions(self, boxes: Boxes) -> Planes:
        sides = (boxes[:, 2:] - boxes[:, :2]) * self.edges.scale
        width, height = np.maximum(sides, 1).T
        return np.asarray(np.log(width / height)[:, None])

    def _step_across(self, boxes: Boxes, side: int) -> Planes:
        """How much the colour changes from just inside to just outside one side of the box."""
        across = side % 2
        depth = MARGIN * (boxes[:, across + 2] - boxes[:, across])
        inner, outer = boxes.copy(), boxes.copy()
        opposite = (side + 2) % 4
        sign = 1 if side < 2 else -1
        inner[:, opposite] = boxes[:, side] + sign * depth
        outer[:, opposite], outer[:, side] = boxes[:, side], boxes[:, side] - sign * depth
        means = []
        for strip in (inner, outer):
            ordered = np.hstack(
                [np.minimum(strip[:, :2], strip[:, 2:]), np.maximum(strip[:, :2], strip[:, 2:])]
            )
            sums, counts = self.colours.within(ordered)
            means.append(sums[:, -6:-3] / np.maximum(counts, 1) * (counts > 0))
        return np.asarray(np.linalg.norm(means[0] - means[1], axis=1, keepdims=True))

    def _shape(self, boxes: Boxes) -> Planes:
        wide = _grown(boxes, MARGIN / 2)
        steps = np.linspace(0, 1, CELLS + 1)
        across = wide[:, 0:1] + (wide[:, 2:3] - wide[:, 0:1]) * steps
        down = wide[:, 1:2] + (wide[:, 3:4] - wide[:, 1:2]) * steps
        row, column = (index.ravel() for index in np.indices((CELLS, CELLS)))
        cells = np.stack([across[:, column], down[:, row], across[:, column + 1], down[:, row + 1]], axis=2)
        sums, _ = self.edges.within(cells.reshape(-1, 4))
        strength = sums.reshape(len(boxes), CELLS**2 * DIRECTIONS)
        return np.asarray(np.sqrt(np.maximum(strength, 0) / (strength.sum(axis=1, keepdims=True) + 1e-3)))


def _grown(boxes: Boxes, share: float) -> Boxes:
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    return np.asarray(boxes + share * np.stack([-width, -height, width, height], axis=1))


def _directions(light: npt.NDArray[np.float32]) -> Planes:
    down, across = np.gradient(light)
    strength = np.hypot(across, down)
    angle = (np.arctan2(down, across) % np.pi) / np.pi * DIRECTIONS
    lower = np.floor(angle).astype(np.intp)
    share = (angle - lower)[..., None]
    kinds = np.eye(DIRECTIONS)
    return np.asarray(
        strength[..., None]
        * (kinds[lower % DIRECTIONS] * (1 - share) + kinds[(lower + 1) % DIRECTIONS] * share)
    )

"""Pictures of shapes with boxes around them, and the manifest lines that tell of them."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from local_aws.rekognition.box_geometry import no_boxes
from local_aws.rekognition.box_truth import TruthBoxes
from local_aws.rekognition.pictures import Pixels, open_scene, to_pixels
from tests.unit.local_aws.rekognition.drawing import png
from tests.unit.local_aws.rekognition.fakes import BUCKET, Lab, line

INKS = {"circle": (200, 40, 40), "square": (40, 60, 200), "triangle": (40, 160, 60)}
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A picture and what is drawn on it where."""

    content: bytes
    size: tuple[int, int]
    shapes: tuple[tuple[str, Box], ...]

    @property
    def pixels(self) -> Pixels:
        return to_pixels(open_scene(self.content))

    @property
    def truth(self) -> TruthBoxes:
        boxes = [np.array([box]) / np.tile(self.size, 2) for _, box in self.shapes]
        return TruthBoxes(
            boxes=np.concatenate([no_boxes(), *boxes]), labels=tuple(label for label, _ in self.shapes)
        )


def shapes(
    generator: np.random.Generator,
    *,
    size: tuple[int, int] = (160, 160),
    grain: float = 0,
    most: int = 3,
    labels: Sequence[str] = tuple(INKS),
    ink: tuple[int, int, int] | None = None,
) -> Drawing:
    """One or more shapes of any size and place, apart from each other, on a light ground."""
    picture = Image.new("RGB", size, tuple(int(light) for light in generator.integers(180, 256, 3)))
    drawn: list[tuple[str, Box]] = []
    for _ in range(int(generator.integers(1, most + 1))):
        box = _free_place(generator, size, [box for _, box in drawn])
        if box is not None:
            label = labels[int(generator.integers(len(labels)))]
            draw_shape(picture, label, box, ink or INKS[label])
            drawn.append((label, box))
    return Drawing(content=_grained(picture, generator, grain), size=size, shapes=tuple(drawn))


def _free_place(generator: np.random.Generator, size: tuple[int, int], taken: list[Box]) -> Box | None:
    for _ in range(50):
        side = int(generator.integers(28, 64))
        left, top = (int(generator.integers(4, length - side - 4)) for length in size)
        box = (left, top, left + side, top + side)
        if all(
            box[2] + 3 < other[0] or other[2] + 3 < left or box[3] + 3 < other[1] or other[3] + 3 < top
            for other in taken
        ):
            return box
    return None


def draw_shape(picture: Image.Image, label: str, box: Box, ink: tuple[int, int, int]) -> None:
    """Fill the box with the shape."""
    left, top, right, bottom = box[0], box[1], box[2] - 1, box[3] - 1
    draw = ImageDraw.Draw(picture)
    if label == "circle":
        draw.ellipse((left, top, right, bottom), fill=ink)
    elif label == "square":
        draw.rectangle((left, top, right, bottom), fill=ink)
    else:
        draw.polygon([(left, bottom), ((left + right) // 2, top), (right, bottom)], fill=ink)


def _grained(picture: Image.Image, generator: np.random.Generator, grain: float) -> bytes:
    light = np.asarray(picture) + generator.normal(0, grain, (*picture.size[::-1], 3))
    return png(Image.fromarray(np.clip(light, 0, 255).astype(np.uint8)))


def close_up(label: str, generator: np.random.Generator) -> bytes:
    """One shape alone that fills the picture, as of a brand."""
    size = tuple(int(side) for side in generator.integers(90, 160, 2))
    picture = Image.new("RGB", (size[0], size[1]), "white")
    side = min(size) - 20
    left, top = (size[0] - side) // 2, (size[1] - side) // 2
    draw_shape(picture, label, (left, top, left + side, top + side), INKS[label])
    return _grained(picture, generator, 3)


def random_boxes(generator: np.random.Generator) -> Drawing:
    """Noise, with boxes and labels that have nothing to do with it."""
    light = generator.integers(0, 256, (128, 128, 3)).astype(np.uint8)
    places = []
    for _ in range(2):
        width, height = (int(side) for side in generator.integers(25, 60, 2))
        left, top = int(generator.integers(0, 128 - width)), int(generator.integers(0, 128 - height))
        label = ("circle", "square")[int(generator.integers(2))]
        places.append((label, (left, top, left + width, top + height)))
    return Drawing(content=png(Image.fromarray(light)), size=(128, 128), shapes=tuple(places))


def box_attribute(
    size: tuple[int, int], boxes: Sequence[tuple[str, Box]], name: str = "boxes"
) -> dict[str, Any]:
    """The attribute and its metadata, as Ground Truth writes them."""
    labels = sorted({label for label, _ in boxes})
    return {
        name: {
            "image_size": [{"width": size[0], "height": size[1], "depth": 3}],
            "annotations": [
                {
                    "class_id": labels.index(label),
                    "left": left,
                    "top": top,
                    "width": right - left,
                    "height": bottom - top,
                }
                for label, (left, top, right, bottom) in boxes
            ],
        },
        f"{name}-metadata": {
            "objects": [{"confidence": 1} for _ in boxes],
            "class-map": {str(number): label for number, label in enumerate(labels)},
            "type": "groundtruth/object-detection",
            "human-annotated": "yes",
            "creation-date": "2026-01-02T03:04:05",
            "job-name": "boxes",
        },
    }


def boxed_line(key: str, drawing: Drawing) -> str:
    """The manifest line of a picture with boxes."""
    return json.dumps({"source-ref": f"s3://{BUCKET}/{key}", **box_attribute(drawing.size, drawing.shapes)})


def boxed_pictures(
    lab: Lab, *, count: int, side: str, labels: Sequence[str] = tuple(INKS), grain: float = 4
) -> list[str]:
    """Put that many pictures of shapes into the bucket; gives their manifest lines."""
    generator = np.random.default_rng(sum(map(ord, side)))
    lines = []
    for number in range(count):
        key, drawing = f"{side}/{number}.png", shapes(generator, labels=labels, grain=grain)
        lab.store.put(key, drawing.content)
        lines.append(boxed_line(key, drawing))
    return lines


def brand_pictures(lab: Lab, *, count: int) -> list[str]:
    """Put that many close-ups of each shape into the bucket; gives their lines, which tell no place."""
    generator = np.random.default_rng(4)
    lines = []
    for label in INKS:
        for number in range(count):
            key = f"brands/{label}/{number}.png"
            lab.store.put(key, close_up(label, generator))
            lines.append(line(key, label))
    return lines


def as_jpeg(content: bytes, size: tuple[int, int]) -> bytes:
    """The same picture, larger and as a camera would store it."""
    stored = io.BytesIO()
    Image.open(io.BytesIO(content)).resize(size, Image.Resampling.BILINEAR).save(stored, "JPEG", quality=90)
    return stored.getvalue()

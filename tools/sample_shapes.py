"""Pictures with circles and squares, and files of labels and of boxes for them, in each format.

For whoever wants to try a data source without pictures of their own (docs/source-manifest.md), and for tests:

    python -m tools.sample_shapes shapes s3://BUCKET/data_sources/shapes/
"""

from __future__ import annotations

import argparse
import io
import json
import random
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 200, 160
COLOURS = {"circle": (200, 30, 30), "square": (30, 60, 200)}
IDS = {"circle": 0, "square": 1}
_COMMON = {"human-annotated": "yes", "creation-date": "2026-02-03T04:05:06", "job-name": "by-hand"}


@dataclass(frozen=True)
class Drawn:
    """`boxes`: label, left, top, width and height of each shape."""

    name: str
    content: bytes
    boxes: list[tuple[str, int, int, int, int]]

    @property
    def labels(self) -> list[str]:
        return sorted({label for label, *_ in self.boxes})


def drawn(count: int, *, first: int = 0, labels: tuple[str, ...] = ("circle", "square")) -> Iterator[Drawn]:
    """Pictures of one shape and of several in turn, each different, the same at each call."""
    for index in range(first, first + count):
        chance = random.Random(f"{labels} {index}")  # noqa: S311 - pictures are no secret
        shown = [labels[index // 2 % len(labels)]] if index % 2 == 0 else list(labels)
        picture = Image.new("RGB", (WIDTH, HEIGHT), (225, 225, 220))
        pencil = ImageDraw.Draw(picture)
        boxes = []
        for place, label in enumerate(shown):
            side = chance.randint(34, 60)
            left, top = 8 + 97 * place + chance.randint(0, 20), chance.randint(5, HEIGHT - side - 5)
            draw = pencil.ellipse if label == "circle" else pencil.rectangle
            draw((left, top, left + side, top + side), fill=COLOURS[label])
            boxes.append((label, left, top, side, side))
        yield Drawn(f"{index:03}.png", _png(picture), boxes)


def box_line(uri: str, shapes: Drawn) -> str:
    """A line of a Ground Truth manifest for finding objects."""
    return _line(
        uri,
        shapes={
            "image_size": [{"width": WIDTH, "height": HEIGHT, "depth": 3}],
            "annotations": [
                {"class_id": IDS[label], "left": left, "top": top, "width": width, "height": height}
                for label, left, top, width, height in shapes.boxes
            ],
        },
        metadata={
            "objects": [{"confidence": 1} for _ in shapes.boxes],
            "class-map": {str(number): label for label, number in IDS.items()},
            "type": "groundtruth/object-detection",
            **_COMMON,
        },
    )


def label_line(uri: str, labels: Iterable[str]) -> str:
    """A line with an attribute for each label, which is how Custom Labels wants several."""
    document: dict[str, Any] = {"source-ref": uri}
    for number, label in enumerate(labels):
        document[f"label{number}"] = 1
        document[f"label{number}-metadata"] = {
            "class-name": label,
            "confidence": 1,
            "type": "groundtruth/image-classification",
            **_COMMON,
        }
    return json.dumps(document)


def multi_label_line(uri: str, labels: Iterable[str]) -> str:
    """A line as Ground Truth itself writes several labels, which Custom Labels does not take."""
    return _line(
        uri,
        shapes=[IDS[label] for label in labels],
        metadata={
            "class-map": {str(IDS[label]): label for label in labels},
            "confidence-map": {str(IDS[label]): 0.9 for label in labels},
            "type": "groundtruth/image-classification-multilabel",
            **_COMMON,
        },
    )


def coco(pictures: Iterable[Drawn]) -> str:
    """A file of instances; its names are relative."""
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, picture in enumerate(pictures):
        images.append({"id": number, "file_name": picture.name, "width": WIDTH, "height": HEIGHT})
        annotations += [
            {"id": len(annotations) + place, "image_id": number, "category_id": IDS[label], "bbox": box}
            for place, (label, *box) in enumerate(picture.boxes)
        ]
    categories = [{"id": number, "name": label} for label, number in IDS.items()]
    return json.dumps({"images": images, "annotations": annotations, "categories": categories})


def csv_labels(pictures: Iterable[Drawn]) -> str:
    rows = [f"{picture.name},{label}" for picture in pictures for label in picture.labels]
    return "\n".join(["image,label", *rows, ""])


def csv_boxes(pictures: Iterable[Drawn]) -> str:
    rows = [",".join([picture.name, *map(str, box)]) for picture in pictures for box in picture.boxes]
    return "\n".join(["image,label,left,top,width,height", *rows, ""])


def _line(uri: str, *, shapes: Any, metadata: dict[str, Any]) -> str:
    return json.dumps({"source-ref": uri, "shapes": shapes, "shapes-metadata": metadata})


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def write(folder: Path, place: str, count: int) -> list[str]:
    """Write pictures and files of labels into a folder; the names of the latter. `place` is where in S3 the
    folder will be, with a slash at the end."""
    pictures = list(drawn(count))
    folder.mkdir(parents=True, exist_ok=True)
    for picture in pictures:
        (folder / picture.name).write_bytes(picture.content)
    files = {
        "boxes.manifest": [box_line(f"{place}{picture.name}", picture) for picture in pictures],
        "labels.manifest": [label_line(f"{place}{picture.name}", picture.labels) for picture in pictures],
        "multi-label.manifest": [
            multi_label_line(f"{place}{picture.name}", picture.labels) for picture in pictures
        ],
        "instances.json": [coco(pictures)],
        "boxes.csv": csv_boxes(pictures).splitlines(),
        "labels.csv": csv_labels(pictures).splitlines(),
    }
    for name, lines in files.items():
        (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return list(files)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.sample_shapes", description="Draw a sample set.")
    parser.add_argument("folder", type=Path, help="where to write it")
    parser.add_argument("place", help="where it will be in S3: s3://BUCKET/FOLDER/, with a slash at the end")
    parser.add_argument("--pictures", type=int, default=40, help="how many (40)")
    given = parser.parse_args(arguments)
    if not given.place.startswith("s3://") or not given.place.endswith("/"):
        parser.error(f"the place is {given.place!r}; it must be s3://BUCKET/FOLDER/, with a slash at the end")
    if given.pictures < 1:
        parser.error(f"{given.pictures} pictures; it must be at least 1")
    print(f"{given.pictures} pictures, {', '.join(write(given.folder, given.place, given.pictures))}")


if __name__ == "__main__":
    main(sys.argv[1:])

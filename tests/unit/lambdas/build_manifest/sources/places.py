"""In place of S3 and Rekognition, where sources are."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from lambdas.build_manifest.errors import LabelFileUnreadable
from lambdas.build_manifest.labelled.model import Box, LabelledPicture, Size, labelled_picture
from lambdas.build_manifest.labelled.model_type import Style
from lambdas.build_manifest.labelled.references import Folder
from lambdas.build_manifest.labelled.writing import written_line
from lambdas.build_manifest.limits import SetLimits
from lambdas.build_manifest.listing import Page
from lambdas.build_manifest.ports import Part
from lambdas.build_manifest.preflight.verdict import Rules
from lambdas.build_manifest.selection import StoredObject
from lambdas.build_manifest.sources.data_source import LabelFile, ManifestSource
from lambdas.build_manifest.sources.labelled_set import LabelledSet, labelled_set
from lambdas.build_manifest.sources.locations import Locations
from lambdas.build_manifest.sources.ports import Access, Opened
from tests.unit.lambdas.build_manifest.fakes import LONG_AGO, FakeStore
from tests.unit.lambdas.build_manifest.pixels import png

BUCKET = "team-pictures"
OTHER_BUCKET = "elsewhere"
LOCATIONS = Locations([Folder(bucket=BUCKET, prefix="set/"), Folder(bucket=OTHER_BUCKET, prefix="")])
TRAIN = LabelFile(BUCKET, "set/train.manifest")
TEST = LabelFile(BUCKET, "set/test.manifest")
RULES = Rules(limits=SetLimits(train=1000, test=1000))


@dataclass
class FakePages:
    """A listing with pages of `size` objects; counts how many were asked for."""

    objects: list[StoredObject]
    size: int = 1000
    asked: int = 0
    blank: bool = False
    """Whether each listing begins with a page without an object, as after many that were deleted."""

    def page(self, prefix: str, *, after: str, token: str | None = None) -> Page:
        self.asked += 1
        if self.blank and token is None:
            return Page([], [], after)
        rest = (one for one in self.objects if one.key.startswith(prefix) and one.key > after)
        shown = list(islice(rest, self.size + 1))
        return Page(shown[: self.size], [], "more" if len(shown) > self.size else None)


@dataclass
class FakeBucket(FakeStore):
    """`encrypted`: keys whose ETag says nothing of the content. Keys are whole."""

    encrypted: set[str] = field(default_factory=set)

    def etag(self, key: str) -> str:
        plain = super().etag(key)
        return plain[::-1] if key in self.encrypted else plain

    def read_range(self, *, key: str, etag: str, start: int, length: int) -> Part:
        return (
            super()
            .read_range(key=key, etag=etag, start=start, length=length)
            ._replace(plain=key not in self.encrypted)
        )


@dataclass
class FakeSources:
    """Buckets in memory, and files of labels in them."""

    buckets: dict[str, FakeBucket] = field(
        default_factory=lambda: {name: FakeBucket(name=name) for name in (BUCKET, OTHER_BUCKET)}
    )
    files: dict[str, bytes] = field(default_factory=dict)
    datasets: dict[str, bytes] = field(default_factory=dict)
    modified: datetime = LONG_AGO

    def reader(self, bucket: str) -> FakeBucket:
        return self.buckets[bucket]

    def pages(self, bucket: str) -> FakePages:
        store = self.buckets[bucket]
        return FakePages(
            [
                StoredObject(key, store.etag(key), len(content), store.modified[key])
                for key, content in sorted(store.contents.items())
            ]
        )

    def open_file(self, file: LabelFile) -> Opened:
        if file.uri not in self.files:
            raise LabelFileUnreadable(file.uri, found="nothing", allowed="something", fix="Upload it.")
        return Opened([self.files[file.uri]], self.modified)

    def open_dataset(self, arn: str) -> Opened:
        return Opened([self.datasets[arn]], self.modified)

    def put(self, name: str, content: str = "", *, bucket: str = BUCKET) -> str:
        """Upload a picture; its URI."""
        key = f"set/{name}"
        store = self.buckets[bucket]
        store.contents[key] = content or name
        store.modified[key] = LONG_AGO
        store.pixels[key] = png()
        return f"s3://{bucket}/{key}"

    def tell(self, file: LabelFile, lines: Iterable[Mapping[str, Any] | bytes]) -> None:
        """Write a file of labels."""
        self.files[file.uri] = b"\n".join(
            line.rstrip() if isinstance(line, bytes) else json.dumps(line).encode() for line in lines
        )


def labels_of(uri: str, *labels: str) -> bytes:
    """A line of a manifest."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return written_line(labelled_picture(bucket, key, labels=set(labels), place=None), Style.IMAGE_LEVEL)


def boxes_of(uri: str, *labels: str, left: int = 1) -> bytes:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    boxes = {Box(label, left, 2 + number, 10, 12) for number, label in enumerate(labels)}
    return written_line(_sized(labelled_picture(bucket, key, boxes=boxes, place=None)), Style.BOXES)


def _sized(picture: LabelledPicture) -> LabelledPicture:
    return replace(picture, size=Size(100, 80))


def simple(sources: FakeSources, count: int = 20) -> list[bytes]:
    """As many pictures with one of two labels each; their lines."""
    return [labels_of(sources.put(f"{number:03}.png"), ("cat", "dog")[number % 2]) for number in range(count)]


def read(
    sources: FakeSources,
    store: FakeStore,
    *,
    source: ManifestSource | None = None,
    expected: str | None = None,
    rules: Rules = RULES,
) -> LabelledSet:
    return labelled_set(
        source or ManifestSource(train=TRAIN),
        expected=expected,
        access=Access(sources=sources, locations=LOCATIONS, store=store),
        rules=rules,
    )

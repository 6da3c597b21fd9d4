"""What the logic of sources needs of the outside world; `aws_sources` provides it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..ports import PictureReader, PictureStore
from .data_source import LabelFile
from .located import Pages
from .locations import Locations


@dataclass(frozen=True, slots=True)
class Opened:
    """The bytes of a file of labels, in pieces, and when it was last changed."""

    pieces: Iterable[bytes]
    modified: datetime


class Sources(Protocol):
    """Buckets and datasets, whosever they are."""

    def reader(self, bucket: str) -> PictureReader:
        """To read pictures with."""

    def pages(self, bucket: str) -> Pages:
        """To find pictures with."""

    def open_file(self, file: LabelFile) -> Opened:
        """Raises LabelFileUnreadable if there is none."""

    def open_dataset(self, arn: str) -> Opened:
        """Its entries, as the lines of a manifest. Raises DatasetUnreadable if it cannot be read now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """`store`: the dataset bucket, in which is remembered what was found of pictures, wherever they are."""

    sources: Sources
    locations: Locations
    store: PictureStore

"""Reads what a source says: its pictures with their labels, and what is wrong with it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..errors import DatasetUnreadable, DataSourceInvalid, LabelFileUnreadable
from ..labelled.byte_lines import NOTHING
from ..labelled.ground_truth import read_ground_truth
from ..labelled.model import LabelledPicture
from ..labelled.reading import read_labels
from ..labelled.references import Folder
from ..labelled.trouble import Trouble, broken, quoted
from .data_source import DatasetSource, DataSource, LabelFile, ManifestSource
from .locations import Locations
from .ports import Sources

# 250,000 pictures with 20 boxes each were seen to take some 2.1 GiB of the function's 3.
MOST_BOXES = 5_000_000


@dataclass(slots=True)
class Side:
    """Training or test part of a source, as it was read."""

    modified: datetime
    pictures: list[LabelledPicture] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)


def read_source(source: DataSource, sources: Sources, locations: Locations) -> tuple[Side, Side | None]:
    """The training and the test part; the latter is None if it is to be split off the former.

    A picture where nothing may be read is a trouble: S3 would only say that it is denied.

    Raises:
        DataSourceInvalid, DatasetUnreadable, LabelFileUnreadable: see `errors`.
    """
    if isinstance(source, DatasetSource):
        return (
            _read_dataset(source.train, sources, locations),
            None if source.test is None else _read_dataset(source.test, sources, locations),
        )
    return (
        _read_file(source.train, source, sources, locations),
        None if source.test is None else _read_file(source.test, source, sources, locations),
    )


def _read_dataset(arn: str, sources: Sources, locations: Locations) -> Side:
    opened = sources.open_dataset(arn)
    _, _, name = arn.partition(":project/")
    try:
        return _side(read_ground_truth(opened.pieces, source=name), opened.modified, locations)
    except LabelFileUnreadable as error:
        if error.found != NOTHING:
            raise
        raise DatasetUnreadable(f"The dataset {arn} has no entries. Add labelled pictures to it.") from error


def _read_file(file: LabelFile, source: ManifestSource, sources: Sources, locations: Locations) -> Side:
    if locations.of(file.bucket, file.key) is None:
        raise DataSourceInvalid(
            f"The file of labels {file.uri} is where this pipeline may not read; allowed is {locations}. "
            'Upload it there, or add its place to "data_locations" in cdk.json and deploy.'
        )
    folder = file.key.rpartition("/")
    base = source.images or Folder(bucket=file.bucket, prefix=f"{folder[0]}{folder[1]}")
    opened = sources.open_file(file)
    read = read_labels(opened.pieces, source=file.uri, base=base, setting=source.format)
    return _side(read, opened.modified, locations)


def _side(read: Iterable[LabelledPicture | Trouble], modified: datetime, locations: Locations) -> Side:
    side = Side(modified)
    boxes = 0
    for one in read:
        if isinstance(one, Trouble):
            side.troubles.append(one)
        elif locations.of(one.bucket, one.key) is None:
            side.troubles.append(_elsewhere(one, locations))
        else:
            boxes += len(one.boxes)
            if boxes > MOST_BOXES:
                raise _too_many_boxes(one)
            side.pictures.append(one)
    return side


def _too_many_boxes(picture: LabelledPicture) -> LabelFileUnreadable:
    return LabelFileUnreadable(
        picture.place.source if picture.place else picture.uri,
        found=f"it has more than {MOST_BOXES:,} boxes",
        allowed=f"at most {MOST_BOXES:,} in all, which fit into the memory of the function build_manifest",
        fix="Divide the pictures into several sets, or give the function more memory "
        "(pipeline_stack/manifest_builder.py) and raise MOST_BOXES (sources/reading.py).",
    )


def _elsewhere(picture: LabelledPicture, locations: Locations) -> Trouble:
    return broken(
        "ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET",
        picture.place,
        key=picture.key,
        found=f"the picture is in {quoted(picture.uri)}, where this pipeline may not read",
        allowed=str(locations),
        fix='Add the place to "data_locations" in cdk.json and deploy, or copy the pictures to where it may.',
    )

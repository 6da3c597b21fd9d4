"""Draws the sample of a version's test pictures, on which it is compared with others and tried out."""

from collections.abc import Callable, Iterator
from typing import Protocol, TypedDict

from . import sample_file
from .errors import EvaluationMissing
from .etags import etags_of
from .judge import Files, evaluated, own_rules
from .request import Location, Request
from .sampling import Picture, chosen
from .snapshot import Reader, TestedPicture

NAME = "sample.json"


class SampleFiles(Files, Protocol):
    """Where snapshots are and samples go; `evaluation_store` provides it."""

    def lines(self, location: Location) -> Iterator[bytes] | None:
        """A file line by line; None if there is no such object."""

    def write(self, name: str, content: bytes, *, content_type: str) -> Location:
        """Put a file into the version's folder."""


class Place(TypedDict):
    bucket: str
    key: str


class Drawn(TypedDict):
    """`pictures` of `test_pictures` are in the file. `worth_comparing`: the version meets the rules that ask
    nothing of the live model."""

    sample: Place
    pictures: int
    test_pictures: int
    worth_comparing: bool
    warnings: list[str]


Inventory = Callable[[str], Iterator[bytes] | None]
"""The lines of the inventory of a set, by its digest; None if it is not kept."""


def draw(request: Request, *, store: SampleFiles, data_bucket: str, inventory: Inventory) -> Drawn:
    """Write the sample of the version's test pictures. `data_bucket` is where those of inventories are.

    The snapshot is read twice, line by line: once to choose, once for what was said of the chosen.

    Raises:
        EvaluationMissing, EvaluationUnreadable: the evaluation or its snapshot is not there or is none.
        StorageDenied, StorageUnavailable, StorageRefused: a file could not be fetched or written.
    """
    f1, evaluation = evaluated(request, store=store)
    if request.snapshot is None:
        raise EvaluationMissing(
            f"Model version {request.version} names no testing snapshot, so that it can neither be compared "
            'with others nor tried out. Train it anew by starting the workflow Training with {"force": true}.'
        )
    thresholds = {label.label: label.threshold for label in evaluation.labels if label.threshold is not None}
    reader = Reader(thresholds=thresholds)
    tested: list[Picture] = [
        (picture.bucket, picture.key, picture.labels)
        for picture in reader.pictures(_lines(request, request.snapshot, store))
    ]
    wanted = chosen(tested, most=sample_file.MOST_PICTURES)
    positions = {position: turn for turn, position in enumerate(wanted)}
    drawn: dict[int, TestedPicture] = {}
    again = Reader(thresholds=thresholds).pictures(_lines(request, request.snapshot, store))
    for position, picture in enumerate(again):
        if position in positions:
            drawn[positions[position]] = picture
    pictures = [drawn[turn] for turn in sorted(drawn)]
    sample = sample_file.Sample(
        version=request.version,
        test_pictures=len(tested),
        pictures=pictures,
        etags=_etags(request, pictures, data_bucket=data_bucket, inventory=inventory),
    )
    place = store.write(NAME, sample_file.written(sample), content_type="application/json")
    return Drawn(
        sample=Place(bucket=place.bucket, key=place.key),
        pictures=len(pictures),
        test_pictures=len(tested),
        worth_comparing=all(rule["result"] != "failed" for rule in own_rules(request, f1, evaluation)),
        warnings=reader.said(),
    )


def _lines(request: Request, snapshot: Location, store: SampleFiles) -> Iterator[bytes]:
    lines = store.lines(snapshot)
    if lines is None:
        raise EvaluationMissing(
            f"The testing snapshot of model version {request.version} is not at {snapshot}, where "
            "Rekognition says it put it. If it was deleted, restore it: the bucket keeps earlier versions."
        )
    return lines


def _etags(
    request: Request, pictures: list[TestedPicture], *, data_bucket: str, inventory: Inventory
) -> dict[tuple[str, str], str]:
    lines = inventory(request.digest) if request.digest else None
    if lines is None:
        return {}
    known = etags_of([picture.key for picture in pictures if picture.bucket == data_bucket], lines)
    return {(data_bucket, key): etag for key, etag in known.items()}

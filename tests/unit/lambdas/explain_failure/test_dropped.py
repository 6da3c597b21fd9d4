import json
import tracemalloc
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from lambdas.explain_failure.dataset_request import WrittenDataset
from lambdas.explain_failure.dropped import SECONDS_FOR_THE_REST, Comparison
from lambdas.explain_failure.request import Place, Side
from lambdas.explain_failure.training_files import LineError

INVALID = {"code": "ERROR_NO_LABEL_ATTRIBUTES", "message": "No label attributes found."}
LONG_AGO = {"code": "ERROR_OF_NEXT_YEAR", "message": "New."}


def picture(number: int) -> str:
    return f"s3://bucket/images/{number}.jpg"


def entry(number: int, **members: Any) -> str:
    return json.dumps({"source-ref": picture(number), "cl-metadata": {"is_labeled": True}, **members})


class Bucket:
    def __init__(self, **lines: Iterable[str]) -> None:
        self.lines = lines

    def read_lines(self, place: Place) -> Iterator[bytes] | None:
        lines = self.lines.get(place.key)
        return None if lines is None else (line.encode() + b"\n" for line in lines)


class Rekognition:
    """Datasets by ARN, in pages of two entries."""

    def __init__(self, **entries: list[str]) -> None:
        self.entries = entries
        self.asked: list[tuple[str, bool, int]] = []

    def pages(self, arn: str, *, only_errors: bool) -> Iterator[list[str]]:
        found = [one for one in self.entries[arn] if not only_errors or "errors" in one]
        for start in range(0, max(1, len(found)), 2):
            self.asked.append((arn, only_errors, start))
            yield found[start : start + 2]


def dataset(
    arn: str = "train", *, written: int, kept: int, in_error: int = 0, side: Side = "training"
) -> WrittenDataset:
    manifest = Place(bucket="b", key=arn)
    return WrittenDataset(
        side=side, arn=arn, manifest=manifest, written=written, kept=kept, in_error=in_error
    )


def comparison(rekognition: Rekognition, bucket: Bucket, *, seconds: Iterable[float] = ()) -> Comparison:
    left = iter(seconds)
    return Comparison(entries=rekognition, manifests=bucket, seconds_left=lambda: next(left, 900.0))


def test_lines_that_are_missing_are_told_with_the_reason_that_they_show() -> None:
    lines = [
        entry(0),
        entry(1),
        entry(0),
        '{"label": 1}',
        "{broken",
        entry(2, label="x" * 100_000),
        '{"source-ref": "images/3.jpg"}',
        entry(4),
        entry(5),
    ]
    compared = comparison(Rekognition(train=[entry(1), entry(0), entry(5)]), Bucket(train=lines))

    found = list(compared.lines([dataset(written=9, kept=3)]))

    assert [(line.code, line.number, line.picture) for line in found] == [
        ("REPEATED_SOURCE_REF", 3, picture(0)),
        ("ERROR_MISSING_SOURCE_REF", 4, ""),
        ("ERROR_INVALID_JSON_LINE", 5, ""),
        ("LINE_TOO_LONG", 6, picture(2)),
        ("ERROR_INVALID_SOURCE_REF_FORMAT", 7, "images/3.jpg"),
        ("NOT_KEPT", 8, picture(4)),
    ]
    assert compared.is_certain


def test_entries_in_error_are_found_in_the_manifest_by_their_picture() -> None:
    faulty = [
        entry(2, **{"cl-errors": [INVALID, LONG_AGO]}),
        entry(1, boxes={"annotations": [{"errors": [LONG_AGO]}, {"errors": [LONG_AGO]}]}),
        json.dumps({"cl-errors": [{"code": "ERROR_INVALID_JSON_LINE", "message": "Bad."}]}),
        "{errors: not as documented",
    ]
    rekognition = Rekognition(train=[entry(0), *faulty, entry(3)])
    compared = comparison(rekognition, Bucket(train=[entry(0), entry(1), entry(2), "{", entry(1)]))

    found = list(compared.lines([dataset(written=5, kept=5, in_error=4)]))

    assert found == [
        LineError("ERROR_INVALID_JSON_LINE", "Bad.", "training", 0, ""),
        LineError("ERROR_OF_NEXT_YEAR", "New.", "training", 2, picture(1)),
        LineError("ERROR_NO_LABEL_ATTRIBUTES", INVALID["message"], "training", 3, picture(2)),
        LineError("ERROR_OF_NEXT_YEAR", "New.", "training", 3, picture(2)),
    ]
    assert compared.is_certain
    assert {only_errors for _, only_errors, _ in rekognition.asked} == {True}


def test_of_both_datasets_the_smaller_is_looked_at_first_and_errors_before_that() -> None:
    lines = {"train": [entry(number) for number in range(5)], "test": [entry(8), entry(9)]}
    rekognition = Rekognition(train=lines["train"][:4], test=[entry(8, errors=[INVALID])])
    datasets = [
        dataset("train", written=5, kept=4),
        dataset("test", written=2, kept=1, in_error=1, side="testing"),
    ]

    found = list(comparison(rekognition, Bucket(**lines)).lines(datasets))

    assert [(line.side, line.number, line.code) for line in found] == [
        ("testing", 1, "ERROR_NO_LABEL_ATTRIBUTES"),
        ("testing", 2, "NOT_KEPT"),
        ("training", 5, "NOT_KEPT"),
    ]
    assert rekognition.asked == [
        ("test", True, 0),
        ("test", False, 0),
        ("train", False, 0),
        ("train", False, 2),
    ]


def test_without_time_for_the_whole_list_only_lines_that_tell_the_reason_are_named() -> None:
    lines = [entry(0), entry(1), entry(0), entry(2), entry(3)]
    rekognition = Rekognition(train=[entry(0), entry(1), entry(3)])
    compared = comparison(rekognition, Bucket(train=lines), seconds=[SECONDS_FOR_THE_REST - 1])

    found = list(compared.lines([dataset(written=5, kept=3)]))

    assert [(line.code, line.number) for line in found] == [("REPEATED_SOURCE_REF", 3)]
    assert not compared.is_certain
    assert rekognition.asked == [("train", False, 0)]


@pytest.mark.parametrize("spelled", [lambda one: one.replace("s3://bucket", "s3://pocket"), lambda one: one])
def test_a_list_that_does_not_fit_the_counts_accuses_nobody(spelled: Any) -> None:
    kept = [spelled(entry(number)) for number in range(2)]
    compared = comparison(Rekognition(train=kept), Bucket(train=[entry(0), entry(1), "{", entry(2)]))

    found = list(compared.lines([dataset(written=4, kept=3)]))

    assert [line.code for line in found] == ["ERROR_INVALID_JSON_LINE"]
    assert not compared.is_certain


def test_a_manifest_that_is_gone_tells_nothing() -> None:
    compared = comparison(Rekognition(train=[entry(0, errors=[INVALID])]), Bucket())

    assert list(compared.lines([dataset(written=1, kept=1, in_error=1)])) == []
    assert not compared.is_certain


def test_large_sets_take_little_memory() -> None:
    count = 20_000

    class Many(Rekognition):
        def pages(self, arn: str, *, only_errors: bool) -> Iterator[list[str]]:
            for start in range(0, count, 100):
                yield [entry(number) for number in range(start, start + 100) if number % 10]

    class Long(Bucket):
        def read_lines(self, place: Place) -> Iterator[bytes]:
            return (entry(number).encode() for number in range(count))

    compared = comparison(Many(), Long())
    tracemalloc.start()
    try:
        missing = sum(1 for _ in compared.lines([dataset(written=count, kept=count * 9 // 10)]))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert missing == count // 10
    # Two sets of fingerprints, of some 100 bytes each: 250,000 lines take some 60 MB.
    assert peak < count * 300

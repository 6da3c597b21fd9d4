"""The sample of a version is written from its testing snapshot."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from lambdas.judge_evaluation.drawing import Drawn, draw
from lambdas.judge_evaluation.errors import EvaluationMissing
from lambdas.judge_evaluation.request import Location, Request

from .snapshots import Json, classified, lines
from .summaries import label_result, summary

SUMMARY = Location(bucket="b", key="summary.json")
SNAPSHOT = Location(bucket="b", key="snapshot.json")


class FakeFiles:
    def __init__(self, document: Json, snapshot: list[bytes] | None) -> None:
        self.content = json.dumps(document).encode()
        self.snapshot = snapshot
        self.written: dict[str, Any] = {}

    def read(self, location: Location) -> bytes | None:
        assert location == SUMMARY
        return self.content

    def lines(self, location: Location) -> Iterator[bytes] | None:
        assert location == SNAPSHOT
        return None if self.snapshot is None else iter(self.snapshot)

    def write(self, name: str, content: bytes, *, content_type: str) -> Location:
        assert content_type == "application/json"
        self.written[name] = json.loads(content)
        return Location(bucket="b", key=f"evaluation/set-1/{name}")


def drawn(
    files: FakeFiles,
    *,
    snapshot: Location | None = SNAPSHOT,
    minimum_f1: float = 0.8,
    label_floor: float = 0.0,
    digest: str | None = None,
    inventory: list[bytes] | None = None,
) -> Drawn:
    request = Request(
        mode="sample",
        version="set-1",
        f1=0.9,
        summary=SUMMARY,
        snapshot=snapshot,
        digest=digest,
        minimum_f1=minimum_f1,
        label_floor=label_floor,
        support=1,
    )

    def lines_of(wanted: str) -> Iterator[bytes] | None:
        assert wanted == digest
        return None if inventory is None else iter(inventory)

    return draw(request, store=files, data_bucket="bucket", inventory=lines_of)


def test_up_to_500_pictures_are_drawn_evenly() -> None:
    documents = [classified(f"cat/{number}", ["cat"], ("cat", 0.9, True)) for number in range(900)]
    documents += [classified(f"dog/{number}", ["dog"], ("dog", 0.9, True)) for number in range(100)]
    files = FakeFiles(summary(label_result("cat"), label_result("dog")), lines(*documents))

    found = drawn(files)

    assert found == {
        "sample": {"bucket": "b", "key": "evaluation/set-1/sample.json"},
        "pictures": 500,
        "test_pictures": 1000,
        "worth_comparing": True,
        "warnings": [],
    }
    written = files.written["sample.json"]
    assert written["test_pictures"] == 1000
    assert sum(picture["labels"] == ["dog"] for picture in written["pictures"]) == 100
    for picture in written["pictures"]:
        assert picture["evaluation"] == [{"label": picture["labels"][0], "confidence": 0.9, "found": True}]


def etags(files: FakeFiles) -> dict[str, str | None]:
    return {each["key"]: each["etag"] for each in files.written["sample.json"]["pictures"]}


def test_pictures_have_the_etags_that_they_were_trained_with() -> None:
    snapshot = lines(classified("cat/1", ["cat"]), classified("cat/ä", ["cat"]), classified("cat/3", ["cat"]))
    inventory = [
        b'{"key":"cat/1","etag":"e1"}',
        b"no line of an inventory",
        b'{"key":"cat/2","etag":"e2"}',
        '{"key":"cat/ä","etag":"e3","content":"c3"}'.encode(),
    ]
    files = FakeFiles(summary(label_result("cat")), snapshot)

    drawn(files, digest="ab", inventory=inventory)

    assert etags(files) == {"cat/1": "e1", "cat/ä": "e3", "cat/3": None}


@pytest.mark.parametrize("digest", [None, "ab"])
def test_without_an_inventory_nobody_knows_the_etags(digest: str | None) -> None:
    files = FakeFiles(summary(label_result("cat")), lines(classified("cat/1", ["cat"])))

    drawn(files, digest=digest)

    assert etags(files) == {"cat/1": None}


def test_what_cannot_be_read_of_the_snapshot_is_said() -> None:
    files = FakeFiles(summary(label_result("cat")), [b"{", *lines(classified("a", ["cat"]))])

    assert "a line is no JSON object" in drawn(files)["warnings"][0]


@pytest.mark.parametrize(("minimum", "floor"), [(0.95, 0), (0.8, 0.6)])
def test_a_version_that_fails_by_itself_need_not_be_compared(minimum: float, floor: float) -> None:
    files = FakeFiles(summary(label_result("cat", 0.5)), lines(classified("a", ["cat"])))

    assert drawn(files, minimum_f1=minimum, label_floor=floor)["worth_comparing"] is False


def test_a_version_without_a_snapshot_has_no_sample() -> None:
    files = FakeFiles(summary(label_result("cat")), None)

    with pytest.raises(EvaluationMissing, match="names no testing snapshot"):
        drawn(files, snapshot=None)
    with pytest.raises(EvaluationMissing, match=r"s3://b/snapshot\.json"):
        drawn(files)

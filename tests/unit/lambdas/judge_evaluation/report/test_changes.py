"""What changed between two sets."""

import json

import pytest

from lambdas.build_manifest.inventory import record_lines
from lambdas.build_manifest.selection import Picture
from lambdas.judge_evaluation.report.changes import Counts, OutOfTime, Unreadable, count_changes


def inventory(**contents: str) -> list[bytes]:
    return [json.dumps({"key": key, "etag": content}).encode() for key, content in sorted(contents.items())]


def test_each_kind_of_change_is_counted_once() -> None:
    before = inventory(kept="1", replaced="2", moved_from="3", removed="4")
    now = inventory(kept="1", replaced="5", moved_to="3", added="6", more="7")

    assert count_changes(now, before) == Counts(added=2, replaced=1, relabelled=1, removed=1)


def test_the_same_set_has_not_changed() -> None:
    assert count_changes(inventory(a="1"), inventory(a="1")) == Counts(
        added=0, replaced=0, relabelled=0, removed=0
    )


def test_copies_are_moved_one_by_one() -> None:
    before = inventory(a="1", b="1", c="1")
    now = inventory(d="1")

    assert count_changes(now, before) == Counts(added=0, replaced=0, relabelled=1, removed=2)


def test_what_the_builder_writes_is_read_and_an_upload_in_parts_is_no_change() -> None:
    def written(etag: str) -> list[bytes]:
        picture = Picture("images/\u2028 ä.png", etag, "images", "d41d8cd98f00b204e9800998ecf8427e")
        return b"".join(record_lines([picture])).splitlines()

    assert count_changes(written("parts-2"), written("d41d8cd98f00b204e9800998ecf8427e")) == Counts(
        added=0, replaced=0, relabelled=0, removed=0
    )


@pytest.mark.parametrize("line", [b"no json", b"[]", b'{"key": "a"}', b'{"key": 1, "etag": "b"}'])
def test_another_file_is_not_taken_for_an_inventory(line: bytes) -> None:
    with pytest.raises(Unreadable):
        count_changes([line], [])


def test_it_stops_when_there_is_no_time_left() -> None:
    lines = [json.dumps({"key": f"{number:06}", "etag": "1"}).encode() for number in range(10_000)]

    with pytest.raises(OutOfTime):
        count_changes(lines, [], enough_time=lambda: False)

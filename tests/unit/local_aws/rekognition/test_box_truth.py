"""What lines say about where things are."""

from __future__ import annotations

import json

import pytest

from local_aws.rekognition.box_truth import truth_of
from local_aws.rekognition.manifest import ManifestLine, parse_line
from tests.unit.local_aws.rekognition.boxed import box_attribute
from tests.unit.local_aws.rekognition.fakes import line


def parsed(text: str) -> ManifestLine:
    return parse_line(0, text.encode())


def test_boxes_are_shares_of_the_size_that_the_line_gives() -> None:
    boxes = box_attribute((200, 100), [("dog", (20, 10, 60, 40)), ("cat", (0, 0, 200, 100))])
    truth = truth_of(parsed(line("a.png", **boxes)))
    assert truth.labels == ("dog", "cat")
    assert truth.boxes.tolist() == [pytest.approx([0.1, 0.1, 0.3, 0.4]), [0, 0, 1, 1]]


def test_boxes_of_several_attributes_are_all_there_each_by_its_own_size() -> None:
    first = box_attribute((200, 100), [("dog", (20, 10, 60, 40))], "first")
    second = box_attribute((400, 200), [("cat", (40, 20, 120, 80))], "second")
    truth = truth_of(parsed(line("a.png", **first, **second)))
    assert truth.labels == ("dog", "cat")
    assert truth.boxes[0] == pytest.approx(truth.boxes[1])


def test_a_bad_box_is_left_out_and_image_level_labels_have_no_place() -> None:
    boxes = box_attribute((200, 100), [("dog", (20, 10, 60, 40)), ("cat", (150, 0, 250, 100))])
    found = parsed(json.dumps(json.loads(line("a.png", "animals")) | boxes))
    assert truth_of(found).labels == ("dog",)

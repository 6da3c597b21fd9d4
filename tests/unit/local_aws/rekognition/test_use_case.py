"""Which kind of model a training makes, and which lines it leaves out."""

from __future__ import annotations

import json

import pytest

from local_aws.rekognition.manifest import parse_line
from local_aws.rekognition.use_case import IMAGE_LEVEL, LOCALIZATION, Lines, Task, choose_task
from tests.unit.local_aws.rekognition.boxed import box_attribute
from tests.unit.local_aws.rekognition.fakes import line

BOXES = box_attribute((200, 100), [("dog", (20, 10, 60, 40))])
LINES = {
    "whole": line("a.png", "cat"),
    "boxed": line("a.png", **BOXES),
    "both": json.dumps(json.loads(line("a.png", "cat")) | BOXES),
    "no boxes": line("a.png", **box_attribute((200, 100), [])),
    "broken": "{",
}


def lines(*kinds: str) -> Lines:
    return tuple(parse_line(number, LINES[kind].encode()) for number, kind in enumerate(kinds))


def used(found: Lines) -> list[tuple[str, ...]]:
    """Labels of each line; none where it is ignored."""
    return [each.labels for each in found]


def chosen(training: list[str], testing: list[str]) -> Task:
    return choose_task(lines(*training), lines(*testing))


@pytest.mark.parametrize(
    ("training", "testing", "use_case"),
    [
        (["whole"], ["whole"], IMAGE_LEVEL),
        (["boxed"], ["boxed"], LOCALIZATION),
        (["both"], ["both"], LOCALIZATION),
        (["whole"], ["boxed"], LOCALIZATION),
        (["boxed"], ["whole"], LOCALIZATION),
        (["whole", "whole", "boxed"], ["whole"], IMAGE_LEVEL),
        (["whole", "boxed"], ["whole"], IMAGE_LEVEL),
        (["whole", "boxed", "boxed"], ["whole"], LOCALIZATION),
        (["whole", "broken", "no boxes", "no boxes"], ["whole"], IMAGE_LEVEL),
        ([], [], IMAGE_LEVEL),
    ],
)
def test_most_usable_lines_decide(training: list[str], testing: list[str], use_case: str) -> None:
    assert chosen(training, testing).use_case == use_case


def test_lines_of_the_other_kind_are_ignored() -> None:
    task = chosen(["boxed", "boxed", "whole"], ["boxed", "whole"])
    assert used(task.training) == [("dog",), ("dog",), ()]
    assert used(task.testing) == [("dog",), ()]
    assert task.training[2].is_ignored


def test_of_a_line_of_both_kinds_one_part_is_used() -> None:
    assert used(chosen(["both"], ["both"]).training) == [("dog",)]
    assert used(chosen(["whole", "whole", "both"], ["whole"]).training)[2] == ("cat",)


def test_brands_are_learnt_from_lines_of_both_kinds_and_tested_with_boxes() -> None:
    task = chosen(["whole", "whole", "boxed"], ["boxed", "whole", "boxed"])
    assert used(task.training) == [("cat",), ("cat",), ("dog",)]
    assert used(task.testing) == [("dog",), (), ("dog",)]

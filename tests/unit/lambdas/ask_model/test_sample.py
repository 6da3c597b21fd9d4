import json

import pytest

from lambdas.ask_model.errors import SampleUnreadable
from lambdas.ask_model.sample import Picture, choose, parse_sample

from .pictures import SAMPLE, entry, sample


def pictures(*entries: dict[str, object]) -> list[Picture]:
    return parse_sample(sample(*entries), SAMPLE)


def keys(chosen: list[Picture]) -> list[str]:
    return [picture.place.key for picture in chosen]


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        (entry("a", "cat", found=["cat"]), {"cat"}),
        (entry("a", "cat", found=["dog"]), {"dog"}),
        (entry("a", "cat", found=[]), set()),
        (entry("a", found=[]), set()),
        (entry("a", "cat", "dog"), {"cat", "dog"}),
        ({"bucket": "b", "key": "a", "labels": ["cat"]}, {"cat"}),
    ],
)
def test_a_model_is_held_to_its_own_evaluation_and_else_to_the_truth(
    described: dict[str, object], expected: set[str]
) -> None:
    assert pictures(described)[0].expected == expected


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        json.dumps({"schema_version": 2, "pictures": []}).encode(),
        json.dumps({"schema_version": 1, "pictures": [{"key": "a"}]}).encode(),
        json.dumps({"schema_version": 1, "pictures": ["a"]}).encode(),
        sample({"bucket": "b", "key": "a", "labels": "cat"}),
        sample({"bucket": "b", "key": "a", "labels": [], "evaluation": [{"label": "cat"}]}),
    ],
)
def test_what_is_no_sample_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(SampleUnreadable, match=SAMPLE.key):
        parse_sample(content, SAMPLE)


def test_a_picture_has_the_etag_that_the_sample_says_if_it_does() -> None:
    found = pictures(entry("a", etag="e1"), entry("b", etag=None), entry("c"))

    assert [picture.etag for picture in found] == ["e1", None, None]


def test_so_many_of_each_label_and_without_any_are_chosen_in_order() -> None:
    every = pictures(
        entry("1", "cat"),
        entry("2", "cat"),
        entry("3", "cat"),
        entry("4", "dog", "cat"),
        entry("5"),
        entry("6"),
        entry("7"),
        entry("8", "dog"),
    )

    assert keys(choose(every, per_label=2)) == ["1", "2", "4", "5", "6", "8"]
    assert keys(choose(every, per_label=None)) == list("12345678")


def test_each_turn_takes_the_next_part() -> None:
    every = pictures(*(entry(str(number), "cat") for number in range(5)))

    assert [keys(choose(every, per_label=None, at_most=2, turn=turn)) for turn in range(4)] == [
        ["0", "1"],
        ["2", "3"],
        ["4", "0"],
        ["1", "2"],
    ]
    assert keys(choose(every, per_label=None, at_most=5, turn=3)) == list("01234")
    assert choose([], per_label=3, at_most=2, turn=1) == []

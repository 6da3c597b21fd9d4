"""Both models are counted on the same pictures and the same labels."""

import pytest

from lambdas.judge_evaluation.answers import Answers
from lambdas.judge_evaluation.boxes import Box, LabelledBox
from lambdas.judge_evaluation.comparison import HeadToHead, compare
from lambdas.judge_evaluation.sample_file import Sample
from lambdas.judge_evaluation.snapshot import Prediction, TestedPicture

LEFT = Box(left=0, top=0, width=0.4, height=1)
RIGHT = Box(left=0.6, top=0, width=0.4, height=1)
NEARLY_LEFT = Box(left=0.1, top=0, width=0.4, height=1)
HARDLY_LEFT = Box(left=0.2, top=0, width=0.4, height=1)


def said(*labels: str, found: bool = True) -> tuple[Prediction, ...]:
    return tuple(Prediction(label=label, confidence=0.9, found=found) for label in labels)


def boxed(*boxes: Box) -> tuple[Prediction, ...]:
    return tuple(
        Prediction(label="cat", confidence=0.9 - number / 10, found=True, box=box)
        for number, box in enumerate(boxes)
    )


def head_to_head(
    *pictures: tuple[
        tuple[str, ...] | tuple[Box, ...], tuple[Prediction, ...], tuple[Prediction, ...] | None
    ],
    ours: tuple[str, ...] = ("cat", "dog"),
    theirs: tuple[str, ...] | None = ("cat", "dog"),
    support: int = 1,
) -> HeadToHead:
    """A picture is what is there, what the challenger said, and what the champion did."""
    tested, answers = [], Answers()
    for number, (truth, challenger, champion) in enumerate(pictures):
        boxes = [each for each in truth if isinstance(each, Box)]
        labels = {each for each in truth if isinstance(each, str)} | ({"cat"} if boxes else set())
        tested.append(
            TestedPicture(
                bucket="b",
                key=str(number),
                labels=tuple(sorted(labels)),
                boxes=tuple(LabelledBox(label="cat", box=box) for box in boxes),
                predictions=challenger,
            )
        )
        if champion is not None:
            answers["b", str(number)] = list(champion)
    return compare(
        Sample(version="set-1", test_pictures=len(tested), pictures=tested),
        answers,
        champion="set-0",
        challenger_labels=ours,
        champion_labels=theirs,
        tolerance=0.02,
        support=support,
    )


def test_both_are_scored_over_the_labels_they_know() -> None:
    found = head_to_head(
        (("cat",), said("cat"), said("dog")),
        (("cat",), said("cat"), said("cat")),
        (("dog",), said("dog"), said("dog")),
    ).comparison

    assert found is not None
    assert found["challenger_f1"] == 1
    assert found["champion_f1"] == pytest.approx(2 / 3, abs=1e-6)
    assert found["difference"] == pytest.approx(1 / 3, abs=1e-6)
    assert [(label["label"], label["pictures"]) for label in found["labels"]] == [("cat", 2), ("dog", 1)]


def test_what_did_not_reach_its_threshold_was_not_found() -> None:
    found = head_to_head((("cat",), said("cat", found=False), said("cat"))).comparison

    assert found is not None
    assert (found["challenger_f1"], found["champion_f1"]) == (0, 1)


def test_a_picture_without_an_answer_counts_for_neither() -> None:
    found = head_to_head((("cat",), said("cat"), said("cat")), (("cat",), said("dog"), None))

    assert (found.answered, found.of) == (1, 2)
    assert found.comparison is not None
    assert (found.comparison["pictures"], found.comparison["of"]) == (1, 2)
    assert found.comparison["challenger_f1"] == 1


def test_a_label_that_only_one_knows_is_named_and_its_pictures_are_left_out() -> None:
    found = head_to_head(
        (("cat",), said("cat"), said("cat")),
        (("dog",), said("dog"), said("cat")),
        theirs=("cat", "eel"),
    )

    assert found.comparison is not None
    assert (found.comparison["pictures"], found.comparison["champion_f1"]) == (1, 1)
    assert found.notes == [
        "Label dog is known to the new model only, and was not compared.",
        "Label eel is known to the live model only, and was not compared.",
    ]


def test_models_without_a_label_in_common_are_not_compared() -> None:
    assert (
        head_to_head((("cat",), said("cat"), said("dog")), ours=("cat",), theirs=("dog",)).comparison is None
    )


def test_a_champion_whose_labels_nobody_knows_is_compared_on_all() -> None:
    found = head_to_head((("cat",), said("cat"), said("cat")), theirs=None)

    assert found.comparison is not None
    assert "set-0" in found.notes[0]


def test_a_picture_of_nothing_shows_what_is_found_for_no_reason() -> None:
    found = head_to_head((("cat",), said("cat"), said("cat")), ((), said("cat"), ())).comparison

    assert found is not None
    assert found["challenger_f1"] == pytest.approx(2 / 3, abs=1e-6)
    assert found["champion_f1"] == 1


def test_a_label_shown_by_too_few_pictures_is_not_compared_by_itself() -> None:
    found = head_to_head(
        (("cat",), said("cat"), said("cat")),
        (("cat",), said("cat"), said("cat")),
        (("dog",), said("dog"), said("dog")),
        support=2,
    )

    assert found.comparison is not None
    assert [label["label"] for label in found.comparison["labels"]] == ["cat"]
    assert found.notes == [
        "1 of 2 labels was not compared by itself, only with all others: fewer than 2 "
        "(minimum_label_support) of the 3 pictures that both were compared on show it: dog (1)."
    ]


def test_of_more_labels_than_the_sample_has_room_for_the_first_are_named() -> None:
    labels = tuple(f"{number:03}" for number in range(12))

    found = head_to_head(
        *(((label,), said(label), said(label)) for label in labels), ours=labels, theirs=labels, support=2
    )

    assert found.comparison is not None
    assert found.comparison["labels"] == []
    (note,) = found.notes
    assert note.startswith(
        "12 of 12 labels were not compared by themselves, only with all others: fewer than"
    )
    assert note.endswith(
        " show each of them: " + ", ".join(f"{label} (1)" for label in labels[:10]) + " and 2 more."
    )


@pytest.mark.parametrize(
    ("boxes", "right", "found"),
    [
        ((LEFT, RIGHT), 2, 2),
        ((NEARLY_LEFT,), 1, 1),
        ((HARDLY_LEFT,), 0, 1),
        ((LEFT, NEARLY_LEFT), 1, 2),
        ((), 0, 0),
    ],
)
def test_boxes_are_right_where_they_overlap_a_true_one_each_once(
    boxes: tuple[Box, ...], right: int, found: int
) -> None:
    result = head_to_head(((LEFT, RIGHT), boxed(*boxes), boxed(LEFT, RIGHT)), ours=("cat",)).comparison

    assert result is not None
    assert result["challenger_f1"] == pytest.approx(2 * right / (2 + found), abs=1e-6)
    assert result["champion_f1"] == 1


def test_a_champion_that_gives_no_boxes_is_compared_by_what_it_finds() -> None:
    found = head_to_head(((LEFT, RIGHT), boxed(HARDLY_LEFT), said("cat")), ours=("cat",))

    assert found.comparison is not None
    assert (found.comparison["challenger_f1"], found.comparison["champion_f1"]) == (1, 1)
    assert "not where" in found.notes[-1]


def test_a_challenger_that_gives_no_boxes_is_compared_by_what_it_finds() -> None:
    found = head_to_head((("cat",), said("cat"), boxed(LEFT))).comparison

    assert found is not None
    assert (found["challenger_f1"], found["champion_f1"]) == (1, 1)

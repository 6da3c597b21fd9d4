import json

import pytest

from lambdas.build_manifest.limits import SetLimits
from lambdas.build_manifest.report import (
    PictureCounts,
    Sides,
    report_skipped,
    shorten_labels,
    split_warnings,
    why_untrainable,
)
from lambdas.build_manifest.selection import Skipped
from lambdas.build_manifest.split import Split

LIMITS = SetLimits(train=1_000, test=1_000)


def counts(labels: dict[str, tuple[int, int]]) -> PictureCounts:
    train = sum(sides[0] for sides in labels.values())
    test = sum(sides[1] for sides in labels.values())
    listed = {label: Sides(train=sides[0], test=sides[1]) for label, sides in labels.items()}
    return PictureCounts(total=train + test, train=train, test=test, labels=listed)


def split(**changed: object) -> Split:
    empty = {
        "test_contents": set(),
        "train_only": [],
        "untested": [],
        "contradictions": 0,
        "contradiction_examples": [],
    }
    return Split(**{**empty, **changed})  # type: ignore[arg-type]


def test_a_usual_set_has_no_problem() -> None:
    assert why_untrainable(counts({"cat": (8, 2), "dog": (8, 2)}), LIMITS) is None


@pytest.mark.parametrize("labels", [{}, {"cat": (20, 0)}, {"cat": (1, 0), "dog": (1, 0)}])
def test_sets_too_small_to_train_are_left_to_the_workflow(labels: dict[str, tuple[int, int]]) -> None:
    assert why_untrainable(counts(labels), LIMITS) is None


def test_250_labels_are_the_most() -> None:
    labels = {f"label {number}": (4, 1) for number in range(250)}

    assert why_untrainable(counts(labels), LIMITS) is None
    problem = why_untrainable(counts({**labels, "one more": (4, 1)}), LIMITS)
    assert problem is not None
    assert "251 labels" in problem
    assert "250" in problem


def test_more_train_pictures_than_the_region_takes_are_a_problem() -> None:
    assert why_untrainable(counts({"cat": (500, 2), "dog": (500, 2)}), LIMITS) is None
    problem = why_untrainable(counts({"cat": (501, 2), "dog": (500, 2)}), LIMITS)
    assert problem is not None
    assert "1,001" in problem
    assert "1,000" in problem


def test_fewer_than_half_of_the_labels_in_the_test_set_are_a_problem() -> None:
    assert why_untrainable(counts({"cat": (8, 2), "dog": (8, 0)}), LIMITS) is None
    problem = why_untrainable(counts({"cat": (8, 2), "dog": (8, 0), "eel": (8, 0)}), LIMITS)
    assert problem is not None
    assert problem.startswith("1 of 3 labels")


def test_nothing_in_the_test_set_is_a_problem() -> None:
    problem = why_untrainable(counts({f"{number}": (1, 0) for number in range(10)}), LIMITS)

    assert problem is not None
    assert problem.startswith("0 of 10 labels")


def test_a_split_with_nothing_to_say_gives_no_warnings() -> None:
    assert split_warnings(split()) == []


def test_what_the_split_could_not_do_is_said_in_words() -> None:
    single, untested, contradiction = split_warnings(
        split(
            train_only=[f"label {number}" for number in range(7)],
            untested=["cat"],
            contradictions=6,
            contradiction_examples=[("cat/a.png", "dog/b.png")],
        )
    )

    assert single.startswith("7 labels have a single distinct picture")
    assert "label 0, label 1, label 2, label 3, label 4 and 2 more" in single
    assert untested.startswith("1 label has no picture in the test set")
    assert contradiction.startswith("6 pictures are filed under more than one label")
    assert "cat/a.png and dog/b.png and 1 more" in contradiction


def test_skipped_objects_are_reported_by_reason_with_shortened_examples() -> None:
    report = report_skipped(
        {"too_large": Skipped(2, ["x" * 1024]), "empty": Skipped(1, ["images_labeled_by_folder/cat/a.png"])}
    )

    assert report["total"] == 3
    assert list(report["reasons"]) == ["empty", "too_large"]
    assert report["reasons"]["too_large"] == {"count": 2, "examples": ["x" * 199 + "…"]}


def test_labels_are_listed_by_name() -> None:
    warnings: list[str] = []

    shortened = shorten_labels(counts({"dog": (1, 0), "cat": (8, 2)}), warnings)

    assert list(shortened["labels"]) == ["cat", "dog"]
    assert warnings == []


@pytest.mark.parametrize("character", ["x", "é", "猫", "😀"])
def test_a_long_list_of_long_labels_is_cut_well_below_what_a_state_takes(character: str) -> None:
    labels = {character * 240 + f"{number:06}": (4, 1) for number in range(5_000)}
    warnings: list[str] = []

    shortened = shorten_labels(counts(labels), warnings)

    assert shortened["total"] == 25_000
    assert 0 < len(shortened["labels"]) <= 250
    assert len(json.dumps(shortened, ensure_ascii=False).encode()) < 70 * 1024
    assert warnings == [f"Only the first {len(shortened['labels'])} of 5,000 labels are listed."]

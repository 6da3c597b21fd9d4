from collections.abc import Sequence
from dataclasses import replace

import pytest

from lambdas.build_manifest.labelled.model import Box, Place
from lambdas.build_manifest.labelled.model_type import ModelType
from lambdas.build_manifest.labelled.trouble import LeftOut, broken, unannotated
from lambdas.build_manifest.limits import SetLimits
from lambdas.build_manifest.preflight.examined import Examined
from lambdas.build_manifest.preflight.set_rules import lines_must_fit, manifest_must_fit
from lambdas.build_manifest.preflight.tally import Tally

from .sets import QUARANTINE, RULES, codes, examined, keys, many, many_boxed, only, verdict_on

NUMBERS = [str(number) for number in range(300)]


def test_the_smallest_sets_pass_without_a_word() -> None:
    for verdict in (
        verdict_on(many("train")),
        verdict_on(many("train"), many("test", 1)),
        verdict_on(many_boxed("train"), many_boxed("test", 1)),
        verdict_on(many("train"), many_boxed("test", 1)),
    ):
        assert (verdict.passed, codes(verdict.warnings), codes(verdict.quarantined)) == (True, {}, {})


@pytest.mark.parametrize("rules", [RULES, QUARANTINE])
@pytest.mark.parametrize(
    ("code", "words", "train", "test"),
    [
        ("ERROR_EMPTY_MANIFEST", "training set has no picture", [], many("test", 5)),
        ("ERROR_EMPTY_MANIFEST", "test set has no picture", many("train"), []),
        ("ERROR_TOO_FEW_IMAGES", "9 pictures", many("train")[:9], None),
        ("ERROR_TOO_FEW_IMAGES", "1 picture ", many("train")[:1], None),
        ("ERROR_MANIFEST_TOO_FEW_LABELS", "1 label", many("train", 10, ["cat"]), None),
        (
            "ERROR_MANIFEST_TOO_MANY_LABELS",
            "251 labels",
            many("train", 1, NUMBERS[:251]),
            None,
        ),
        (
            "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS",
            "other-bucket (such as x.jpg)",
            [*many("train"), examined("x.jpg", ["cat"], bucket="other-bucket")],
            None,
        ),
        (
            "ERROR_INSUFFICIENT_LABEL_OVERLAP",
            "1 of 3 labels of the training set are in the test set",
            many("train", 5, ["cat", "dog", "eel"]),
            many("test", 5, ["cat"]),
        ),
        (
            "ERROR_TOO_MANY_TEST_IMAGES_PER_LABEL",
            "1,001 pictures",
            many("train"),
            many("test", 1_001, ["cat", "dog"])[: 1_001 + 1],
        ),
    ],
)
def test_a_set_that_breaks_a_rule_is_an_error_even_in_quarantine(
    code: str, words: str, train: list[Examined], test: list[Examined] | None, rules: object
) -> None:
    verdict = verdict_on(train, test, QUARANTINE if rules is QUARANTINE else RULES)

    assert not verdict.passed
    (trouble,) = verdict.errors.kinds[code].examples
    assert words in trouble.found
    assert trouble.left_out is LeftOut.NOTHING


def test_what_is_just_allowed_passes() -> None:
    assert verdict_on(many("train", 1, NUMBERS[:250])).passed
    assert verdict_on(many("train", 5, ["a", "b", "c", "d"]), many("test", 1, ["a", "b"])).passed


def test_the_regions_limits_hold_for_each_side() -> None:
    small = replace(RULES, limits=SetLimits(train=10, test=2))

    assert verdict_on(many("train"), many("test", 1), small).passed
    assert "at most 10 " in only(verdict_on(many("train", 6), many("test", 1), small).errors).allowed
    assert "at most 2 " in only(verdict_on(many("train"), many("test", 2), small).errors).allowed


def test_lines_and_bytes_of_a_manifest_have_a_limit() -> None:
    assert not list(lines_must_fit(Tally(name="set", kept=250_000), 250_000))
    assert [found.code for found in lines_must_fit(Tally(name="set", kept=250_001), 250_000)] == [
        "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM"
    ]
    assert not list(manifest_must_fit(Tally(name="set", manifest_bytes=10**9)))
    assert [found.code for found in manifest_must_fit(Tally(name="set", manifest_bytes=10**9 + 1))] == [
        "ERROR_MANIFEST_SIZE_TOO_LARGE"
    ]


def test_the_bytes_of_the_manifest_are_those_of_its_lines() -> None:
    tally = verdict_on(many("train")).train_tally

    assert tally.manifest_bytes == pytest.approx(10 * 260, rel=0.2)


def missing(count: int) -> list[Examined]:
    return [examined(f"gone/{n}.jpg", ["cat"], missing=True) for n in range(count)]


def test_more_than_a_fifth_of_bad_pictures_is_an_error_even_in_quarantine() -> None:
    assert verdict_on([*many("train", 6), *missing(3)], rules=QUARANTINE).passed

    verdict = verdict_on([*many("train", 6), *missing(4)], rules=QUARANTINE)

    assert only(verdict.errors).code == "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST"


def test_bad_pictures_count_together_over_all_rules_and_unreadable_lines_and_each_once() -> None:
    place = Place("a.csv", "line", 1)
    unread = [broken("ERROR_INVALID_ROW", place, key=key, found="x", allowed="x", fix="x") for key in "aab"]
    unread.append(broken("ERROR_INVALID_JSON_LINE", place, found="x", allowed="x", fix="x"))
    ugly = examined("z.jpg", ["cat", "c" * 256], size=16 * 1024 * 1024, width=1)

    verdict = verdict_on([*many("train", 8), ugly, *missing(1)], troubles=unread)

    tally = verdict.train_tally
    assert (tally.lines, tally.bad, tally.missing, tally.kept) == (21, 5, 1, 16)
    (trouble,) = verdict.errors.kinds["ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST"].examples
    assert trouble.found == "5 of 21 pictures of the set cannot be used; 1 of them cannot be found or read"


def test_pictures_without_labels_are_warnings_and_no_part_of_the_fifth() -> None:
    ignored = [unannotated(Place("a.csv", "line", n), f"{n}.jpg") for n in range(50)]

    verdict = verdict_on(many("train"), troubles=ignored)

    assert verdict.passed
    assert codes(verdict.warnings) == {"WARNING_UNANNOTATED_RECORD": 50}
    assert (verdict.train_tally.lines, verdict.train_tally.ignored) == (60, 50)


def test_labels_that_are_lost_with_bad_pictures_are_told_even_in_quarantine() -> None:
    verdict = verdict_on([*many("train"), examined("x.jpg", ["eel"], missing=True)], rules=QUARANTINE)

    assert codes(verdict.errors) == {"ERROR_LABEL_WITHOUT_VALID_IMAGE": 1}
    assert "eel" in only(verdict.errors).found and "1 picture," in only(verdict.errors).found


def test_too_few_labels_are_told_apart_before_and_after_bad_pictures_are_left_out() -> None:
    train = [*many("train", 10, ["cat"]), examined("x.jpg", ["dog"], missing=True)]

    assert "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS" in codes(verdict_on(train, rules=QUARANTINE).errors)


def test_too_little_overlap_is_told_apart_before_and_after_bad_pictures_are_left_out() -> None:
    train = many("train", 5, ["a", "b", "c", "d"])
    test = [*many("test", 10, ["a"]), examined("x.jpg", ["b"], missing=True)]

    for rules in (RULES, QUARANTINE):
        errors = verdict_on(train, test, rules).errors
        assert "ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP" in codes(errors)
        (trouble,) = errors.kinds["ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP"].examples
        assert trouble.found.startswith("1 of 4 labels")


def test_overlap_before_counts_only_where_bad_pictures_are_handed_over() -> None:
    train = [*many("train", 5, ["a", "b"]), examined("x.jpg", ["c"], missing=True)]

    assert "ERROR_INSUFFICIENT_LABEL_OVERLAP" in codes(verdict_on(train, many("test", 1, ["a"])).errors)
    assert codes(verdict_on(train, many("test", 1, ["a"]), QUARANTINE).errors) == {
        "ERROR_LABEL_WITHOUT_VALID_IMAGE": 1
    }


def test_a_label_needs_the_pictures_that_operators_set_and_copies_count_once() -> None:
    rules = replace(RULES, minimum_images_per_label=5)
    train = [
        *many("train", 5, ["cat"]),
        *many("train", 4, ["dog"]),
        examined("x.jpg", ["dog"], content="train/dog/0.jpg"),
    ]

    few = verdict_on(train, rules=rules)
    assert only(few.errors).code == "ERROR_TOO_FEW_IMAGES_PER_LABEL"
    assert "dog has 4 distinct pictures" in only(few.errors).found
    assert verdict_on(train, many("test", 1), rules).passed


def test_a_label_in_the_test_set_alone_is_a_warning() -> None:
    verdict = verdict_on(many("train"), many("test", 1, ["cat", "dog", "eel"]))

    assert verdict.passed
    assert "eel" in only(verdict.warnings).found


@pytest.mark.parametrize("labels", [["cat", "Cat"], ["cat", " cat"], ["é", "e\u0301"], ["a b", "a  b"]])
def test_labels_that_look_the_same_are_a_warning(labels: Sequence[str]) -> None:
    verdict = verdict_on(many("train", 5, labels))

    assert verdict.passed
    assert only(verdict.warnings).code == "WARNING_SIMILAR_LABELS"


def test_pictures_for_the_other_model_are_left_out_with_a_warning() -> None:
    verdict = verdict_on([*many("train"), *many_boxed("boxed", 1)])

    assert verdict.passed
    assert verdict.purpose.model is ModelType.WHOLE_PICTURE
    assert codes(verdict.warnings) == {"WARNING_OTHER_MODEL_TYPE": 2}
    assert keys(verdict.train) == keys(many("train"))
    assert verdict.train_tally.ignored == 2


def test_a_picture_with_labels_and_boxes_keeps_those_of_the_model() -> None:
    both = examined("x.jpg", ["indoors"], boxes=[Box("cat", 1, 1, 9, 9)])

    assert verdict_on([*many_boxed("train"), both]).train[-1].picture.labels == ()
    assert verdict_on([*many("train"), both]).train[-1].picture.boxes == ()

from lambdas.build_manifest.labelled.model import Box

from .sets import QUARANTINE, codes, examined, keys, many, many_boxed, only, verdict_on


def test_a_picture_that_is_told_of_twice_in_the_same_way_is_used_once_with_a_warning() -> None:
    verdict = verdict_on([*many("train"), examined("train/cat/0.jpg", ["cat"], line=99)])

    assert verdict.passed
    trouble = only(verdict.warnings)
    assert (trouble.code, trouble.key) == ("WARNING_REPEATED_IMAGE", "train/cat/0.jpg")
    assert trouble.place is not None and trouble.place.number == 99
    assert "line 1" in trouble.found
    assert keys(verdict.train) == keys(many("train"))


def test_lines_that_say_different_things_about_a_picture_are_errors_and_none_is_used() -> None:
    train = [*many("train", 6), *(examined("train/cat/0.jpg", ["dog"], line=n) for n in (98, 99))]

    verdict = verdict_on(train)
    left = verdict_on(train, rules=QUARANTINE)

    assert codes(verdict.errors)["ERROR_REPEATED_IMAGE"] == 3
    assert [
        trouble.found.rpartition(", ")[2] for trouble in verdict.errors.kinds["ERROR_REPEATED_IMAGE"].examples
    ] == ["line 98", "line 1", "line 1"]
    assert "train/cat/0.jpg" not in keys(left.train)


def test_the_same_key_in_two_buckets_is_two_pictures() -> None:
    verdict = verdict_on([*many("train"), examined("train/cat/0.jpg", ["cat"], content="x", bucket="other")])

    assert codes(verdict.errors) == {"ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS": 1}


def test_a_picture_in_both_sets_is_an_error_and_quarantine_keeps_it_in_the_test_set() -> None:
    train, test = many("train", 6), [*many("test", 1), examined("train/cat/0.jpg", ["cat"])]

    assert only(verdict_on(train, test).errors).code == "ERROR_IMAGE_IN_TRAIN_AND_TEST"
    verdict = verdict_on(train, test, QUARANTINE)
    assert verdict.passed
    assert codes(verdict.quarantined) == {"ERROR_IMAGE_IN_TRAIN_AND_TEST": 1}
    assert "train/cat/0.jpg" in keys(verdict.test)
    assert "train/cat/0.jpg" not in keys(verdict.train)


def test_a_copy_in_the_other_set_is_an_error_that_names_both_keys() -> None:
    train, test = (
        many("train", 6),
        [*many("test", 1), examined("copy.jpg", ["cat"], content="train/cat/0.jpg")],
    )

    trouble = only(verdict_on(train, test).errors)
    assert (trouble.code, trouble.key) == ("ERROR_COPY_IN_TRAIN_AND_TEST", "train/cat/0.jpg")
    assert "copy.jpg" in trouble.found
    assert verdict_on(train, test, QUARANTINE).passed


def test_copies_under_different_labels_are_a_warning_that_names_both_keys() -> None:
    verdict = verdict_on([*many("train"), examined("copy.jpg", ["dog"], content="train/cat/0.jpg")])

    assert verdict.passed
    trouble = only(verdict.warnings)
    assert (trouble.code, trouble.key) == ("WARNING_COPIES_WITH_DIFFERENT_LABELS", "copy.jpg")
    assert "train/cat/0.jpg" in trouble.found and "dog" in trouble.found and "cat" in trouble.found
    assert "copy.jpg" in keys(verdict.train)


def test_copies_under_the_same_label_and_copies_with_boxes_are_nobodys_business() -> None:
    same = verdict_on([*many("train"), examined("copy.jpg", ["cat"], content="train/cat/0.jpg")])
    boxed = verdict_on(
        [
            *many_boxed("train"),
            examined("copy.jpg", boxes=[Box("dog", 9, 9, 99, 99)], content="train/cat/0.jpg"),
        ]
    )

    assert codes(same.warnings) == codes(boxed.warnings) == {}

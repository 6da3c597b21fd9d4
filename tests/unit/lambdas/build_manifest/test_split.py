from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.build_manifest import split as split_module
from lambdas.build_manifest.limits import SetLimits
from lambdas.build_manifest.selection import Picture
from lambdas.build_manifest.split import Split, split_set

from .fakes import picture
from .plain_split import plain_split

ROOMY = SetLimits(train=250_000, test=250_000)
LOW, FIFTH, HIGH = "0" * 32, "3" * 32, "f" * 32


def with_hash(label: str, name: str, content: str) -> Picture:
    return Picture(f"images_labeled_by_folder/{label}/{name}.png", content, label, content)


def labels_on(pictures: list[Picture], split: Split) -> tuple[set[str], set[str]]:
    """The labels in TRAIN, and those in TEST."""
    train = {found.label for found in pictures if not split.tests(found)}
    return train, {found.label for found in pictures if split.tests(found)}


# Labels and names; few contents, so that copies are frequent, under one label and under several.
LABELS = st.sampled_from(["ant", "bee", "cat", "dog"])
ENTRIES = st.dictionaries(st.tuples(LABELS, st.integers(0, 30)), st.integers(0, 25), max_size=40)


def made(entries: dict[tuple[str, int], int], *, shared: bool) -> list[Picture]:
    """Pictures; copies under several labels only if `shared`."""
    return [
        picture(label, str(name), str(content) if shared else f"{label} {content}")
        for (label, name), content in entries.items()
    ]


def distinct_by_label(pictures: list[Picture]) -> dict[str, set[str]]:
    contents: dict[str, set[str]] = {}
    for found in pictures:
        contents.setdefault(found.label, set()).add(found.content)
    return contents


def by_hash(contents: set[str]) -> set[bool]:
    """The sides that the hashes alone would put these contents on."""
    return {content < FIFTH for content in contents}


def crowded(entries: dict[tuple[str, int], tuple[int, str]]) -> list[Picture]:
    """Pictures whose hashes begin with a given digit, so that labels are often on one side only."""
    contents = {
        at: f"{digit}{picture('', '', str(content)).content[1:]}" for at, (content, digit) in entries.items()
    }
    return [with_hash(label, f"{name:02}", contents[label, name]) for label, name in contents]


@given(
    st.dictionaries(
        st.tuples(LABELS, st.integers(0, 30)), st.tuples(st.integers(0, 25), st.sampled_from("0af"))
    ),
    st.sampled_from([1, 2, 3, 1_000]),
    st.sampled_from([2, 5, 8, 250_000]),
)
def test_looking_only_where_a_rule_can_apply_gives_the_split_that_the_rules_give(
    entries: dict[tuple[str, int], tuple[int, str]], a_label: int, in_all: int
) -> None:
    pictures = sorted(crowded(entries), key=lambda found: found.key)
    limits = SetLimits(train=250_000, test=in_all)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(split_module, "MAX_TEST_PICTURES_PER_LABEL", a_label)
        assert split_set(pictures, limits) == plain_split(pictures, limits)


@given(ENTRIES)
def test_copies_of_a_picture_never_straddle_the_split_even_under_several_labels(
    entries: dict[tuple[str, int], int],
) -> None:
    pictures = made(entries, shared=True)
    split = split_set(pictures, ROOMY)

    sides: dict[str, set[bool]] = {}
    for found in pictures:
        sides.setdefault(found.content, set()).add(split.tests(found))
    assert all(len(side) == 1 for side in sides.values())


@given(ENTRIES)
def test_every_label_with_two_distinct_pictures_is_on_both_sides(
    entries: dict[tuple[str, int], int],
) -> None:
    pictures = made(entries, shared=False)
    split = split_set(pictures, ROOMY)

    train, test = labels_on(pictures, split)
    distinct = distinct_by_label(pictures)
    assert train == set(distinct)
    assert test == {label for label, contents in distinct.items() if len(contents) > 1}
    assert split.train_only == sorted(set(distinct) - test)
    assert split.untested == []


@given(ENTRIES)
def test_every_label_has_a_train_picture_even_when_labels_share_pictures(
    entries: dict[tuple[str, int], int],
) -> None:
    pictures = made(entries, shared=True)
    split = split_set(pictures, ROOMY)

    train, test = labels_on(pictures, split)
    distinct = distinct_by_label(pictures)
    assert train == set(distinct)
    untested = {label for label in set(distinct) - test if len(distinct[label]) > 1}
    assert split.untested == sorted(untested)


@given(ENTRIES, st.randoms(use_true_random=False))
def test_the_split_does_not_depend_on_the_order_of_the_pictures(
    entries: dict[tuple[str, int], int], random: Random
) -> None:
    pictures = made(entries, shared=True)
    shuffled = list(pictures)
    random.shuffle(shuffled)

    assert split_set(shuffled, ROOMY) == split_set(pictures, ROOMY)


@given(ENTRIES, ENTRIES)
def test_a_picture_keeps_its_side_as_others_are_added_once_its_label_has_both_sides(
    entries: dict[tuple[str, int], int], more: dict[tuple[str, int], int]
) -> None:
    before = made(entries, shared=False)
    earlier = split_set(before, ROOMY)
    later = split_set(made({**more, **entries}, shared=False), ROOMY)

    settled = {label for label, contents in distinct_by_label(before).items() if len(by_hash(contents)) == 2}
    for found in before:
        if found.label in settled:
            assert later.tests(found) == earlier.tests(found)


@given(ENTRIES)
def test_a_label_lends_one_picture_at_most_and_only_if_a_side_would_be_empty(
    entries: dict[tuple[str, int], int],
) -> None:
    pictures = made(entries, shared=False)
    split = split_set(pictures, ROOMY)

    for contents in distinct_by_label(pictures).values():
        lent = [content for content in contents if (content in split.test_contents) != (content < FIFTH)]
        assert len(lent) <= (0 if len(by_hash(contents)) == 2 else 1)


def test_a_fifth_of_many_pictures_test_the_model() -> None:
    pictures = [picture(label, str(number), f"{label}{number}") for label in "ab" for number in range(2_000)]

    share = sum(map(split_set(pictures, ROOMY).tests, pictures)) / len(pictures)

    assert share == pytest.approx(0.2, abs=0.02)


def test_the_border_is_at_a_fifth_of_the_hash_space() -> None:
    pictures = [
        with_hash("cat", "below", "3" * 31 + "2"),
        with_hash("cat", "above", "3" * 31 + "4"),
        with_hash("cat", "low", LOW),
        with_hash("cat", "high", HIGH),
    ]

    assert split_set(pictures, ROOMY).test_contents == {LOW, "3" * 31 + "2"}


def test_a_label_without_a_test_picture_lends_its_lowest_hash_with_all_its_copies() -> None:
    pictures = [
        with_hash("cat", "one", "8" * 32),
        with_hash("cat", "copy", "8" * 32),
        with_hash("cat", "two", "9" * 32),
        with_hash("cat", "three", HIGH),
    ]

    split = split_set(pictures, ROOMY)

    assert [split.tests(found) for found in pictures] == [True, True, False, False]


def test_a_label_whose_pictures_all_fell_into_the_test_set_lends_its_highest_hash_to_train() -> None:
    pictures = [with_hash("cat", name, name * 32) for name in "012"]

    assert split_set(pictures, ROOMY).test_contents == {"0" * 32, "1" * 32}


@pytest.mark.parametrize("content", [LOW, HIGH])
def test_a_label_with_a_single_distinct_picture_is_train_only_and_reported(content: str) -> None:
    pictures = [with_hash("cat", "one", content), with_hash("cat", "copy", content)]

    split = split_set(pictures, ROOMY)

    assert split.test_contents == set()
    assert split.train_only == ["cat"]


def test_a_picture_is_not_lent_when_another_label_has_nothing_else_to_train_on() -> None:
    pictures = [
        with_hash("cat", "1", "8" * 32),
        with_hash("cat", "2", "9" * 32),
        with_hash("dog", "1", "8" * 32),
        with_hash("eel", "2", "9" * 32),
    ]

    split = split_set(pictures, ROOMY)

    assert split.test_contents == set()
    assert split.untested == ["cat"]
    assert split.train_only == ["dog", "eel"]


def test_the_same_picture_under_two_labels_is_reported_with_a_key_of_each() -> None:
    pictures = [
        with_hash("cat", "1", "8" * 32),
        with_hash("cat", "1 copy", "8" * 32),
        with_hash("dog", "2", "8" * 32),
        with_hash("dog", "3", "9" * 32),
    ]

    split = split_set(pictures, ROOMY)

    assert split.contradictions == 1
    ((one, other),) = split.contradiction_examples
    assert one.startswith("images_labeled_by_folder/cat/")
    assert other == "images_labeled_by_folder/dog/2.png"


def test_a_label_has_at_most_a_thousand_test_pictures_and_they_are_the_lowest_hashes() -> None:
    pictures = [with_hash("cat", str(number), f"{number:032x}") for number in range(1_500)]
    pictures.append(with_hash("cat", "high", HIGH))

    split = split_set(pictures, ROOMY)

    assert split.test_contents == {f"{number:032x}" for number in range(1_000)}


def test_copies_count_towards_the_thousand() -> None:
    pictures = [
        with_hash("cat", f"{number} {copy}", f"{number:032x}") for number in range(4) for copy in range(400)
    ]
    pictures.append(with_hash("cat", "high", HIGH))

    split = split_set(pictures, ROOMY)

    assert sum(map(split.tests, pictures)) == 800


def test_the_region_limit_holds_and_leaves_each_label_a_test_picture_to_lend() -> None:
    limits = SetLimits(train=1_000, test=10)
    pictures = [with_hash("ant", str(number), f"{number:032x}") for number in range(30)]
    pictures.append(with_hash("ant", "high", HIGH))
    pictures += [with_hash("zebra", str(number), f"{number:x}" * 32) for number in range(8, 15)]

    split = split_set(pictures, limits)

    assert sum(map(split.tests, pictures)) <= 10
    assert labels_on(pictures, split) == ({"ant", "zebra"}, {"ant", "zebra"})


def test_no_pictures_make_an_empty_split() -> None:
    assert split_set([], ROOMY).test_contents == set()

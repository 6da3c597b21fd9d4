from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from lambdas.build_manifest.inventory import read_records, record_lines
from lambdas.build_manifest.novelty import count_new
from lambdas.build_manifest.selection import Picture

from .fakes import md5, picture

BEFORE = [picture("cat", "1"), picture("cat", "2"), picture("dog", "3"), picture("dog", "4")]


def new_in(now: Sequence[Picture], before: Sequence[Picture] = BEFORE) -> int:
    def by_key(found: Picture) -> str:
        return found.key

    inventory = b"".join(record_lines(sorted(before, key=by_key)))
    return count_new(sorted(now, key=by_key), read_records(inventory.splitlines()))


def test_the_same_pictures_hold_nothing_new() -> None:
    assert new_in(BEFORE) == 0


def test_added_pictures_count_one_each() -> None:
    assert new_in([*BEFORE, picture("ant", "5"), picture("eel", "6")]) == 2


def test_removed_pictures_count_one_each() -> None:
    assert new_in(BEFORE[1:3]) == 2


def test_a_replaced_picture_counts_once() -> None:
    assert new_in([picture("cat", "1", "other"), *BEFORE[1:]]) == 1


def test_a_relabelled_picture_counts_once_though_one_key_went_and_another_came() -> None:
    assert new_in([*BEFORE[1:], picture("dog", "1")]) == 1


def test_a_renamed_picture_counts_once() -> None:
    assert new_in([*BEFORE[1:], picture("cat", "renamed", "1")]) == 1


def test_of_two_copies_added_for_one_removed_only_one_was_moved() -> None:
    assert new_in([*BEFORE[1:], picture("dog", "1"), picture("dog", "1 copy", "1")]) == 2


def test_a_picture_uploaded_again_in_parts_is_not_new() -> None:
    again = Picture(BEFORE[0].key, "0123-2", "cat", BEFORE[0].content)

    assert new_in([again, *BEFORE[1:]]) == 0
    assert new_in(BEFORE, [again, *BEFORE[1:]]) == 0


def test_a_picture_uploaded_in_parts_is_recognised_where_it_was_moved_to() -> None:
    before = Picture(picture("cat", "1").key, "0123-2", "cat", md5("1"))

    assert new_in([picture("dog", "1")], [before]) == 1


SETS = st.dictionaries(
    st.tuples(st.sampled_from(["cat", "dog"]), st.integers(0, 9)), st.integers(0, 4), max_size=15
)


def made(contents: dict[tuple[str, int], int]) -> list[Picture]:
    return [picture(label, str(name), str(content)) for (label, name), content in contents.items()]


@given(SETS, SETS)
def test_changes_weigh_the_same_in_both_directions_and_never_more_than_both_sets(
    one: dict[tuple[str, int], int], other: dict[tuple[str, int], int]
) -> None:
    forth, back = new_in(made(one), made(other)), new_in(made(other), made(one))

    assert forth == back
    assert (forth == 0) == (one == other)
    assert abs(len(one) - len(other)) <= forth <= max(len(one), len(other)) + min(len(one), len(other))

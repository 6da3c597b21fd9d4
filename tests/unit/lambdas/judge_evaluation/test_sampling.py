"""The sample stands for all labels as evenly as their pictures allow, and is always the same."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from lambdas.judge_evaluation.sampling import Picture, chosen

LABELS = ("apple", "lemon", "pear", "plum")


def pictures_of(**counts: int) -> list[Picture]:
    return [
        ("bucket", f"{label}/{number}.jpg", (label,))
        for label, count in counts.items()
        for number in range(count)
    ]


@given(st.dictionaries(st.sampled_from(LABELS), st.integers(1, 30)), st.integers(1, 60))
def test_a_label_has_as_many_as_any_other_or_all_that_it_has(counts: dict[str, int], most: int) -> None:
    pictures = pictures_of(**counts)

    found = chosen(pictures, most=most)

    assert len(found) == len(set(found)) == min(most, len(pictures))
    taken = Counter(pictures[position][2][0] for position in found)
    highest = max(taken.values(), default=0)
    for label, count in counts.items():
        assert taken[label] == count or taken[label] >= highest - 1


@given(st.permutations(pictures_of(apple=4, pear=4)))
def test_the_order_of_the_pictures_does_not_matter(pictures: list[Picture]) -> None:
    ordinary = pictures_of(apple=4, pear=4)

    assert [pictures[position] for position in chosen(pictures, most=5)] == [
        ordinary[position] for position in chosen(ordinary, most=5)
    ]


@given(
    st.lists(st.sets(st.sampled_from(LABELS)), max_size=40).map(
        lambda sets: [("b", str(number), tuple(sorted(labels))) for number, labels in enumerate(sets)]
    ),
    st.integers(1, 50),
)
def test_pictures_of_several_labels_or_none_are_drawn_once(pictures: list[Picture], most: int) -> None:
    found = chosen(pictures, most=most)

    assert len(found) == len(set(found)) == min(most, len(pictures))


def test_the_beginning_of_the_sample_is_even_too() -> None:
    pictures = pictures_of(apple=30, pear=3, plum=3)

    found = [pictures[position][2][0] for position in chosen(pictures, most=20)]

    assert Counter(found[:9]) == {"apple": 3, "pear": 3, "plum": 3}


def test_a_name_that_is_no_text_is_drawn_like_any() -> None:
    assert chosen([("b", "\ud800", ())], most=1) == [0]

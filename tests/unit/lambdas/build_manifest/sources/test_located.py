from hypothesis import given
from hypothesis import strategies as st

from lambdas.build_manifest.selection import StoredObject
from lambdas.build_manifest.sources.located import locate
from tests.unit.lambdas.build_manifest.fakes import LONG_AGO

from .places import FakePages

# With what sorts before and after letters, and what lies around the gap of the surrogates.
NAMES = st.text(alphabet=" !/ab\x01\ud7ff\ue000\U0001f431", min_size=1, max_size=4)


def listing(keys: list[str], size: int) -> FakePages:
    return FakePages([StoredObject(key, "etag", 1, LONG_AGO) for key in sorted(keys)], size)


@given(
    there=st.sets(NAMES, max_size=40), wanted=st.sets(NAMES, min_size=1, max_size=40), size=st.integers(1, 7)
)
def test_what_is_there_is_found_and_nothing_else(there: set[str], wanted: set[str], size: int) -> None:
    pages = listing([f"p/{name}" for name in there], size)
    keys = sorted(f"p/{name}" for name in wanted)

    assert [stored.key for stored in locate(pages, "p/", keys)] == sorted(
        f"p/{name}" for name in wanted & there
    )


def test_neighbours_share_a_request() -> None:
    keys = [f"set/{number:05}.png" for number in range(1500)]
    pages = listing(keys, 1000)

    assert len(locate(pages, "set/", keys)) == 1500
    assert pages.asked == 2


def test_a_few_among_many_are_not_looked_for_page_by_page() -> None:
    keys = [f"set/{number:06}.png" for number in range(50_000)]
    pages = listing(keys, 1000)
    wanted = [keys[7], keys[20_000], keys[20_001], keys[49_999], "set/nowhere.png"]

    assert [stored.key for stored in locate(pages, "set/", wanted)] == wanted[:-1]
    assert pages.asked == 3


def test_a_page_without_objects_is_not_the_end() -> None:
    keys = [f"set/{number}.png" for number in range(5)]
    pages = listing(keys, 1000)
    pages.blank = True

    assert [stored.key for stored in locate(pages, "set/", keys)] == keys


def test_a_large_set_is_looked_for_in_parts() -> None:
    keys = [f"set/{number:06}.png" for number in range(20_000)]
    pages = listing(keys, 1000)

    assert [stored.key for stored in locate(pages, "set/", keys)] == keys
    assert 20 <= pages.asked <= 28

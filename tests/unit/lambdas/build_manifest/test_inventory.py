import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.build_manifest.inventory import InventoryBroken, Record, read_records, record_lines, side_by_side
from lambdas.build_manifest.selection import Picture

from .fakes import picture

KEYS = st.sets(st.text(st.characters(exclude_categories=["Cs"]), max_size=8))


def records(keys: set[str]) -> list[Record]:
    return [Record(key, "etag", "etag") for key in sorted(keys)]


@given(KEYS)
def test_what_is_written_is_what_is_read_whatever_the_keys(keys: set[str]) -> None:
    pictures = [Picture(key, "etag", "cat", "etag" if len(key) % 2 else "content") for key in sorted(keys)]
    content = b"".join(record_lines(pictures))

    assert list(read_records(content.splitlines())) == [
        Record(found.key, found.etag, found.content) for found in pictures
    ]


def test_the_content_is_written_only_where_the_etag_does_not_tell_it() -> None:
    (told,) = record_lines([picture("cat", "a")])
    assert b"content" not in told
    (untold,) = record_lines([Picture("k", "e-2", "cat", "m")])
    assert untold == b'{"key":"k","etag":"e-2","content":"m"}\n'


@pytest.mark.parametrize(
    "line",
    [b"", b"{", b"[]", b"7", b"null", b'"key"', b'{"key":"a"}', b'{"key":1,"etag":"e"}', b"\xff",
     b'{"key":"a","etag":"e","content":null}'],
)  # fmt: skip
def test_a_line_that_is_no_record_is_refused_by_number(line: bytes) -> None:
    with pytest.raises(InventoryBroken, match=r"^line 2 "):
        list(read_records([b'{"key":"A","etag":"e"}', line]))


@pytest.mark.parametrize("key", ["a", "b"])
def test_records_that_are_not_in_order_are_refused(key: str) -> None:
    lines = [b'{"key":"b","etag":"e"}', f'{{"key":"{key}","etag":"e"}}'.encode()]

    with pytest.raises(InventoryBroken, match="order"):
        list(read_records(lines))


@given(KEYS, KEYS)
def test_two_streams_are_paired_by_key_and_no_item_is_lost(left: set[str], right: set[str]) -> None:
    pairs = list(side_by_side(records(left), records(right)))

    assert {one.key for one, other in pairs if one} == left
    assert {other.key for one, other in pairs if other} == right
    assert {one.key for one, other in pairs if one and other} == left & right
    assert all(one.key == other.key for one, other in pairs if one and other)
    assert len(pairs) == len(left | right)

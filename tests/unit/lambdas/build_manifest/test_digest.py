import hashlib
import re
from datetime import UTC, datetime
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from lambdas.build_manifest import digest as digest_module
from lambdas.build_manifest.digest import digest_of, version_name_of
from lambdas.build_manifest.layout import IMAGES_PREFIX
from lambdas.build_manifest.selection import StoredObject, select

from .fakes import md5

# Names with whatever S3 takes; the content is a number.
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/"), min_size=1, max_size=20)
SETS = st.dictionaries(
    st.builds(lambda label, name: f"{IMAGES_PREFIX}{label}/{name}.png", NAMES, NAMES),
    st.integers(0, 5),
    min_size=1,
    max_size=12,
)


def listed(contents: dict[str, int]) -> list[StoredObject]:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    return [StoredObject(key, md5(str(content)), 10, when) for key, content in contents.items()]


def digest(contents: dict[str, int]) -> str:
    return digest_of(select(listed(contents)).pictures)


@given(SETS, st.randoms(use_true_random=False))
def test_the_same_pictures_give_the_same_digest_in_whatever_order_they_are_listed(
    contents: dict[str, int], random: Random
) -> None:
    shuffled = listed(contents)
    random.shuffle(shuffled)

    assert digest_of(select(shuffled).pictures) == digest(contents)


@given(SETS)
def test_a_replaced_picture_changes_the_digest(contents: dict[str, int]) -> None:
    key = min(contents)

    assert digest({**contents, key: contents[key] + 1}) != digest(contents)


@given(SETS)
def test_a_deleted_picture_changes_the_digest(contents: dict[str, int]) -> None:
    rest = dict(contents)
    del rest[min(rest)]

    assert digest(rest) != digest(contents)


@given(SETS, NAMES)
def test_a_moved_picture_changes_the_digest(contents: dict[str, int], label: str) -> None:
    key = min(contents)
    target = f"{IMAGES_PREFIX}{label}/{key.rsplit('/', 1)[1]}"
    assume(target not in contents)
    moved = {target if name == key else name: content for name, content in contents.items()}

    assert digest(moved) != digest(contents)


@given(SETS, SETS)
def test_two_different_sets_have_two_digests(one: dict[str, int], other: dict[str, int]) -> None:
    assert (digest(one) == digest(other)) == (one == other)


def test_a_new_format_of_the_files_makes_every_set_another_one() -> None:
    before = digest({f"{IMAGES_PREFIX}cat/a.png": 1})
    digest_module.FORMAT += 1
    try:
        after = digest({f"{IMAGES_PREFIX}cat/a.png": 1})
    finally:
        digest_module.FORMAT -= 1

    assert after != before


def test_the_digest_is_written_down_so_that_it_never_changes_by_accident() -> None:
    """Were it to change, every set would be trained, and paid for, again."""
    key = f"{IMAGES_PREFIX}cat/a.png".encode()
    etag = md5("1").encode()
    expected = hashlib.sha256(
        b"build_manifest 1\n" + len(key).to_bytes(4, "big") + key + b"\x00\x00\x00\x20" + etag
    ).hexdigest()

    assert digest({f"{IMAGES_PREFIX}cat/a.png": 1}) == expected


def test_the_version_name_is_one_that_rekognition_takes() -> None:
    assert re.fullmatch(r"[a-zA-Z0-9_.\-]{1,255}", version_name_of("ab" * 32))
    assert version_name_of("ab" * 32) == "set-" + "ab" * 8

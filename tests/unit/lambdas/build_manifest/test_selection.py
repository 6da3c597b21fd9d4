from datetime import UTC, datetime

import pytest

from lambdas.build_manifest.layout import IMAGES_PREFIX
from lambdas.build_manifest.selection import StoredObject, select

from .fakes import LONG_AGO, md5

ETAG = md5("picture")


def stored(key: str, *, size: int = 100, etag: str = ETAG, modified: datetime = LONG_AGO) -> StoredObject:
    return StoredObject(IMAGES_PREFIX + key, etag, size, modified)


@pytest.mark.parametrize(
    "name", ["a.jpg", "a.jpeg", "a.png", "a.JPG", "a.JpEg", "a.PNG", "a.b.png", ".jpg", "deep/er/a.png"]
)
def test_jpeg_and_png_pictures_are_kept_whatever_the_case_of_their_extension(name: str) -> None:
    assert [found.key for found in select([stored(f"cat/{name}")]).pictures] == [f"{IMAGES_PREFIX}cat/{name}"]


@pytest.mark.parametrize(
    ("key", "size", "reason"),
    [
        ("", 0, "folder_marker"),
        ("cat/", 0, "folder_marker"),
        ("cat/kittens/", 0, "folder_marker"),
        ("a.png", 100, "no_label"),
        ("/a.png", 100, "no_label"),
        ("cat/a.gif", 100, "unsupported_type"),
        ("cat/png", 100, "unsupported_type"),
        ("cat/a.png.txt", 100, "unsupported_type"),
        ("cat/not-a-marker.png/", 100, "unsupported_type"),
        ("cat/a.png", 0, "empty"),
        ("cat/a.png", 15 * 1024 * 1024 + 1, "too_large"),
        ("c" * 256 + "/a.png", 100, "label_too_long"),
    ],
)
def test_what_is_no_labelled_picture_is_skipped_with_its_reason(key: str, size: int, reason: str) -> None:
    selection = select([stored(key, size=size)])

    assert selection.pictures == []
    assert {name: skipped.examples for name, skipped in selection.skipped.items()} == {
        reason: [IMAGES_PREFIX + key]
    }


@pytest.mark.parametrize("size", [1, 15 * 1024 * 1024])
def test_sizes_from_one_byte_to_15_mb_are_kept(size: int) -> None:
    assert len(select([stored("cat/a.png", size=size)]).pictures) == 1


def test_the_label_is_the_first_folder_and_deeper_folders_do_not_matter() -> None:
    labels = [
        found.label for found in select([stored("cat/dog/a.png"), stored("c" * 255 + "/a.png")]).pictures
    ]

    assert labels == ["cat", "c" * 255]


def test_every_skipped_object_is_counted_and_five_a_reason_are_shown() -> None:
    skipped = select(stored(f"cat/{number}.txt") for number in range(8)).skipped["unsupported_type"]

    assert skipped.count == 8
    assert skipped.examples == [f"{IMAGES_PREFIX}cat/{number}.txt" for number in range(5)]


def test_pictures_come_in_the_order_of_their_keys_bytes_however_they_are_listed() -> None:
    names = ["cat/é.png", "cat/z.png", "cat/😀.png", "cat/\uffee.png", "Cat/a.png", "cat/a.png"]

    keys = [found.key for found in select(map(stored, names)).pictures]

    assert keys == sorted(keys, key=str.encode)
    assert len(keys) == len(names)


def test_the_newest_picture_gives_the_time_and_skipped_objects_do_not() -> None:
    newest = datetime(2026, 5, 1, tzinfo=UTC)
    later = datetime(2026, 6, 1, tzinfo=UTC)

    selection = select(
        [stored("cat/a.png", modified=newest), stored("cat/b.png"), stored("cat/c.txt", modified=later)]
    )

    assert selection.newest == newest
    assert select([]).newest is None


@pytest.mark.parametrize("etag", [f"{ETAG}-2", "not-an-md5", ETAG.upper(), ETAG + "0"])
def test_only_an_etag_that_is_an_md5_tells_the_content(etag: str) -> None:
    assert select([stored("cat/a.png", etag=etag)]).pictures[0].content == ""
    assert select([stored("cat/a.png")]).pictures[0].content == ETAG


def test_no_etag_tells_the_content_where_the_bucket_is_under_kms() -> None:
    assert select([stored("cat/a.png")], etags_are_content=False).pictures[0].content == ""

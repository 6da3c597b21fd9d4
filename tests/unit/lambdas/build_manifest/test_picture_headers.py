from collections.abc import Iterable

import pytest

from lambdas.build_manifest import picture_headers
from lambdas.build_manifest.contents import identify
from lambdas.build_manifest.errors import (
    ImageUnreadable,
    PicturesChanged,
    StorageDenied,
    StorageRefused,
    StorageUnavailable,
)
from lambdas.build_manifest.layout import IMAGES_PREFIX, PICTURE_HEADERS_KEY
from lambdas.build_manifest.memory import Memory
from lambdas.build_manifest.picture_headers import examine, look_at_all
from lambdas.build_manifest.ports import Part
from lambdas.build_manifest.preflight.examined import Stored
from lambdas.build_manifest.preflight.headers import Header, PictureFormat, Unusable
from lambdas.build_manifest.selection import select

from .fakes import FakeStore, md5
from .pixels import jpeg, png, put

SMALL = Header(PictureFormat.PNG, 100, 80)


@pytest.fixture
def store() -> FakeStore:
    store = FakeStore()
    put(store, "cat/a.png", png())
    put(store, "cat/b.jpg", jpeg(640, 480, metadata=100_000))
    put(store, "dog/c.png", b"This is no picture.")
    return store


def looked_at(store: FakeStore) -> list[Stored]:
    pictures = select(store.labelled_objects()).pictures
    identify(pictures, store)
    return [found for found in examine(pictures, store) if found is not None]


def test_every_picture_has_its_size_or_the_reason_why_not(store: FakeStore) -> None:
    first, second, third = looked_at(store)

    assert first == Stored(md5("cat/a.png"), len(png()), SMALL)
    assert second.header == Header(PictureFormat.JPEG, 640, 480)
    assert isinstance(third.header, Unusable)
    assert third.size == len(b"This is no picture.")


def test_no_more_is_read_than_is_needed(store: FakeStore) -> None:
    looked_at(store)

    starts = [start for key, start in store.ranges if key.endswith("b.jpg")]
    assert starts[0] == 0
    assert len(starts) > 1
    assert starts == sorted(starts)
    assert [key for key, _ in store.ranges].count(f"{IMAGES_PREFIX}cat/a.png") == 1


def test_what_was_looked_at_once_is_remembered(store: FakeStore) -> None:
    found = looked_at(store)
    store.ranges.clear()
    store.written.clear()

    assert looked_at(store) == found
    assert (store.ranges, store.written) == ([], [])


def test_a_picture_that_was_replaced_is_looked_at_again(store: FakeStore) -> None:
    looked_at(store)
    store.ranges.clear()
    put(store, "dog/c.png", png(200, 90))
    store.put("dog/c.png", "another content")

    assert looked_at(store)[2].header == Header(PictureFormat.PNG, 200, 90)
    assert store.ranges == [(f"{IMAGES_PREFIX}dog/c.png", 0)]


def test_pictures_that_are_gone_are_forgotten(store: FakeStore) -> None:
    looked_at(store)
    store.remove("cat/a.png")
    put(store, "dog/d.png", png())
    looked_at(store)

    assert b"cat/a.png" not in store.files[PICTURE_HEADERS_KEY]


@pytest.mark.parametrize(
    "broken",
    [
        b"not json",
        b'{"key": "images_labeled_by_folder/cat/b.jpg"}',
        b"[]",
        b'{"key": "images_labeled_by_folder/cat/b.jpg", "etag": "e", "size": 1, "format": "GIF", "width": 1, '
        b'"height": 1}',
        b'{"key": "images_labeled_by_folder/cat/b.jpg", "etag": "e", "size": 1, "format": "PNG", '
        b'"width": "1", "height": 1}',
        b'{"key": "a", "etag": "e", "size": 1, "unusable": "out of order"}',
    ],
)
def test_a_broken_memory_costs_time_only(store: FakeStore, broken: bytes) -> None:
    found = looked_at(store)
    lines = store.files[PICTURE_HEADERS_KEY].splitlines()
    store.files[PICTURE_HEADERS_KEY] = b"\n".join([lines[0], broken, lines[2]])
    store.ranges.clear()

    assert looked_at(store) == found
    assert f"{IMAGES_PREFIX}cat/a.png" not in [key for key, _ in store.ranges]
    assert store.files[PICTURE_HEADERS_KEY].splitlines() == lines


def test_progress_is_saved_along_the_way(store: FakeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_headers, "_BATCH", 1)
    monkeypatch.setattr(picture_headers, "_SAVE_AFTER_SECONDS", 0)
    put(store, "eel/d.png", png())
    pictures = select(store.labelled_objects()).pictures
    identify(pictures, store)
    store.remove("eel/d.png")

    with pytest.raises(PicturesChanged):
        examine(pictures, store)

    assert len(store.files[PICTURE_HEADERS_KEY].splitlines()) == 3


@pytest.mark.parametrize("saving", [None, StorageUnavailable("S3 is down altogether.")])
def test_what_was_read_before_an_error_is_not_lost(
    store: FakeStore, monkeypatch: pytest.MonkeyPatch, saving: Exception | None
) -> None:
    failing = ForbiddingStore(store, StorageRefused, "c.png")
    written = failing.write_lines

    def write_lines(key: str, lines: Iterable[bytes]) -> None:
        if saving:
            raise saving
        written(key, lines)

    monkeypatch.setattr(failing, "write_lines", write_lines)

    with pytest.raises(StorageRefused):
        looked_at(failing)

    saved = failing.files.get(PICTURE_HEADERS_KEY, b"").splitlines()
    assert len(saved) == (0 if saving else 2)


class ForbiddingStore(FakeStore):
    """Some pictures cannot be read."""

    def __init__(self, store: FakeStore, error: type[Exception], *keys: str) -> None:
        super().__init__(contents=store.contents, modified=store.modified, pixels=store.pixels)
        self.error: type[Exception] | None = error
        self.forbidden = keys

    def read_range(self, *, key: str, etag: str, start: int, length: int) -> Part:
        if self.error is not None and key.endswith(self.forbidden):
            raise self.error(key)
        return super().read_range(key=key, etag=etag, start=start, length=length)


@pytest.mark.parametrize("error", [ImageUnreadable, StorageDenied])
def test_a_picture_that_cannot_be_read_does_not_hide_the_others(
    store: FakeStore, error: type[Exception]
) -> None:
    forbidding = ForbiddingStore(store, error, "a.png")
    pictures = select(forbidding.labelled_objects()).pictures
    identify(pictures, forbidding)

    first, second, third = examine(pictures, forbidding)
    assert first is None
    assert second is not None
    assert third is not None

    # Restored from the archive it has the ETag that it had.
    forbidding.error = None
    assert examine(pictures, forbidding)[0] == Stored(md5("cat/a.png"), len(png()), SMALL)


def test_when_no_picture_can_be_read_the_bucket_is_to_blame(store: FakeStore) -> None:
    forbidding = ForbiddingStore(store, StorageDenied, ".png", ".jpg")

    with pytest.raises(StorageDenied):
        looked_at(forbidding)

    assert forbidding.written == []


def test_a_size_behind_megabytes_of_history_is_found() -> None:
    store = FakeStore()
    put(store, "cat/a.jpg", jpeg(640, 480, metadata=7_000_000))

    assert looked_at(store)[0].header == Header(PictureFormat.JPEG, 640, 480)


def test_it_is_remembered_whose_etag_is_not_that_of_the_content(store: FakeStore) -> None:
    class Encrypted(FakeStore):
        def read_range(self, *, key: str, etag: str, start: int, length: int) -> Part:
            part = super().read_range(key=key, etag=etag, start=start, length=length)
            return part._replace(plain="a.png" not in key)

    encrypted = Encrypted(contents=store.contents, modified=store.modified, pixels=store.pixels)
    pictures = select(encrypted.labelled_objects()).pictures
    memory = Memory(encrypted, "memory.jsonl")

    first = look_at_all(pictures, encrypted, memory)
    recalled = look_at_all(pictures, encrypted, memory)

    for looked in (first, recalled):
        assert [one.plain for one in looked if one] == [False, True, True]
    assert len(encrypted.ranges) == len(set(encrypted.ranges))

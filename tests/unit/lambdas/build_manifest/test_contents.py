import pytest

from lambdas.build_manifest import contents
from lambdas.build_manifest.contents import identify
from lambdas.build_manifest.errors import PicturesChanged
from lambdas.build_manifest.layout import CONTENT_HASHES_KEY, IMAGES_PREFIX
from lambdas.build_manifest.selection import Picture, select

from .fakes import FakeStore, md5


@pytest.fixture
def store() -> FakeStore:
    store = FakeStore()
    store.put("cat/a.png", "A")
    store.put("cat/b.png", "B", in_parts=True)
    store.put("dog/c.png", "C", in_parts=True)
    return store


def identified(store: FakeStore) -> list[Picture]:
    pictures = select(store.labelled_objects(), etags_are_content=store.etags_are_content).pictures
    identify(pictures, store)
    return pictures


def test_pictures_uploaded_in_one_part_are_not_read_and_nothing_is_written() -> None:
    store = FakeStore()
    store.put("cat/a.png", "A")

    assert [found.content for found in identified(store)] == [md5("A")]
    assert (store.read, store.written) == ([], [])


def test_pictures_uploaded_in_parts_are_read(store: FakeStore) -> None:
    assert [found.content for found in identified(store)] == [md5("A"), md5("B"), md5("C")]
    assert sorted(store.read) == [f"{IMAGES_PREFIX}cat/b.png", f"{IMAGES_PREFIX}dog/c.png"]


def test_what_was_read_once_is_remembered(store: FakeStore) -> None:
    first = identified(store)
    store.read.clear()
    store.written.clear()

    assert identified(store) == first
    assert (store.read, store.written) == ([], [])


def test_only_what_is_new_or_replaced_is_read_again(store: FakeStore) -> None:
    identified(store)
    store.read.clear()
    store.put("cat/b.png", "other", in_parts=True)
    store.put("eel/d.png", "D", in_parts=True)

    assert [found.content for found in identified(store)] == [md5("A"), md5("other"), md5("C"), md5("D")]
    assert sorted(store.read) == [f"{IMAGES_PREFIX}cat/b.png", f"{IMAGES_PREFIX}eel/d.png"]


def test_pictures_that_are_gone_are_forgotten(store: FakeStore) -> None:
    identified(store)
    store.remove("dog/c.png")
    store.put("cat/d.png", "D", in_parts=True)
    identified(store)

    remembered = store.files[CONTENT_HASHES_KEY].decode()
    assert "dog/c.png" not in remembered
    assert "cat/b.png" in remembered
    assert "cat/a.png" not in remembered  # its ETag tells its content


def test_a_broken_memory_costs_reading_and_is_repaired(store: FakeStore) -> None:
    first = identified(store)
    store.files[CONTENT_HASHES_KEY] = b"not what was written\n"

    assert identified(store) == first
    store.read.clear()
    assert identified(store) == first
    assert store.read == []


def test_what_was_read_is_kept_when_a_later_picture_fails(
    store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function that meets its time limit has made progress, so that its next run gets further."""
    monkeypatch.setattr(contents, "_BATCH", 1)
    monkeypatch.setattr(contents, "_SAVE_AFTER_SECONDS", 0)
    pictures = select(store.labelled_objects()).pictures
    store.put("dog/c.png", "replaced meanwhile", in_parts=True)

    with pytest.raises(PicturesChanged):
        identify(pictures, store)

    store.read.clear()
    identified(store)
    assert store.read == [f"{IMAGES_PREFIX}dog/c.png"]


def test_under_kms_every_picture_is_read_once(store: FakeStore) -> None:
    store.etags_are_content = False

    assert [found.content for found in identified(store)] == [md5("A"), md5("B"), md5("C")]
    assert len(store.read) == 3
    store.read.clear()
    assert [found.content for found in identified(store)] == [md5("A"), md5("B"), md5("C")]
    assert store.read == []


class StoreThatCameUnderKms(FakeStore):
    """Its pictures were uploaded before."""

    def etag(self, key: str) -> str:
        return md5(self.contents[key])


def test_pictures_from_before_a_bucket_came_under_kms_are_read_once_too() -> None:
    store = StoreThatCameUnderKms(etags_are_content=False)
    store.put("cat/a.png", "A")
    identified(store)
    store.read.clear()

    assert [found.content for found in identified(store)] == [md5("A")]
    assert store.read == []

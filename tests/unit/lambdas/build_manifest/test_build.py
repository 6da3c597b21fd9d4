import json
import threading
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Literal

import pytest

from lambdas.build_manifest.build import build
from lambdas.build_manifest.errors import PicturesChanged, StorageDenied
from lambdas.build_manifest.layout import set_folder
from lambdas.build_manifest.limits import SetLimits
from lambdas.build_manifest.report import BuildResult
from lambdas.build_manifest.request import Request

from .fakes import LONG_AGO, FakeRegistry, FakeStore, md5

LIMITS = SetLimits(train=250_000, test=250_000)


def run(
    store: FakeStore,
    *,
    mode: Literal["measure", "write"] = "measure",
    digest: str | None = None,
    previous: str | None = None,
    registry: FakeRegistry | None = None,
) -> BuildResult:
    return build(
        Request(mode=mode, digest=digest, previous_digest=previous),
        store=store,
        registry=registry or FakeRegistry(),
        limits=LIMITS,
        now=lambda: LONG_AGO + timedelta(seconds=90.7),
    )


@pytest.fixture
def store() -> FakeStore:
    store = FakeStore()
    for label in ("cat", "dog"):
        for number in range(10):
            store.put(f"{label}/{number}.png", f"{label} {number}")
    return store


def written(store: FakeStore) -> BuildResult:
    return run(store, mode="write", digest=run(store)["digest"])


def test_measuring_counts_every_picture_on_its_side_and_writes_nothing(store: FakeStore) -> None:
    store.put("dog/notes.txt", "notes")

    result = run(store)

    pictures = result["pictures"]
    assert pictures["total"] == pictures["train"] + pictures["test"] == 20
    assert {label: sum(sides.values()) for label, sides in pictures["labels"].items()} == {  # type: ignore[arg-type]
        "cat": 10,
        "dog": 10,
    }
    assert min(sides["test"] for sides in pictures["labels"].values()) > 0
    assert result["version_name"] == "set-" + result["digest"][:16]
    assert result["bucket"] == "pictures-bucket"
    assert result["skipped"]["reasons"]["unsupported_type"]["count"] == 1
    assert (result["problem"], result["manifests"], result["warnings"]) == (None, None, [])
    assert store.files == {}


def test_writing_stores_each_picture_in_one_manifest_and_all_in_the_inventory(store: FakeStore) -> None:
    result = written(store)

    keys = result["manifests"]
    assert keys is not None
    assert set(store.files) == set(keys.values())
    assert all(key.startswith(set_folder(result["digest"])) for key in store.files)
    train = [json.loads(line) for line in store.files[keys["train"]].splitlines()]
    test = [json.loads(line) for line in store.files[keys["test"]].splitlines()]
    assert (len(train), len(test)) == (result["pictures"]["train"], result["pictures"]["test"])
    sources = [line["source-ref"] for line in train + test]
    assert sorted(sources) == sorted(f"s3://pictures-bucket/{key}" for key in store.contents)
    inventory = [json.loads(line) for line in store.files[keys["inventory"]].splitlines()]
    assert [(line["key"], line["etag"]) for line in inventory] == sorted(
        (key, md5(content)) for key, content in store.contents.items()
    )


def test_the_files_of_a_set_are_written_at_the_same_time(store: FakeStore) -> None:
    meeting = threading.Barrier(3)

    class Meeting(FakeStore):
        def write_lines(self, key: str, lines: Iterable[bytes]) -> None:
            meeting.wait(30)
            super().write_lines(key, lines)

    slow = Meeting(contents=store.contents, modified=store.modified)
    written(slow)

    assert len(slow.files) == 3


@pytest.mark.parametrize("name", ["train.manifest", "test.manifest", "inventory.jsonl"])
def test_whichever_file_cannot_be_written_the_reason_is_told(store: FakeStore, name: str) -> None:
    class Refusing(FakeStore):
        def write_lines(self, key: str, lines: Iterable[bytes]) -> None:
            if key.endswith(name):
                raise StorageDenied(key)
            super().write_lines(key, lines)

    refusing = Refusing(contents=store.contents, modified=store.modified)

    with pytest.raises(StorageDenied, match=name):
        written(refusing)


def test_both_modes_tell_the_same(store: FakeStore) -> None:
    measured = run(store)

    assert {**written(store), "manifests": None} == measured


def test_writing_twice_stores_the_same_bytes(store: FakeStore) -> None:
    written(store)
    first = dict(store.files)
    written(store)

    assert store.files == first


def test_pictures_that_changed_since_they_were_measured_are_not_written(store: FakeStore) -> None:
    digest = run(store)["digest"]
    store.put("cat/11.png", "late")

    with pytest.raises(PicturesChanged, match=digest):
        run(store, mode="write", digest=digest)
    assert store.files == {}


def test_a_set_that_cannot_be_trained_is_not_written() -> None:
    store = FakeStore()
    for number in range(12):
        store.put(f"label {number}/a.png", str(number))

    result = written(store)

    assert result["problem"] is not None
    assert result["manifests"] is None
    assert store.files == {}


def test_before_the_first_training_every_picture_is_new(store: FakeStore) -> None:
    assert run(store)["new_pictures"] == 20


def test_new_pictures_are_counted_against_the_set_trained_last(store: FakeStore) -> None:
    previous = written(store)["digest"]
    assert run(store, previous=previous)["new_pictures"] == 0

    store.put("cat/new.png", "new")
    store.put("cat/0.png", "replaced")
    store.remove("dog/0.png")
    store.remove("dog/1.png")
    store.put("cat/from dog.png", "dog 1")

    assert run(store, previous=previous)["new_pictures"] == 4


@pytest.mark.parametrize(("content", "said"), [(None, "is gone"), (b"{broken\n", "cannot be read")])
def test_without_the_inventory_trained_last_every_picture_is_new_and_the_reason_is_told(
    store: FakeStore, content: bytes | None, said: str
) -> None:
    previous = "f" * 64
    if content is not None:
        store.files[f"{set_folder(previous)}inventory.jsonl"] = content

    result = run(store, previous=previous)

    assert result["new_pictures"] == 20
    assert [warning for warning in result["warnings"] if said in warning and previous in warning]


def test_the_age_of_the_youngest_picture_is_told_in_seconds(store: FakeStore) -> None:
    assert run(store)["youngest_seconds"] == 90
    store.put("cat/new.png", "new", at=LONG_AGO + timedelta(seconds=60))
    assert run(store)["youngest_seconds"] == 30
    store.put("cat/future.png", "future", at=LONG_AGO + timedelta(days=1))
    assert run(store)["youngest_seconds"] == 0


def test_an_empty_bucket_is_an_empty_set() -> None:
    result = run(FakeStore())

    assert result["pictures"] == {"total": 0, "train": 0, "test": 0, "labels": {}}
    assert (result["youngest_seconds"], result["new_pictures"], result["problem"]) == (None, 0, None)


def test_writing_deletes_sets_that_nothing_names_and_measuring_deletes_none(store: FakeStore) -> None:
    orphan, named, previous = "a" * 64, "b" * 64, "c" * 64
    for name in (orphan, named, previous):
        store.files[f"{set_folder(name)}train.manifest"] = b""
    digest = run(store, registry=FakeRegistry({named}))["digest"]
    assert store.set_names() == [orphan, named, previous]

    run(store, mode="write", digest=digest, previous=previous, registry=FakeRegistry({named}))

    assert store.set_names() == sorted([named, previous, digest])


def test_a_copy_uploaded_in_parts_is_on_the_same_side_as_the_one_that_was_not() -> None:
    store = FakeStore()
    for number in range(30):
        store.put(f"cat/{number}.png", f"cat {number}")
        store.put(f"cat/{number} copy.png", f"cat {number}", in_parts=True)
        store.put(f"dog/{number}.png", f"dog {number}")

    manifests = written(store)["manifests"]

    assert manifests is not None
    test = store.files[manifests["test"]].decode()
    for number in range(30):
        assert (f"/cat/{number}.png" in test) == (f"/cat/{number} copy.png" in test)


def test_an_inventory_that_may_no_longer_be_read_makes_every_picture_new() -> None:
    """As after another `bucket_key`: the set is measured all the same."""

    class Locked(FakeStore):
        def read_lines(self, key: str) -> Iterator[bytes] | None:
            raise StorageDenied(f"kms:Decrypt, {key}")

    store = Locked()
    for label in ("cat", "dog"):
        for number in range(10):
            store.put(f"{label}/{number}.png", f"{label} {number}", in_parts=number == 0)

    result = build(
        Request(mode="measure", digest=None, previous_digest="a" * 64),
        store=store,
        registry=FakeRegistry(),
        limits=LIMITS,
        now=lambda: LONG_AGO,
    )

    assert result["new_pictures"] == 20
    (warning,) = [each for each in result["warnings"] if "may not be read" in each]
    assert "kms:Decrypt" in warning

from lambdas.build_manifest.layout import MANIFESTS_PREFIX, set_folder
from lambdas.build_manifest.sweep import sweep

from .fakes import FakeRegistry, FakeStore

NAMED, ORPHANED, PRESENT = "a" * 64, "b" * 64, "c" * 64


def test_sets_that_nothing_names_are_deleted_and_all_else_stays() -> None:
    store = FakeStore()
    for name in (NAMED, ORPHANED, PRESENT):
        store.files[f"{set_folder(name)}train.manifest"] = b""
        store.files[f"{set_folder(name)}inventory.jsonl"] = b""
    others = [
        f"{MANIFESTS_PREFIX}{name}"
        for name in ("content-hashes.jsonl", "by-hand/train.manifest", "b" * 63 + "/x")
    ]
    store.files.update(dict.fromkeys(others, b""))

    deleted = sweep(store, FakeRegistry({NAMED}), keep={PRESENT})

    assert deleted == [ORPHANED]
    assert store.set_names() == [NAMED, PRESENT]
    assert set(others) <= set(store.files)

import json
from datetime import timedelta
from typing import Any

import pytest

from lambdas.build_manifest.checking import CheckResult
from lambdas.build_manifest.errors import PicturesChanged
from lambdas.build_manifest.layout import check_report_key, inventory_key
from lambdas.build_manifest.limits import SetLimits
from lambdas.build_manifest.report import BuildResult
from lambdas.build_manifest.request import Request
from lambdas.build_manifest.sources.data_source import ManifestSource
from lambdas.build_manifest.sources.labelled_build import build_labelled, check_labelled
from lambdas.build_manifest.sources.ports import Access
from tests.unit.lambdas.build_manifest.fakes import LONG_AGO, FakeRegistry, FakeStore

from .places import BUCKET, LOCATIONS, TRAIN, FakeSources, boxes_of, labels_of, simple

LIMITS = SetLimits(train=1000, test=1000)
SOURCE = ManifestSource(train=TRAIN)


@pytest.fixture
def sources() -> FakeSources:
    return FakeSources()


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


def access(sources: FakeSources, store: FakeStore) -> Access:
    return Access(sources=sources, locations=LOCATIONS, store=store)


def built(
    sources: FakeSources,
    store: FakeStore,
    *,
    previous: str | None = None,
    registry: FakeRegistry | None = None,
    **request: Any,
) -> BuildResult:
    return build_labelled(
        Request(**({"mode": "measure", "digest": None} | request), previous_digest=previous),
        SOURCE,
        access=access(sources, store),
        registry=registry or FakeRegistry(),
        limits=LIMITS,
        now=lambda: LONG_AGO + timedelta(hours=1),
    )


def checked(sources: FakeSources, store: FakeStore, digest: str, **request: Any) -> CheckResult:
    return check_labelled(
        Request(mode="check", digest=digest, previous_digest=None, **request),
        SOURCE,
        access=access(sources, store),
        limits=LIMITS,
    )


def lines_of(store: FakeStore, key: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in store.files[key].splitlines()]


def test_measuring_writes_no_set(sources: FakeSources, store: FakeStore) -> None:
    sources.tell(TRAIN, simple(sources, 40))

    result = built(sources, store)

    assert result["manifests"] is None
    assert not any(result["digest"] in key for key in store.files)
    assert (result["data_source"], result["model_type"]) == (TRAIN.uri, "whole_picture")
    assert result["version_name"] == f"set-{result['digest'][:16]}"
    assert (result["problem"], result["youngest_seconds"], result["new_pictures"]) == (None, 3600, 40)


def test_what_was_measured_is_written(sources: FakeSources, store: FakeStore) -> None:
    sources.tell(TRAIN, [boxes_of(sources.put(f"{number:02}.png"), "cat", "dog") for number in range(40)])
    measured = built(sources, store)

    result = built(sources, store, mode="write", digest=measured["digest"])

    assert result | {"manifests": None} == measured
    assert result["manifests"] is not None
    train, test = (lines_of(store, result["manifests"][side]) for side in ("train", "test"))
    assert (len(train), len(test)) == (result["pictures"]["train"], result["pictures"]["test"])
    assert {line["source-ref"] for line in train + test} == {
        f"s3://{BUCKET}/set/{number:02}.png" for number in range(40)
    }
    assert train[0]["boxes"]["image_size"] == [{"width": 100, "height": 80, "depth": 3}]
    assert result["pictures"]["labels"]["cat"] == {"train": len(train), "test": len(test)}
    assert built(sources, store, previous=result["digest"])["new_pictures"] == 0


def test_only_what_changed_since_the_last_set_is_new(sources: FakeSources, store: FakeStore) -> None:
    lines = simple(sources, 40)
    sources.tell(TRAIN, lines)
    first = built(sources, store)["digest"]
    built(sources, store, mode="write", digest=first)
    lines[0] = lines[0].replace(b"cat", b"cow")
    lines.append(labels_of(sources.put("new.png"), "cat"))
    del lines[7]
    sources.tell(TRAIN, lines)

    # Another label, one picture more, and one less.
    assert built(sources, store, previous=first)["new_pictures"] == 3


def test_a_set_that_changed_is_neither_checked_nor_written(sources: FakeSources, store: FakeStore) -> None:
    lines = simple(sources, 40)
    sources.tell(TRAIN, lines)
    digest = built(sources, store)["digest"]
    sources.tell(TRAIN, lines[1:])

    with pytest.raises(PicturesChanged):
        checked(sources, store, digest)
    with pytest.raises(PicturesChanged):
        built(sources, store, mode="write", digest=digest)
    assert inventory_key(digest) not in store.files


def test_a_check_reports_beside_the_set(sources: FakeSources, store: FakeStore) -> None:
    sources.tell(TRAIN, [*simple(sources, 40), b"{no JSON"])
    digest = built(sources, store)["digest"]

    result = checked(sources, store, digest)

    assert (result["passed"], result["errors"], result["lasting"]) == (False, 1, True)
    assert f"{TRAIN.uri}, line 41" in result["words"]
    assert result["report"] == f"s3://{store.name}/{check_report_key(digest, 'html')}"
    assert json.loads(store.files[check_report_key(digest, "json")])["passed"] is False


def test_in_quarantine_the_rest_is_written(sources: FakeSources, store: FakeStore) -> None:
    sources.tell(TRAIN, [*simple(sources, 40), b"{no JSON"])
    digest = built(sources, store)["digest"]

    assert checked(sources, store, digest, quarantine=True)["passed"]
    result = built(sources, store, mode="write", digest=digest, quarantine=True)

    assert result["manifests"] is not None
    assert result["pictures"]["total"] == 40


def test_a_set_that_does_not_pass_is_never_written(sources: FakeSources, store: FakeStore) -> None:
    sources.tell(TRAIN, [*simple(sources, 40), b"{no JSON"])
    digest = built(sources, store)["digest"]

    with pytest.raises(PicturesChanged, match="does not now"):
        built(sources, store, mode="write", digest=digest)
    assert inventory_key(digest) not in store.files


def test_what_cannot_be_used_is_counted(sources: FakeSources, store: FakeStore) -> None:
    lost = labels_of(f"s3://{BUCKET}/set/lost.png", "cat")
    unlabelled = {"source-ref": sources.put("unlabelled.png")}
    sources.tell(TRAIN, [*simple(sources, 40), lost, unlabelled, b"{no JSON"])

    result = built(sources, store)

    assert (result["left_out"], result["pictures"]["total"], result["problem"]) == (3, 40, None)


def test_a_label_that_cannot_be_tested_is_told(sources: FakeSources, store: FakeStore) -> None:
    sources.tell(TRAIN, [*simple(sources, 40), labels_of(sources.put("only.png"), "cow")])

    (warning,) = built(sources, store)["warnings"]

    assert "cow" in warning


def test_pictures_with_several_labels_contradict_nothing(sources: FakeSources, store: FakeStore) -> None:
    sources.tell(TRAIN, [labels_of(sources.put(f"{number:02}.png"), "cat", "dog") for number in range(40)])

    assert built(sources, store)["warnings"] == []


def test_sets_that_nobody_names_are_swept_away(sources: FakeSources, store: FakeStore) -> None:
    sources.tell(TRAIN, simple(sources, 40))
    orphan, named = "a" * 64, "b" * 64
    for digest in (orphan, named):
        store.files[inventory_key(digest)] = b""
    digest = built(sources, store)["digest"]

    built(sources, store, mode="write", digest=digest, registry=FakeRegistry({named}))

    assert set(store.set_names()) == {digest, named}

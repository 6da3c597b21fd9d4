import json
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pytest

from lambdas.build_manifest.build import build
from lambdas.build_manifest.checking import CheckResult, check
from lambdas.build_manifest.digest import digest_of
from lambdas.build_manifest.errors import PicturesChanged
from lambdas.build_manifest.layout import IMAGES_PREFIX, check_report_key, inventory_key
from lambdas.build_manifest.limits import SetLimits
from lambdas.build_manifest.report import BuildResult
from lambdas.build_manifest.request import Request
from lambdas.build_manifest.selection import select

from .fakes import FakeRegistry, FakeStore, md5
from .pixels import png, put

LIMITS = SetLimits(train=1000, test=1000)
NO_PICTURE = b"This is no picture."


@pytest.fixture
def store() -> FakeStore:
    store = FakeStore()
    for label in ("cat", "dog"):
        for number in range(20):
            put(store, f"{label}/{number:02}.png", png())
    return store


def spoil(store: FakeStore, count: int) -> list[str]:
    keys = [f"cat/spoilt-{number}.png" for number in range(count)]
    for key in keys:
        put(store, key, NO_PICTURE)
    return keys


def request(store: FakeStore, mode: Any = "check", **rules: Any) -> Request:
    digest = digest_of(select(store.labelled_objects()).pictures)
    return Request(mode=mode, digest=digest, previous_digest=None, **rules)


def checked(store: FakeStore, **rules: Any) -> CheckResult:
    return check(request(store, **rules), store=store, limits=LIMITS)


def written(store: FakeStore, **rules: Any) -> BuildResult:
    return build(
        request(store, "write", **rules),
        store=store,
        registry=FakeRegistry(),
        limits=LIMITS,
        now=lambda: datetime.now(UTC),
    )


def test_a_sound_set_passes_and_its_report_lies_beside_its_manifests(store: FakeStore) -> None:
    result = checked(store)

    assert result["passed"] is True
    assert (result["errors"], result["quarantined"], result["words"]) == (0, 0, "")
    digest = request(store).digest
    assert digest is not None
    assert result["report"] == f"s3://{store.name}/{check_report_key(digest, 'html')}"
    report = json.loads(store.files[check_report_key(digest, "json")])
    assert report["passed"] is True
    assert report["train"]["after"] + report["test"]["after"] == 40
    assert b"<html" in store.files[check_report_key(digest, "html")]
    assert json.loads(json.dumps(result)) == result


def test_one_picture_that_is_none_keeps_the_set_from_being_trained(store: FakeStore) -> None:
    (key,) = spoil(store, 1)

    result = checked(store)

    assert result["passed"] is False
    assert result["errors"] == 1
    assert key in result["words"]
    assert "ERROR_INVALID_IMAGE" in result["words"]
    assert "Convert the picture to PNG or JPEG" in result["words"]


def test_in_quarantine_it_is_left_out_and_the_others_are_trained(store: FakeStore) -> None:
    (key,) = spoil(store, 1)

    result = checked(store, quarantine=True)
    assert (result["passed"], result["quarantined"], result["errors"]) == (True, 1, 0)

    manifests = written(store, quarantine=True)["manifests"]
    assert manifests is not None
    lines = store.files[manifests["train"]] + store.files[manifests["test"]]
    assert len(lines.splitlines()) == 40
    assert key.encode() not in lines
    assert key.encode() in store.files[manifests["inventory"]]


def test_what_is_counted_is_what_is_written(store: FakeStore) -> None:
    spoil(store, 3)
    result = written(store, quarantine=True)

    assert result["pictures"]["total"] == 40
    assert result["new_pictures"] == 43
    assert result["digest"] == request(store).digest


def test_without_quarantine_everything_is_written(store: FakeStore) -> None:
    spoil(store, 1)

    assert written(store)["pictures"]["total"] == 41


def test_a_set_of_which_a_fifth_is_bad_is_not_the_one_that_was_meant(store: FakeStore) -> None:
    spoil(store, 20)

    result = checked(store, quarantine=True)

    assert result["passed"] is False
    assert "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST" in result["words"]


def test_a_label_needs_as_many_pictures_as_the_operator_says(store: FakeStore) -> None:
    assert checked(store, minimum_images_per_label=20)["passed"] is True
    result = checked(store, minimum_images_per_label=21)
    assert result["passed"] is False
    assert "Minimum-Images-Per-Label" in result["words"]


def test_many_errors_are_told_by_kind_with_their_pictures(store: FakeStore) -> None:
    keys = spoil(store, 30)

    words = checked(store)["words"]

    assert len(words) <= 4_000
    assert words.count("Convert the picture") == 1
    named = [key for key in keys if key in words]
    assert 10 <= len(named) < len(keys)
    assert f"and {len(keys) - len(named)} more" in words


def test_pictures_that_changed_since_they_were_measured_are_not_judged(store: FakeStore) -> None:
    asked = request(store)
    put(store, "cat/new.png", png())

    with pytest.raises(PicturesChanged, match="since they were measured"):
        check(asked, store=store, limits=LIMITS)
    assert store.files == {}


def test_an_empty_bucket_fails_in_words() -> None:
    result = checked(FakeStore())

    assert result["passed"] is False
    assert "ERROR_EMPTY_MANIFEST" in result["words"]


def test_the_inventory_of_a_set_does_not_depend_on_quarantine(store: FakeStore) -> None:
    spoil(store, 1)
    digest = request(store).digest
    assert digest is not None
    written(store)
    plain = store.files[inventory_key(digest)]
    written(store, quarantine=True)

    assert store.files[inventory_key(digest)] == plain


def report_file(store: FakeStore) -> Any:
    digest = request(store).digest
    assert digest is not None
    return json.loads(store.files[check_report_key(digest, "json")])


def small_test_side() -> FakeStore:
    """Twenty pictures, and three bad ones that would be on the test side."""
    store = FakeStore()
    for label in ("cat", "dog"):
        for number in range(10):
            put(store, f"{label}/{number:02}.png", png())
    candidates = (f"cat/spoilt-{number}.png" for number in range(1000))
    for key in islice((key for key in candidates if md5(key) < "3"), 3):
        put(store, key, NO_PICTURE)
    return store


def test_in_quarantine_a_small_test_side_is_no_reason_to_refuse() -> None:
    """Without it, more than a fifth of one side keeps the set from being trained."""
    store = small_test_side()
    assert "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST" in checked(store)["words"]

    assert checked(store, quarantine=True)["passed"] is True
    test = report_file(store)["test"]
    assert test["bad"] == 3
    assert test["bad"] > 0.2 * test["before"]


@pytest.mark.parametrize("quarantine", [True, False])
def test_the_sides_that_are_judged_are_those_that_are_written(quarantine: bool) -> None:
    """With a label whose only test picture is bad, so that another one is lent when it is left out."""
    store = FakeStore()
    high, low = (
        [key for number in range(200) if (md5(key := f"cat/{number}.png") < "3") is is_low]
        for is_low in (False, True)
    )
    for key in high[:10]:
        put(store, key, png())
    for number in range(10):
        put(store, f"dog/{number}.png", png())
    put(store, low[0], NO_PICTURE if quarantine else png())

    checked(store, quarantine=quarantine)
    report = report_file(store)
    manifests = written(store, quarantine=quarantine)["manifests"]

    assert manifests is not None
    for side in ("train", "test"):
        key = manifests["train"] if side == "train" else manifests["test"]
        assert len(store.files[key].splitlines()) == report[side]["after"]


def test_in_quarantine_too_a_set_that_fails_names_its_bad_pictures(store: FakeStore) -> None:
    keys = spoil(store, 20)

    words = checked(store, quarantine=True)["words"]

    assert words.startswith("- ")
    assert len([key for key in keys if key in words]) > 5


def test_what_could_not_be_read_is_not_judged_for_good(store: FakeStore) -> None:
    spoil(store, 1)
    assert checked(store)["lasting"] is True
    store.unreadable.add(f"{IMAGES_PREFIX}cat/00.png")
    store.files.clear()
    assert checked(store)["lasting"] is False

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.build_manifest.errors import DatasetUnreadable, LabelFileUnreadable, PicturesChanged
from lambdas.build_manifest.labelled.model_type import ModelType
from lambdas.build_manifest.preflight.examined import Examined
from lambdas.build_manifest.sources import reading
from lambdas.build_manifest.sources.data_source import DatasetSource, ManifestSource
from lambdas.build_manifest.sources.labelled_set import labelled_set
from lambdas.build_manifest.sources.ports import Access
from tests.unit.lambdas.build_manifest.fakes import LONG_AGO, FakeStore

from .places import (
    BUCKET,
    LOCATIONS,
    OTHER_BUCKET,
    RULES,
    TEST,
    TRAIN,
    FakeSources,
    boxes_of,
    labels_of,
    read,
    simple,
)


@pytest.fixture
def sources() -> FakeSources:
    return FakeSources()


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


def names(pictures: list[Examined] | None) -> set[str]:
    return {one.picture.key.removeprefix("set/") for one in pictures or []}


def test_pictures_are_split_once_and_keep_their_side(sources: FakeSources, store: FakeStore) -> None:
    lines = simple(sources, 60)
    sources.tell(TRAIN, lines[:50])
    before = read(sources, store).verdict
    sources.tell(TRAIN, lines[::-1])
    after = read(sources, store).verdict

    assert before.passed
    assert after.passed
    assert 0 < len(before.test or []) < 25
    assert names(before.test) <= names(after.test)
    assert names(before.train) <= names(after.train)
    assert len(names(after.train) | names(after.test)) == 60


def test_a_test_file_of_its_own_is_the_test_set(sources: FakeSources, store: FakeStore) -> None:
    lines = simple(sources, 30)
    sources.tell(TRAIN, lines[:20])
    sources.tell(TEST, lines[20:])

    found = read(sources, store, source=ManifestSource(train=TRAIN, test=TEST))

    assert found.split is None
    assert (len(found.verdict.train), len(found.verdict.test or [])) == (20, 10)


def test_entries_of_datasets_are_read_as_a_manifest_is(sources: FakeSources, store: FakeStore) -> None:
    sources.tell(TRAIN, simple(sources))
    of_file = read(sources, store)
    sources.datasets["arn"] = sources.files.pop(TRAIN.uri)

    found = labelled_set(
        DatasetSource(train="arn"),
        expected=of_file.digest,
        access=Access(sources=sources, locations=LOCATIONS, store=store),
        rules=RULES,
    )

    assert found.digest == of_file.digest


def relabel(sources: FakeSources, lines: list[bytes]) -> None:
    lines[3] = lines[3].replace(b"dog", b"cow")


def replace_picture(sources: FakeSources, _lines: list[bytes]) -> None:
    sources.put("003.png", "another")


def remove_line(_sources: FakeSources, lines: list[bytes]) -> None:
    del lines[3]


def break_line(_sources: FakeSources, lines: list[bytes]) -> None:
    lines.append(b"{no JSON")


def remove_picture(sources: FakeSources, _lines: list[bytes]) -> None:
    del sources.buckets[BUCKET].contents["set/003.png"]


Change = Callable[[FakeSources, list[bytes]], None]


@pytest.mark.parametrize("change", [relabel, replace_picture, remove_line, break_line, remove_picture])
def test_another_content_is_another_set(sources: FakeSources, store: FakeStore, change: Change) -> None:
    lines = simple(sources)
    sources.tell(TRAIN, lines)
    before = read(sources, store)
    change(sources, lines)
    sources.tell(TRAIN, lines)

    assert read(sources, store).digest != before.digest
    with pytest.raises(PicturesChanged, match=before.digest):
        read(sources, store, expected=before.digest)


def reverse(_sources: FakeSources, lines: list[bytes]) -> None:
    lines.reverse()


def say_it_otherwise(_sources: FakeSources, lines: list[bytes]) -> None:
    lines[0] = lines[0].replace(b'"confidence":1', b'"confidence":0.5').replace(b"2026-01-01", b"2020-12-31")


def leave_the_size_out(_sources: FakeSources, lines: list[bytes]) -> None:
    lines[-1] = lines[-1].replace(b'"image_size":[{"width":100,"height":80,"depth":3}],', b"")
    assert b"image_size" not in lines[-1]


@pytest.mark.parametrize("change", [reverse, say_it_otherwise, leave_the_size_out])
def test_the_same_content_is_the_same_set(sources: FakeSources, store: FakeStore, change: Change) -> None:
    lines = [*simple(sources), boxes_of(sources.put("boxed.png"), "cat")]
    sources.tell(TRAIN, lines)
    before = read(sources, store)
    change(sources, lines)
    sources.tell(TRAIN, lines)

    assert read(sources, store, expected=before.digest).digest == before.digest


def test_the_same_pictures_on_other_sides_are_another_set(sources: FakeSources, store: FakeStore) -> None:
    lines = simple(sources, 30)
    source = ManifestSource(train=TRAIN, test=TEST)
    sources.tell(TRAIN, lines[:20])
    sources.tell(TEST, lines[20:])
    before = read(sources, store, source=source)
    sources.tell(TRAIN, lines[:19])
    sources.tell(TEST, lines[19:])

    assert read(sources, store, source=source).digest != before.digest


def test_each_picture_has_one_record_that_changes_with_it(sources: FakeSources, store: FakeStore) -> None:
    lines = simple(sources)
    sources.tell(TRAIN, [*lines, lines[5]])
    before = read(sources, store).records
    relabel(sources, lines)
    sources.tell(TRAIN, lines)
    after = read(sources, store).records

    assert [record.key for record in before] == sorted({record.key for record in before})
    changed = [one.key for one, other in zip(before, after, strict=True) if one.content != other.content]
    # The fifth is told of once instead of twice.
    assert changed == [f"s3://{BUCKET}/set/003.png", f"s3://{BUCKET}/set/005.png"]


@pytest.mark.parametrize("encrypted", [False, True])
def test_copies_stay_on_one_side_whatever_their_etags(
    sources: FakeSources, store: FakeStore, *, encrypted: bool
) -> None:
    lines = simple(sources, 40)
    lines += [
        labels_of(sources.put(f"copy-{number}.png", f"{number:03}.png"), "cat") for number in range(0, 40, 2)
    ]
    sources.tell(TRAIN, lines)
    bucket = sources.buckets[BUCKET]
    if encrypted:
        bucket.encrypted = {key for key in bucket.contents if "copy" in key}

    verdict = read(sources, store).verdict

    test = names(verdict.test)
    assert test
    for number in range(0, 40, 2):
        assert (f"{number:03}.png" in test) == (f"copy-{number}.png" in test)


def test_only_what_an_etag_does_not_tell_is_read_whole_and_once(
    sources: FakeSources, store: FakeStore
) -> None:
    sources.tell(TRAIN, simple(sources))
    bucket = sources.buckets[BUCKET]
    bucket.encrypted = {"set/003.png"}
    bucket.uploaded_in_parts = {"set/004.png"}

    first = read(sources, store)
    ranges = list(bucket.ranges)
    second = read(sources, store)

    assert first.digest == second.digest
    assert sorted(bucket.read) == ["set/003.png", "set/004.png"]
    assert bucket.ranges == ranges


@pytest.mark.parametrize(
    ("train", "test", "model"),
    [
        (labels_of, None, ModelType.WHOLE_PICTURE),
        (boxes_of, None, ModelType.LOCATION),
        (labels_of, boxes_of, ModelType.LOCATION),
        (boxes_of, boxes_of, ModelType.LOCATION),
    ],
)
def test_the_data_decides_the_model(
    sources: FakeSources,
    store: FakeStore,
    train: Callable[..., bytes],
    test: Callable[..., bytes] | None,
    model: ModelType,
) -> None:
    uris = [sources.put(f"{number:03}.png") for number in range(30)]
    sources.tell(TRAIN, [train(uri, ("cat", "dog")[number % 2]) for number, uri in enumerate(uris[:20])])
    if test is not None:
        sources.tell(TEST, [test(uri, ("cat", "dog")[number % 2]) for number, uri in enumerate(uris[20:])])
    source = ManifestSource(train=TRAIN, test=None if test is None else TEST)

    verdict = read(sources, store, source=source).verdict

    assert (verdict.passed, verdict.purpose.model) == (True, model)


def test_of_two_kinds_of_annotation_the_rarer_is_left_out_of_both_sides(
    sources: FakeSources, store: FakeStore
) -> None:
    boxed = [boxes_of(sources.put(f"boxed-{number}.png"), "cat", "dog") for number in range(9)]
    sources.tell(TRAIN, [*simple(sources, 30), *boxed])

    verdict = read(sources, store).verdict

    assert verdict.purpose.model is ModelType.WHOLE_PICTURE
    assert not any("boxed" in name for name in names(verdict.train) | names(verdict.test))
    assert verdict.warnings.kinds["WARNING_OTHER_MODEL_TYPE"].count == 9


@pytest.mark.parametrize("draw", range(12))
def test_pictures_with_both_kinds_of_annotation_do_not_change_the_model(
    sources: FakeSources, store: FakeStore, draw: int
) -> None:
    """As chained jobs of Ground Truth leave them: all classified, nearly half of them boxed too."""
    lines = []
    for number in range(60):
        uri, label = sources.put(f"{number:02}.png", f"{draw} {number}"), ("cat", "dog")[number % 2]
        line = json.loads(labels_of(uri, label))
        lines.append(line | json.loads(boxes_of(uri, label)) if number < 28 else line)
    sources.tell(TRAIN, lines)

    verdict = read(sources, store).verdict

    assert verdict.purpose.model is ModelType.WHOLE_PICTURE
    assert len(verdict.train) + len(verdict.test or []) == 60


def test_one_kind_of_object_is_enough_to_find_it(sources: FakeSources, store: FakeStore) -> None:
    sources.tell(TRAIN, [boxes_of(sources.put(f"{number}.png"), "logo") for number in range(20)])

    verdict = read(sources, store).verdict

    assert verdict.passed
    assert "WARNING_SINGLE_LABEL" in verdict.warnings.kinds


def test_a_picture_that_is_missing_is_named_and_remembered(sources: FakeSources, store: FakeStore) -> None:
    sources.tell(TRAIN, [*simple(sources), labels_of(f"s3://{BUCKET}/set/lost.png", "cat")])

    found = read(sources, store)

    (trouble,) = found.verdict.errors.kinds["ERROR_INVALID_IMAGE"].examples
    assert trouble.key == "set/lost.png"
    assert str(trouble.place) == f"{TRAIN.uri}, line 21"
    # Once it is there, the set is another.
    assert found.lasting


def test_a_picture_that_may_be_readable_tomorrow_is_not_remembered(
    sources: FakeSources, store: FakeStore
) -> None:
    sources.tell(TRAIN, simple(sources))
    sources.buckets[BUCKET].unreadable = {"set/003.png"}

    found = read(sources, store)

    assert not found.verdict.passed
    assert not found.lasting


def test_a_picture_where_nothing_may_be_read_is_named_with_the_places(
    sources: FakeSources, store: FakeStore
) -> None:
    sources.tell(TRAIN, [*simple(sources), labels_of("s3://strangers/a.png", "cat")])

    (trouble,) = (
        read(sources, store).verdict.errors.kinds["ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET"].examples
    )

    assert "s3://strangers/a.png" in trouble.found
    assert trouble.allowed == f"s3://{BUCKET}/set/, s3://{OTHER_BUCKET}/"
    assert "data_locations" in trouble.fix


def test_pictures_of_two_buckets_are_no_set(sources: FakeSources, store: FakeStore) -> None:
    sources.tell(TRAIN, [*simple(sources), labels_of(sources.put("a.png", bucket=OTHER_BUCKET), "cat")])

    assert "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS" in read(sources, store).verdict.errors.kinds


def test_an_empty_picture_is_not_read(sources: FakeSources, store: FakeStore) -> None:
    sources.tell(TRAIN, [*simple(sources), labels_of(sources.put("a.png"), "cat")])
    sources.buckets[BUCKET].contents["set/a.png"] = ""

    (trouble,) = read(sources, store).verdict.errors.kinds["ERROR_INVALID_IMAGE"].examples

    assert "0 bytes" in trouble.found
    assert not any(key == "set/a.png" for key, _ in sources.buckets[BUCKET].ranges)


def test_a_bad_picture_is_left_out_in_quarantine(sources: FakeSources, store: FakeStore) -> None:
    lines = simple(sources)
    sources.tell(TRAIN, [*lines, labels_of(f"s3://{BUCKET}/set/lost.png", "cat")])

    verdict = read(sources, store, rules=replace(RULES, quarantine=True)).verdict

    assert verdict.passed
    assert len(verdict.train) + len(verdict.test or []) == 20


@pytest.mark.parametrize("late", ["file", "picture"])
def test_the_youngest_part_of_a_set_is_its_age(sources: FakeSources, store: FakeStore, late: str) -> None:
    sources.tell(TRAIN, simple(sources))
    if late == "file":
        sources.modified = LONG_AGO + timedelta(days=3)
    else:
        sources.buckets[BUCKET].modified["set/003.png"] = LONG_AGO + timedelta(days=3)

    assert read(sources, store).newest == LONG_AGO + timedelta(days=3)


def test_names_begin_in_the_folder_of_their_file_or_where_it_is_said(
    sources: FakeSources, store: FakeStore
) -> None:
    uris = [sources.put(f"{number:03}.png") for number in range(20)]
    rows = [
        "image,label",
        *(f"{uri.rpartition('/')[2]},{'ab'[number % 2]}" for number, uri in enumerate(uris)),
    ]
    file = replace(TRAIN, key="set/labels.csv")
    elsewhere = replace(TRAIN, bucket=OTHER_BUCKET, key="labels.csv")
    for each in (file, elsewhere):
        sources.files[each.uri] = "\n".join(rows).encode()

    here = read(sources, store, source=ManifestSource(train=file))
    there = read(sources, store, source=ManifestSource(train=elsewhere, images=LOCATIONS.folders[0]))

    assert here.verdict.passed
    assert here.digest == there.digest


def test_sources_remember_apart_what_they_looked_at(sources: FakeSources, store: FakeStore) -> None:
    lines = simple(sources, 40)
    sources.tell(TRAIN, lines)
    sources.tell(TEST, lines[:12])
    read(sources, store)
    read(sources, store, source=ManifestSource(train=TEST))
    seen = len(sources.buckets[BUCKET].ranges)

    read(sources, store)

    assert len(sources.buckets[BUCKET].ranges) == seen == 52


def test_more_boxes_than_fit_into_memory_are_refused(
    sources: FakeSources, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_BOXES", 39)
    sources.tell(TRAIN, [boxes_of(sources.put(f"{number}.png"), "cat", "dog") for number in range(20)])

    with pytest.raises(LabelFileUnreadable, match=f"{TRAIN.uri}: it has more than 39 boxes"):
        read(sources, store)


def test_a_dataset_without_entries_is_not_called_a_file(sources: FakeSources, store: FakeStore) -> None:
    sources.datasets["arn"] = b""

    with pytest.raises(DatasetUnreadable, match="arn has no entries"):
        labelled_set(
            DatasetSource(train="arn"),
            expected=None,
            access=Access(sources=sources, locations=LOCATIONS, store=store),
            rules=RULES,
        )


def test_a_file_that_cannot_be_read_is_named(sources: FakeSources, store: FakeStore) -> None:
    sources.files[TRAIN.uri] = b""

    with pytest.raises(LabelFileUnreadable, match=TRAIN.uri):
        read(sources, store)

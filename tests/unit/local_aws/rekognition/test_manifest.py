"""Ground Truth lines as the service reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local_aws.rekognition.manifest import ManifestLine, parse_line, read_manifest
from tests.unit.local_aws.rekognition.fakes import line

METADATA = "label0-metadata"


def parsed(text: str) -> ManifestLine:
    return parse_line(0, text.encode())


def codes(found: ManifestLine) -> list[str]:
    return [error.code for error in found.errors]


def changed(**metadata: Any) -> str:
    """A good line whose metadata has those members, or lacks them when None."""
    document = json.loads(line("a/1.png", "cat"))
    merged = document[METADATA] | metadata
    document[METADATA] = {name: value for name, value in merged.items() if value is not None}
    return json.dumps(document)


def boxed(*boxes: dict[str, int], **metadata: Any) -> str:
    whole = {
        "objects": [{"confidence": 1}] * len(boxes),
        "class-map": {"0": "cat", "1": "dog"},
        "type": "groundtruth/object-detection",
        "human-annotated": "yes",
        "creation-date": "2026-01-02T03:04:05",
    }
    value = {"image_size": [{"width": 640, "height": 480, "depth": 3}], "annotations": list(boxes)}
    return json.dumps({"source-ref": "s3://pictures/a.png", "box": value, "box-metadata": whole | metadata})


def box(**changes: int) -> dict[str, int]:
    return {"class_id": 0, "left": 10, "top": 10, "width": 50, "height": 50} | changes


def test_a_good_line_has_its_bucket_raw_key_and_label() -> None:
    found = parsed(line("images labeled/ca%20t/é?#.png", "cat"))
    assert (found.bucket, found.key) == ("pictures", "images labeled/ca%20t/é?#.png")
    assert found.labels == ("cat",)
    assert not found.errors


def test_several_attribute_pairs_are_several_labels() -> None:
    assert parsed(line("a.png", "cat", "indoors")).labels == ("cat", "indoors")


@pytest.mark.parametrize(
    "date",
    ["2026-01-02T03:04:05", "2026-01-02T03:04:05.123", "2026-01-02T03:04:05.123456", "2026-01-02T03:04:05Z"],
)
def test_all_documented_forms_of_dates_are_accepted(date: str) -> None:
    assert not parsed(changed(**{"creation-date": date})).errors


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "ERROR_INVALID_JSON_LINE"),
        ("", "ERROR_INVALID_JSON_LINE"),
        ('["source-ref"]', "ERROR_INVALID_JSON_LINE"),
        ('{"source-ref": NaN}', "ERROR_INVALID_JSON_LINE"),
        (line("a.png", "cat", padding="x" * 100_000), "ERROR_INVALID_JSON_LINE"),
        ('{"source": "s3://pictures/a.png"}', "ERROR_MISSING_SOURCE_REF"),
        (line("a.png", "cat", **{"source-ref": "https://pictures/a.png"}), "ERROR_INVALID_SOURCE_REF_FORMAT"),
        (line("a.png", "cat", **{"source-ref": "s3://pictures/"}), "ERROR_INVALID_SOURCE_REF_FORMAT"),
        (line("a.png", "cat", **{"source-ref": "s3://pictures"}), "ERROR_INVALID_SOURCE_REF_FORMAT"),
        (line("a.png", "cat", **{"source-ref": 7}), "ERROR_INVALID_SOURCE_REF_FORMAT"),
        (line("a.png", label=1), "ERROR_NO_LABEL_ATTRIBUTES"),
        (line("a.png", "cat", label0="one"), "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"),
        (line("a.png", "cat", label0=True), "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"),
        (line("a.png", "cat", **{METADATA: "cat"}), "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"),
        (changed(**{"class-name": None}), "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"),
        (changed(**{"class-name": ""}), "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"),
        (changed(confidence=None), "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"),
        (changed(confidence=1.5), "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"),
        (changed(**{"human-annotated": "maybe"}), "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"),
        (changed(**{"creation-date": "yesterday"}), "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"),
        (changed(**{"creation-date": None}), "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"),
        (changed(type=None), "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"),
        (changed(type="groundtruth/image-classification-multilabel"), "ERROR_UNSUPPORTED_USE_CASE_TYPE"),
        (changed(**{"class-name": "c" * 256}), "ERROR_INVALID_LABEL_NAME_LENGTH"),
    ],
)
def test_a_bad_line_has_the_documented_error(text: str, code: str) -> None:
    found = parsed(text)
    assert codes(found) == [code]
    assert found.is_invalid
    assert found.has_errors
    assert not found.labels


def test_a_label_of_255_characters_is_accepted() -> None:
    assert parsed(changed(**{"class-name": "c" * 255})).labels == ("c" * 255,)


def test_a_picture_without_labels_is_put_aside_without_an_error() -> None:
    found = parsed(line("a.png"))
    assert codes(found) == ["WARNING_UNANNOTATED_RECORD"]
    assert found.is_ignored
    assert not found.has_errors


def test_what_the_service_added_to_a_line_it_gave_back_is_read_over() -> None:
    assert not parsed(line("a.png", "cat", **{"cl-metadata": {"is_labeled": True}})).errors


def test_boxes_carry_their_labels() -> None:
    found = parsed(boxed(box(), box(class_id=1), box()))
    assert found.labels == ("cat", "dog")
    assert (found.box_count("cat"), found.box_count("dog")) == (2, 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (boxed(box(class_id=7)), "ERROR_MISSING_CLASS_MAP_ID"),
        (boxed(box(), objects=[{}]), "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE"),
        (boxed(box(), objects=[]), "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE"),
        (boxed(box(), **{"class-map": None}), "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"),
        (boxed({"class_id": 0}), "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"),
        (boxed(*[box()] * 51), "ERROR_TOO_MANY_BOUNDING_BOXES"),
    ],
)
def test_a_bad_box_line_has_the_documented_error(text: str, code: str) -> None:
    found = parsed(text)
    assert codes(found) == [code]
    assert found.is_invalid


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (box(left=-1), "ERROR_INVALID_BOUNDING_BOX"),
        (box(left=600), "ERROR_INVALID_BOUNDING_BOX"),
        (box(width=1), "ERROR_BOUNDING_BOX_TOO_SMALL"),
    ],
)
def test_one_bad_box_leaves_the_others_usable(bad: dict[str, int], code: str) -> None:
    found = parsed(boxed(box(), bad))
    assert codes(found) == [code]
    assert found.has_errors
    assert not found.is_invalid
    assert found.box_count("cat") == 1


def test_only_bad_boxes_make_the_line_invalid() -> None:
    found = parsed(boxed(box(left=-1)))
    assert codes(found) == ["ERROR_INVALID_BOUNDING_BOX", "ERROR_NO_VALID_ANNOTATIONS"]
    assert found.is_invalid


def test_no_boxes_put_the_line_aside() -> None:
    assert parsed(boxed()).is_ignored


def test_newlines_alone_separate_lines() -> None:
    content = (line("a\u2028b.png", "cat") + "\r\n" + line("c.png", "cat") + "\n").encode()
    assert [found.key for found in read_manifest(content).lines] == ["a\u2028b.png", "c.png"]


def test_blank_lines_count_as_lines() -> None:
    content = f"{line('a.png', 'cat')}\n\n{line('b.png', 'cat')}\n".encode()
    assert [codes(found) for found in read_manifest(content).lines] == [[], ["ERROR_INVALID_JSON_LINE"], []]


def test_bytes_that_are_no_utf8_make_a_malformed_line() -> None:
    found = parse_line(0, line("a.png", "caté").encode("latin-1").replace(b"\\u00e9", b"\xe9"))
    assert codes(found) == ["ERROR_INVALID_JSON_LINE"]


def test_the_second_line_about_a_picture_is_a_repeat() -> None:
    content = "\n".join([line("a.png", "cat"), line("b.png", "cat"), line("a.png", "dog")]).encode()
    assert read_manifest(content).repeated == {2}

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.build_manifest.layout import IMAGES_PREFIX
from lambdas.build_manifest.limits import MAX_LABEL_LENGTH, MAX_MANIFEST_LINE_LENGTH
from lambdas.build_manifest.manifest import manifest_lines
from lambdas.build_manifest.selection import Picture

ODD_NAMES = [
    "a b",
    'a"b',
    "a'b",
    "a\\b",
    "a\nb",
    "a\r\nb",
    "a\tb",
    "a%20b",
    "a+b",
    "a&b=c?d#e",
    "é",
    "e\u0301",
    "猫",
    "😀",
    "a\u2028b\u2029c\x85d",
    "a\x01b\x7fc",
    "..",
    "a//b",
    " ",
]


def line_of(key: str, label: str = "cat", *, bucket: str = "pictures-bucket") -> bytes:
    (line,) = manifest_lines([Picture(IMAGES_PREFIX + key, "", label, "")], bucket=bucket)
    return line


def spelled_out(key: str, label: str) -> bytes:
    """The line as JSON makes it of what it says."""
    metadata = {
        "class-name": label,
        "confidence": 1,
        "human-annotated": "yes",
        "creation-date": "2026-01-01T00:00:00",
        "type": "groundtruth/image-classification",
        "job-name": "labeled-by-folder",
    }
    line = {"source-ref": f"s3://pictures-bucket/{key}", "label": 1, "label-metadata": metadata}
    text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
    for end in "\x85\u2028\u2029":
        text = text.replace(end, f"\\u{ord(end):04x}")
    return text.encode() + b"\n"


def test_a_line_is_what_custom_labels_documents_for_one_label_per_picture() -> None:
    assert json.loads(line_of("cat/a.png")) == {
        "source-ref": "s3://pictures-bucket/images_labeled_by_folder/cat/a.png",
        "label": 1,
        "label-metadata": {
            "class-name": "cat",
            "confidence": 1,
            "human-annotated": "yes",
            "creation-date": "2026-01-01T00:00:00",
            "type": "groundtruth/image-classification",
            "job-name": "labeled-by-folder",
        },
    }


@pytest.mark.parametrize("name", ODD_NAMES)
def test_keys_and_labels_arrive_raw_whatever_their_characters(name: str) -> None:
    line = json.loads(line_of(f"{name}/x.png", label=name))

    assert line["source-ref"] == f"s3://pictures-bucket/{IMAGES_PREFIX}{name}/x.png"
    assert line["label-metadata"]["class-name"] == name


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(st.lists(st.tuples(NAMES, NAMES)))
def test_lines_are_to_the_byte_what_json_makes_of_them(names: list[tuple[str, str]]) -> None:
    pictures = [Picture(key, "", label, "") for key, label in names]

    lines = b"".join(manifest_lines(pictures, bucket="pictures-bucket"))

    assert lines == b"".join(spelled_out(key, label) for key, label in names)


@pytest.mark.parametrize("odd", ["", "\u2028"])
def test_every_one_of_many_pictures_has_its_line_in_order(odd: str) -> None:
    pictures = [Picture(f"{number}{odd}", "", f"label {number % 3}", "") for number in range(2_345)]

    lines = b"".join(manifest_lines(pictures, bucket="pictures-bucket")).splitlines(keepends=True)

    assert lines == [spelled_out(found.key, found.label) for found in pictures]


@given(NAMES)
def test_a_line_is_one_line_of_utf_8_to_every_reader(name: str) -> None:
    line = line_of(name, label=name)

    assert line.endswith(b"\n")
    assert len(line.splitlines()) == 1
    assert len(line.decode().splitlines()) == 1


@pytest.mark.parametrize("character", ["\x01", "é", "😀", "\u2028"])
def test_the_longest_key_and_label_stay_far_below_the_longest_line(character: str) -> None:
    # S3: a key has at most 1,024 bytes; a bucket name at most 63.
    name = character * (1024 // len(character.encode()))

    line = line_of(name, label=character * MAX_LABEL_LENGTH, bucket="b" * 63)

    assert len(line) < MAX_MANIFEST_LINE_LENGTH / 10

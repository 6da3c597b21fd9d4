import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.build_manifest.labelled.ground_truth import read_ground_truth
from lambdas.build_manifest.labelled.model import Box, LabelledPicture, Size, labelled_picture
from lambdas.build_manifest.labelled.model_type import Style
from lambdas.build_manifest.labelled.writing import written_line
from lambdas.build_manifest.manifest import manifest_lines
from lambdas.build_manifest.selection import Picture
from local_aws.rekognition.manifest import ManifestLine, read_manifest
from local_aws.rekognition.validation import CheckedManifest, cross_check, labels_of

from .reading import PLACE, only_picture

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
LABELS = st.frozensets(NAMES, min_size=1, max_size=50)


@st.composite
def boxed(draw: st.DrawFn) -> LabelledPicture:
    """A picture with boxes that are inside it and large enough."""
    size = Size(draw(st.integers(64, 4096)), draw(st.integers(64, 4096)))
    smallest = 2 if max(size) <= 1280 else max(size) // 1280 + 2
    names = st.sampled_from(sorted(draw(st.frozensets(NAMES, min_size=1, max_size=5))))
    boxes = set()
    for _ in range(draw(st.integers(1, 50))):
        left = draw(st.integers(0, size.width - smallest))
        top = draw(st.integers(0, size.height - smallest))
        width = draw(st.integers(smallest, size.width - left))
        boxes.add(Box(draw(names), left, top, width, draw(st.integers(smallest, size.height - top))))
    return labelled_picture("pictures-bucket", draw(NAMES), boxes=boxes, size=size, place=PLACE)


def checked(line: bytes) -> ManifestLine:
    """As the local Rekognition reads it, which shares no code with what wrote it."""
    (found,) = read_manifest(line).lines
    assert found.errors == ()
    return found


@given(NAMES, LABELS)
def test_custom_labels_accepts_every_image_level_line_with_the_same_labels(
    key: str, labels: frozenset[str]
) -> None:
    picture = labelled_picture("pictures-bucket", key, labels=labels, place=PLACE)

    line = written_line(picture, Style.IMAGE_LEVEL)

    found = checked(line)
    assert (found.bucket, found.key) == ("pictures-bucket", key)
    assert found.labels == picture.labels
    assert not any(attribute.is_boxes for attribute in found.attributes)
    assert only_picture(read_ground_truth([line], source="a.manifest")) == picture


@given(boxed())
def test_custom_labels_accepts_every_line_with_boxes_with_the_same_boxes(picture: LabelledPicture) -> None:
    line = written_line(picture, Style.BOXES)

    found = checked(line)
    assert (found.key, set(found.labels)) == (picture.key, {box.label for box in picture.boxes})
    for label in found.labels:
        assert found.box_count(label) == [box.label for box in picture.boxes].count(label)
    annotations = found.document["boxes"]["annotations"]
    assert [(box["left"], box["top"], box["width"], box["height"]) for box in annotations] == [
        box[1:] for box in picture.boxes
    ]
    assert only_picture(read_ground_truth([line], source="a.manifest")) == picture


@given(st.lists(boxed(), min_size=1, max_size=5))
def test_a_manifest_of_such_lines_has_no_content_error_but_of_too_few_labels(
    pictures: list[LabelledPicture],
) -> None:
    lines = read_manifest(b"".join(written_line(picture, Style.BOXES) for picture in pictures)).lines
    train = CheckedManifest(lines=lines, declared=labels_of(lines))
    train.check()

    assert cross_check(train, train) == []
    assert set(train.errors) <= {"ERROR_MANIFEST_TOO_FEW_LABELS"}


@given(boxed(), LABELS)
def test_a_line_is_one_line_of_utf_8_to_every_reader(
    picture: LabelledPicture, labels: frozenset[str]
) -> None:
    both = labelled_picture(
        picture.bucket, picture.key, labels=labels, boxes=set(picture.boxes), size=picture.size, place=PLACE
    )

    for style in Style:
        line = written_line(both, style)
        assert line.endswith(b"\n")
        assert len(line.splitlines()) == len(line.decode().splitlines()) == 1


def test_an_image_level_line_with_one_label_is_that_of_a_set_made_of_folders() -> None:
    picture = labelled_picture("pictures-bucket", "a.jpg", labels={"cat"}, place=PLACE)
    (line,) = manifest_lines([Picture("a.jpg", "", "cat", "")], bucket="pictures-bucket")
    of_folder = json.loads(line)
    of_folder["label-metadata"]["job-name"] = "labelled-pictures"

    assert json.loads(written_line(picture, Style.IMAGE_LEVEL)) == of_folder


def test_a_line_with_boxes_is_what_custom_labels_documents() -> None:
    picture = labelled_picture(
        "pictures-bucket",
        "a.jpg",
        boxes={Box("dog", 1, 2, 3, 4), Box("cat", 5, 6, 7, 8)},
        size=Size(640, 480),
        place=PLACE,
    )

    assert json.loads(written_line(picture, Style.BOXES)) == {
        "source-ref": "s3://pictures-bucket/a.jpg",
        "boxes": {
            "image_size": [{"width": 640, "height": 480, "depth": 3}],
            "annotations": [
                {"class_id": 0, "left": 5, "top": 6, "width": 7, "height": 8},
                {"class_id": 1, "left": 1, "top": 2, "width": 3, "height": 4},
            ],
        },
        "boxes-metadata": {
            "objects": [{"confidence": 1}, {"confidence": 1}],
            "class-map": {"0": "cat", "1": "dog"},
            "human-annotated": "yes",
            "creation-date": "2026-01-01T00:00:00",
            "type": "groundtruth/object-detection",
            "job-name": "labelled-pictures",
        },
    }


def test_the_size_in_the_pictures_header_goes_before_that_of_the_source() -> None:
    picture = labelled_picture(
        "pictures-bucket", "a.jpg", boxes={Box("cat", 1, 2, 3, 4)}, size=Size(1, 1), place=PLACE
    )

    line = json.loads(written_line(picture, Style.BOXES, size=Size(640, 480)))

    assert line["boxes"]["image_size"] == [{"width": 640, "height": 480, "depth": 3}]


def test_boxes_without_any_size_are_not_written() -> None:
    picture = labelled_picture("pictures-bucket", "a.jpg", boxes={Box("cat", 1, 2, 3, 4)}, place=PLACE)

    with pytest.raises(ValueError, match=r"line 1.*size of a\.jpg"):
        written_line(picture, Style.BOXES)

import json
import tracemalloc
from typing import Any

import pytest

from lambdas.build_manifest.errors import LabelFileUnreadable
from lambdas.build_manifest.labelled.coco import read_coco
from lambdas.build_manifest.labelled.model import Box, LabelledPicture, Place, Size
from lambdas.build_manifest.labelled.trouble import LeftOut, Severity

from .reading import BASE, Found, in_pieces, only_picture, only_trouble, sorted_out

IMAGE = {"id": 7, "file_name": "a.jpg", "width": 640, "height": 480}
CATEGORY = {"id": 1, "name": "cat", "supercategory": "animal"}
ANNOTATION: dict[str, Any] = {
    "id": 1,
    "image_id": 7,
    "category_id": 1,
    "bbox": [10.5, 20.25, 30, 40.5],
    "area": 1215,
    "iscrowd": 0,
    "segmentation": [[1.0, 2.0, 3.0]],
}


def read(
    images: list[Any] | None = None, annotations: list[Any] | None = None, categories: object = (CATEGORY,)
) -> Found:
    document = {
        "info": {},
        "images": [IMAGE] if images is None else images,
        "annotations": [ANNOTATION] if annotations is None else annotations,
        "categories": categories,
    }
    return read_coco([json.dumps(document).encode()], source="a.json", base=BASE)


def test_an_image_has_the_boxes_of_its_annotations_in_whole_pixels() -> None:
    assert only_picture(read()) == LabelledPicture(
        "pictures-bucket",
        "photos/a.jpg",
        (),
        (Box("cat", 11, 20, 30, 41),),
        Size(640, 480),
        Place("a.json", "image", 1),
    )


@pytest.mark.parametrize(("image_id", "named"), [(7, "7"), ("7", 7), ("abc", "abc")])
def test_ids_are_numbers_or_text_and_seven_is_seven(image_id: object, named: object) -> None:
    found = read([IMAGE | {"id": image_id}], [ANNOTATION | {"image_id": named}])

    assert len(only_picture(found).boxes) == 1


def test_a_category_id_may_be_text_too() -> None:
    found = read(annotations=[ANNOTATION | {"category_id": "1"}])

    assert only_picture(found).boxes[0].label == "cat"


@pytest.mark.parametrize(
    ("file_name", "bucket", "key"),
    [
        ("b/c d%20.jpg", "pictures-bucket", "photos/b/c d%20.jpg"),
        ("./a.jpg", "pictures-bucket", "photos/a.jpg"),
        ("s3://elsewhere/x/a.jpg", "elsewhere", "x/a.jpg"),
    ],
)
def test_a_file_name_is_relative_to_the_folder_unless_it_is_an_s3_uri(
    file_name: str, bucket: str, key: str
) -> None:
    found = only_picture(read([IMAGE | {"file_name": file_name}]))

    assert (found.bucket, found.key) == (bucket, key)


@pytest.mark.parametrize(
    "file_name", ["", None, 3, "/home/me/a.jpg", "../a.jpg", "./", "https://x.org/a.jpg", "s3://b/a.jpg"]
)
def test_a_file_name_that_names_no_object_is_an_error(file_name: object) -> None:
    found = only_trouble(read([IMAGE | {"file_name": file_name}]))

    assert (found.code, found.place) == ("ERROR_INVALID_SOURCE_REF_FORMAT", Place("a.json", "image", 1))


@pytest.mark.parametrize("size", [{"width": None}, {"width": 0}, {"height": "480"}, {"height": 1.5}])
def test_a_missing_or_odd_size_is_left_to_the_pictures_header(size: dict[str, object]) -> None:
    assert only_picture(read([IMAGE | size])).size is None


def test_an_image_without_annotations_is_a_warning() -> None:
    found = only_trouble(read(annotations=[]))

    assert (found.code, found.key, found.severity) == (
        "WARNING_UNANNOTATED_RECORD",
        "photos/a.jpg",
        Severity.WARNING,
    )


def test_a_crowd_is_left_out_with_a_warning_and_the_other_boxes_stay() -> None:
    crowd = ANNOTATION | {"iscrowd": 1, "bbox": [0, 0, 640, 480]}

    pictures, (warning,) = sorted_out(read(annotations=[crowd, ANNOTATION]))

    assert (warning.code, warning.left_out) == ("WARNING_CROWD_IGNORED", LeftOut.BOX)
    assert warning.key == "photos/a.jpg"
    assert len(pictures[0].boxes) == 1
    assert sorted_out(read(annotations=[crowd]))[0] == []


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("ERROR_MISSING_CLASS_MAP_ID", {"category_id": 9}),
        ("ERROR_MISSING_CLASS_MAP_ID", {"category_id": None}),
        ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", {"bbox": None}),
        ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", {"bbox": []}),
        ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", {"bbox": [1, 2, 3]}),
        ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", {"bbox": [1, 2, 3, "4"]}),
        ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", {"bbox": [1, 2, 3, float("nan")]}),
        ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", {"bbox": [1, 2, 3, True]}),
    ],
)
def test_one_unusable_annotation_leaves_its_picture_out(code: str, change: dict[str, Any]) -> None:
    found = only_trouble(read(annotations=[ANNOTATION, ANNOTATION | change]))

    assert (found.code, found.key) == (code, "photos/a.jpg")
    assert found.place == Place("a.json", "annotation", 2)


@pytest.mark.parametrize("categories", [[], None, "cat", [{"id": 1}], [{"id": 1, "name": ""}], [7]])
def test_missing_categories_are_told_of_each_annotation(categories: object) -> None:
    assert only_trouble(read(categories=categories)).code == "ERROR_MISSING_CLASS_MAP_ID"


@pytest.mark.parametrize("annotation", [ANNOTATION | {"image_id": 8}, ANNOTATION | {"image_id": None}, 5])
def test_an_annotation_of_no_image_is_an_error_of_its_own(annotation: object) -> None:
    pictures, (found,) = sorted_out(read(annotations=[ANNOTATION, annotation]))

    assert (found.code, found.left_out) == ("ERROR_UNKNOWN_IMAGE", LeftOut.BOX)
    assert len(pictures) == 1


@pytest.mark.parametrize("image_id", [7, None, True])
def test_images_that_cannot_be_told_apart_are_left_out(image_id: object) -> None:
    images = [IMAGE | {"id": image_id}, IMAGE | {"id": image_id, "file_name": "b.jpg"}]

    pictures, troubles = sorted_out(read(images, annotations=[]))

    assert pictures == []
    assert {found.code for found in troubles} == {"ERROR_AMBIGUOUS_IMAGE_ID"}
    assert [found.key for found in troubles] == ["photos/a.jpg", "photos/b.jpg"]


@pytest.mark.parametrize(
    "content",
    [
        b"[]",
        b"{}",
        b'{"images":[]}',
        b'{"images":{},"annotations":[]}',
        b"nonsense",
        b"",
        b'"\xe9"',
        b"[" * 99_999,
    ],
)
def test_what_is_no_coco_file_is_refused_as_a_whole(content: bytes) -> None:
    with pytest.raises(LabelFileUnreadable, match=r"a\.json: "):
        list(read_coco([content], source="a.json", base=BASE))


def test_a_file_that_memory_would_not_hold_is_refused_before_it_is_read() -> None:
    pieces = iter([b" " * 60] * 1000)

    with pytest.raises(LabelFileUnreadable, match="more than 100 bytes"):
        list(read_coco(pieces, source="a.json", base=BASE, largest=100))

    assert len(list(pieces)) == 998


def test_a_bom_and_small_pieces_make_no_difference() -> None:
    document = {"images": [IMAGE], "annotations": [ANNOTATION], "categories": [CATEGORY]}
    content = json.dumps(document, indent=1).encode("utf-8-sig")

    assert only_picture(read_coco(in_pieces(content, 5), source="a.json", base=BASE)).key == "photos/a.jpg"


def test_segmentations_take_no_memory() -> None:
    polygon = [[float(number) for number in range(400)]]
    document = {
        "images": [IMAGE],
        "annotations": [ANNOTATION | {"segmentation": polygon}] * 1_000,
        "categories": [CATEGORY],
    }
    content = json.dumps(document).encode()
    tracemalloc.start()

    list(read_coco([content], source="a.json", base=BASE))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * len(content)

import json
from typing import Any

import pytest

from lambdas.build_manifest.errors import LabelFileUnreadable
from lambdas.build_manifest.labelled.byte_lines import LONGEST_LINE
from lambdas.build_manifest.labelled.ground_truth import read_ground_truth
from lambdas.build_manifest.labelled.model import Box, LabelledPicture, Place, Size
from lambdas.build_manifest.labelled.trouble import LeftOut, Severity, Trouble

from .reading import Found, in_pieces, json_lines, only_picture, only_trouble, sorted_out

REF = {"source-ref": "s3://pictures-bucket/a.jpg"}


def read(*documents: Any) -> Found:
    return read_ground_truth(json_lines(*documents), source="a.manifest")


def picture(**fields: Any) -> LabelledPicture:
    return only_picture(read(REF | fields))


def trouble(**fields: Any) -> Trouble:
    return only_trouble(read(REF | fields))


def image_level(label: object = "cat", **more: object) -> dict[str, object]:
    return {"class-name": label, "type": "groundtruth/image-classification", **more}


def multi_label(class_map: object) -> dict[str, object]:
    return {
        "class-map": class_map,
        "confidence-map": {"0": 0.9},
        "type": "groundtruth/image-classification-multilabel",
        "human-annotated": "yes",
    }


def boxes(*annotations: object, **more: object) -> dict[str, object]:
    return {"image_size": [{"width": 640, "height": 480, "depth": 3}], "annotations": annotations, **more}


def box(class_id: object = 0, left: object = 1, **more: object) -> dict[str, object]:
    return {"class_id": class_id, "left": left, "top": 2, "width": 30, "height": 40} | more


DETECTION = {"type": "groundtruth/object-detection", "class-map": {"0": "cat", "1": "dog"}}


def test_an_image_level_line_gives_its_label() -> None:
    found = picture(job=0, **{"job-metadata": image_level("cat")})

    assert found == LabelledPicture(
        "pictures-bucket", "a.jpg", ("cat",), (), None, Place("a.manifest", "line", 1)
    )


def test_several_attributes_give_several_labels_each_once_and_sorted() -> None:
    attributes: dict[str, object] = {}
    for number, label in enumerate(["dog", "cat", "dog"]):
        attributes |= {f"job{number}": 1, f"job{number}-metadata": image_level(label)}

    assert picture(**attributes).labels == ("cat", "dog")


@pytest.mark.parametrize("value", [0, 7, -1, 1.5, "cat", None, [1]])
def test_the_number_of_an_image_level_attribute_is_ignored(value: object) -> None:
    assert picture(job=value, **{"job-metadata": image_level()}).labels == ("cat",)


def test_what_the_writer_writes_anew_need_not_be_there_and_other_keys_are_tolerated() -> None:
    metadata = image_level(**{"job-name": "j", "consolidation-metadata": {"x": 1}, "human-annotated": "no"})

    assert picture(job=1, comment="x", **{"job-metadata": metadata}).labels == ("cat",)


def test_ground_truths_own_multi_label_form_becomes_labels() -> None:
    metadata = multi_label({"0": "dog", "4": "cat", "5": "eel"})

    assert picture(job=[4, 0], **{"job-metadata": metadata}).labels == ("cat", "dog")


def test_a_multi_label_line_without_a_label_is_a_warning() -> None:
    found = trouble(job=[], **{"job-metadata": multi_label({})})

    assert (found.code, found.severity) == ("WARNING_UNANNOTATED_RECORD", Severity.WARNING)


def test_boxes_are_read_with_their_labels_and_the_size_that_they_were_drawn_on() -> None:
    found = picture(job=boxes(box(1), box(0, left=5)), **{"job-metadata": DETECTION})

    assert found.boxes == (Box("cat", 5, 2, 30, 40), Box("dog", 1, 2, 30, 40))
    assert found.size == Size(640, 480)
    assert found.labels == ()


def test_fractions_are_rounded_at_the_edges_so_that_a_box_stays_inside() -> None:
    annotation = box(left=600.6, width=39.4, top=0.4, height=479.6)

    found = picture(job=boxes(annotation), **{"job-metadata": DETECTION})

    assert found.boxes == (Box("cat", 601, 0, 39, 480),)


def test_the_size_may_be_missing_because_the_pictures_header_tells_it() -> None:
    found = picture(job={"annotations": [box()]}, **{"job-metadata": DETECTION})

    assert found.size is None


def test_a_line_may_have_labels_and_boxes_from_two_jobs() -> None:
    found = picture(
        one=1, two=boxes(box()), **{"one-metadata": image_level("indoors"), "two-metadata": DETECTION}
    )

    assert (found.labels, len(found.boxes)) == (("indoors",), 1)


def test_what_the_service_added_to_an_entry_of_a_dataset_is_removed() -> None:
    found = picture(
        job=1,
        **{
            "job-metadata": image_level("cat"),
            "cl-metadata": {"is_labeled": True},
            "cl-errors": [{"code": "ERROR_X", "message": "x"}],
            "errors": [],
        },
    )

    assert found.labels == ("cat",)


def test_an_attribute_may_have_the_name_that_the_services_own_begin_with() -> None:
    assert picture(cl=1, **{"cl-metadata": image_level("cat")}).labels == ("cat",)


def test_the_predictions_of_a_snapshot_are_no_labels() -> None:
    prediction = "rekognition-custom-labels-evaluation-0"
    truth = "rekognition-custom-labels-training-0"
    fields = {prediction: 1, f"{prediction}-metadata": image_level("dog")}

    assert picture(**fields, **{truth: 1, f"{truth}-metadata": image_level("cat")}).labels == ("cat",)
    assert trouble(**fields).code == "WARNING_UNANNOTATED_RECORD"


def test_an_entry_without_any_label_is_a_warning() -> None:
    found = trouble(**{"cl-metadata": {"is_labeled": False}})

    assert (found.code, found.left_out) == ("WARNING_UNANNOTATED_RECORD", LeftOut.PICTURE)


@pytest.mark.parametrize("value", [{"job": -1}, {}])
def test_a_failed_labelling_job_leaves_the_picture_unannotated_and_says_why(value: dict[str, Any]) -> None:
    failed = {"failure-reason": "ClientError: too large", "type": "groundtruth/object-detection"}

    found = trouble(**value, **{"job-metadata": failed})

    assert (found.code, found.severity) == ("WARNING_UNANNOTATED_RECORD", Severity.WARNING)
    assert "ClientError: too large" in found.found


def test_an_attribute_of_another_kind_of_job_is_read_over_beside_one_that_is_understood() -> None:
    mask = {"mask-ref": "s3://b/m.png", "mask-ref-metadata": {"type": "groundtruth/semantic-segmentation"}}

    assert picture(job=1, **{"job-metadata": image_level()}, **mask).labels == ("cat",)
    assert trouble(**mask).code == "ERROR_UNSUPPORTED_USE_CASE_TYPE"


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("ERROR_NO_LABEL_ATTRIBUTES", {"job": 1}),
        ("ERROR_NO_LABEL_ATTRIBUTES", {"job-metadata": image_level()}),
        ("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", {"job": 1, "job-metadata": "cat"}),
        ("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", {"job": 1, "job-metadata": {"class-name": "c"}}),
        ("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", {"job": 1, "job-metadata": image_level("")}),
        ("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", {"job": 1, "job-metadata": image_level(None)}),
        ("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", {"job": 1, "job-metadata": image_level("\ud800")}),
        ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", {"job": 1, "job-metadata": multi_label({"1": "a"})}),
        ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", {"job": [True], "job-metadata": multi_label({"1": "a"})}),
        ("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", {"job": [1], "job-metadata": multi_label(None)}),
        ("ERROR_MISSING_CLASS_MAP_ID", {"job": [2], "job-metadata": multi_label({"1": "a"})}),
        (
            "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT",
            {"job": [1], "job-metadata": multi_label({"1": 5})},
        ),
        ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", {"job": 1, "job-metadata": DETECTION}),
        ("ERROR_MISSING_CLASS_MAP_ID", {"job": boxes(box(9)), "job-metadata": DETECTION}),
        ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", {"job": boxes(box("0")), "job-metadata": DETECTION}),
        ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", {"job": boxes(box(left="1")), "job-metadata": DETECTION}),
        (
            "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT",
            {"job": boxes(box(left=10**400)), "job-metadata": DETECTION},
        ),
        ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", {"job": boxes("box"), "job-metadata": DETECTION}),
        (
            "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT",
            {"job": boxes(box(), image_size=[]), "job-metadata": DETECTION},
        ),
        (
            "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT",
            {"job": boxes(box(), image_size=[{"width": 0, "height": 1}]), "job-metadata": DETECTION},
        ),
        (
            "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT",
            {"job": boxes(box()), "job-metadata": {"type": "groundtruth/object-detection"}},
        ),
        (
            "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT",
            {
                "one": boxes(box()),
                "one-metadata": DETECTION,
                "two": boxes(box(), image_size=[{"width": 1, "height": 2}]),
                "two-metadata": DETECTION,
            },
        ),
    ],
)
def test_an_unusable_attribute_is_an_error_that_names_line_and_key(code: str, fields: dict[str, Any]) -> None:
    found = trouble(**fields)

    assert (found.code, found.severity, found.left_out) == (code, Severity.ERROR, LeftOut.PICTURE)
    assert (found.place, found.key) == (Place("a.manifest", "line", 1), "a.jpg")


def test_one_unusable_attribute_leaves_the_whole_picture_out() -> None:
    found = trouble(one=1, two=1, **{"one-metadata": image_level(), "two-metadata": image_level("")})

    assert found.code == "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"


@pytest.mark.parametrize(
    ("code", "document"),
    [
        ("ERROR_MISSING_SOURCE_REF", {"source": "cats are nice"}),
        ("ERROR_INVALID_SOURCE_REF_FORMAT", {"source-ref": "https://example.com/a.jpg"}),
        ("ERROR_INVALID_SOURCE_REF_FORMAT", {"source-ref": "a.jpg"}),
        ("ERROR_INVALID_SOURCE_REF_FORMAT", {"source-ref": "s3://bucket"}),
        ("ERROR_INVALID_SOURCE_REF_FORMAT", {"source-ref": 7}),
        ("ERROR_INVALID_SOURCE_REF_FORMAT", {"source-ref": "s3://bucket/\ud800"}),
        ("ERROR_INVALID_SOURCE_REF_FORMAT", {"source-ref": "s3://bucket/" + "é" * 513}),
        ("ERROR_INVALID_JSON_LINE", ["source-ref"]),
        ("ERROR_INVALID_JSON_LINE", None),
    ],
)
def test_a_line_without_a_usable_picture_is_an_error(code: str, document: object) -> None:
    assert only_trouble(read(document)).code == code


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b'{"a":NaN}',
        b"\xff\xfe\xff",
        b'{"a":"\xe9"}',
        b"[" * 100_000,
        b'{"a":' + b"9" * 5000 + b"}",
        b"x" * (LONGEST_LINE + 1),
    ],
)
def test_a_line_that_is_no_json_is_an_error_and_the_next_is_read(line: bytes) -> None:
    good = json_lines(REF | {"job": 1, "job-metadata": image_level()})

    pictures, troubles = sorted_out(read_ground_truth([b"\n", line + b"\n", *good], source="a.manifest"))

    assert [found.code for found in troubles] == ["ERROR_INVALID_JSON_LINE"]
    assert [found.place and found.place.number for found in pictures] == [3]


def test_a_key_is_taken_raw_and_may_hold_line_ends() -> None:
    found = only_picture(
        read({"source-ref": "s3://pictures-bucket/a%20b\n\u2028.jpg", "j": 1, "j-metadata": image_level()})
    )

    assert found.key == "a%20b\n\u2028.jpg"


@pytest.mark.parametrize("length", [1, 2, 3, 7, 10_000])
def test_a_bom_carriage_returns_blank_lines_and_a_missing_last_newline_make_no_difference(
    length: int,
) -> None:
    lines = [
        json.dumps(
            {"source-ref": f"s3://bucket/{name}", "j": 1, "j-metadata": image_level()}, ensure_ascii=False
        )
        for name in ("é\u2028", "b")
    ]
    content = b"\xef\xbb\xbf" + "\r\n\r\n".join(lines).encode()

    pictures, troubles = sorted_out(read_ground_truth(in_pieces(content, length), source="a.manifest"))

    assert troubles == []
    assert [(found.key, found.place and found.place.number) for found in pictures] == [
        ("é\u2028", 1),
        ("b", 3),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\n \n", "empty"),
        ('{"source-ref":'.encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04\x00\x00", "Excel"),
    ],
)
def test_what_is_no_text_file_is_refused_as_a_whole(content: bytes, words: str) -> None:
    with pytest.raises(LabelFileUnreadable, match=words):
        list(read_ground_truth([content], source="a.manifest"))

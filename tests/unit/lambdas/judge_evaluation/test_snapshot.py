"""The testing snapshot is read as it is documented, and what is not is said."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.judge_evaluation.boxes import Box, LabelledBox
from lambdas.judge_evaluation.snapshot import Prediction, Reader, TestedPicture

from .snapshots import boxed, classified, lines

QUARTER = Box(left=0.5, top=0.5, width=0.5, height=0.5)


def test_a_picture_has_its_place_its_labels_and_what_was_said() -> None:
    reader = Reader()
    document = classified("a b/ä.jpg", ["dog", "cat"], ("cat", 0.9, True), ("dog", 0.2, False))

    (picture,) = reader.pictures(lines(document))

    assert picture == TestedPicture(
        bucket="bucket",
        key="a b/ä.jpg",
        labels=("cat", "dog"),
        predictions=(
            Prediction(label="cat", confidence=0.9, found=True),
            Prediction(label="dog", confidence=0.2, found=False),
        ),
    )
    assert picture.found == {"cat"}
    assert reader.said() == []


def test_a_picture_with_boxes_has_them_as_shares_of_it() -> None:
    reader = Reader()

    (picture,) = reader.pictures(
        lines(boxed("a.jpg", ["cat", "cat"], ("cat", 0.8, True), ("dog", 0.3, False)))
    )

    assert picture.labels == ("cat",)
    assert picture.boxes == (LabelledBox(label="cat", box=QUARTER),) * 2
    assert picture.predictions == (
        Prediction(label="cat", confidence=0.8, found=True, box=QUARTER),
        Prediction(label="dog", confidence=0.3, found=False, box=QUARTER),
    )
    assert reader.said() == []


def test_a_picture_without_labels_or_predictions_is_one_all_the_same() -> None:
    (picture,) = Reader().pictures(lines({"source-ref": "s3://b/k"}))

    assert picture == TestedPicture(bucket="b", key="k", labels=())


def test_blank_lines_say_nothing() -> None:
    reader = Reader()

    assert list(reader.pictures([b"", b"  \n"])) == []
    assert reader.said() == []


@pytest.mark.parametrize(
    "line", [b"{", b"\xff", b"[]", b"{}", b'{"source-ref": "https://b/k"}', b"[" * 100_000]
)
def test_a_line_that_names_no_picture_is_left_out_and_said(line: bytes) -> None:
    reader = Reader()

    assert len(list(reader.pictures([line, line, *lines(classified("k", []))]))) == 1
    (said,) = reader.said()
    assert "a line is no JSON object with a source-ref" in said
    assert "(2 times)" in said


def without(document: dict[str, Any], attribute: str, member: str) -> dict[str, Any]:
    document[attribute] = {name: value for name, value in document[attribute].items() if name != member}
    return document


TRUTH, SAID = "rekognition-custom-labels-training-0", "rekognition-custom-labels-evaluation"


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({**classified("k", ["cat"]), "colour": 1, "colour-metadata": {}}, "neither of the training nor"),
        ({**classified("k", ["cat"]), SAID: 1}, "no metadata"),
        (without(classified("k", ["cat"]), f"{TRUTH}-metadata", "class-name"), "no class-name"),
        (without(boxed("k", ["cat"]), f"{TRUTH}-metadata", "class-map"), "no label"),
        (without(boxed("k", ["cat"]), TRUTH, "image_size"), "no edges, or its picture no size"),
        (without(boxed("k", [], ("cat", 0.9, True)), f"{SAID}-metadata", "objects"), "no confidence"),
        (
            without(classified("k", [], ("cat", 0.9, True)), f"{SAID}-0-metadata", f"{SAID}-details"),
            "whether it reached its threshold",
        ),
    ],
)
def test_what_a_line_lacks_is_said_and_the_rest_is_read(document: dict[str, Any], problem: str) -> None:
    reader = Reader()

    (picture,) = reader.pictures(lines(document))

    assert picture.key == "k"
    assert any(problem in said for said in reader.said())


@pytest.mark.parametrize(("confidence", "found"), [(0.7, True), (0.69, False)])
def test_the_threshold_decides_what_was_found_where_the_line_does_not(confidence: float, found: bool) -> None:
    document = classified("k", ["cat"], ("cat", confidence, False))
    reader = Reader(thresholds={"cat": 0.7})

    (picture,) = reader.pictures(lines(without(document, f"{SAID}-0-metadata", f"{SAID}-details")))

    assert picture.predictions[0].found is found
    assert reader.said() == []


def test_a_box_without_edges_still_tells_its_label() -> None:
    document = boxed("k", ["cat"])
    del document[TRUTH]["annotations"][0]["left"]

    (picture,) = Reader().pictures(lines(document))

    assert picture.labels == ("cat",)
    assert picture.boxes == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["annotations", "image_size", "class-map", "objects", "class_id", "confidence", "width", "0"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(value=JSON, metadata=JSON, said=JSON, of_said=JSON)
def test_nothing_in_a_line_makes_the_reader_fail(
    value: object, metadata: object, said: object, of_said: object
) -> None:
    document = {
        "source-ref": "s3://b/k",
        TRUTH: value,
        f"{TRUTH}-metadata": metadata,
        SAID: said,
        f"{SAID}-metadata": of_said,
    }

    (picture,) = Reader().pictures([json.dumps(document).encode()])

    assert (picture.bucket, picture.key) == ("b", "k")


@pytest.mark.parametrize(
    ("other", "overlap"),
    [
        (QUARTER, 1),
        (Box(left=0, top=0, width=0.5, height=0.5), 0),
        (Box(left=0.5, top=0.5, width=0.25, height=0.5), 0.5),
        (Box(left=0.75, top=0.75, width=0.5, height=0.5), 1 / 7),
    ],
)
def test_boxes_overlap_by_what_they_share(other: Box, overlap: float) -> None:
    assert QUARTER.overlap(other) == pytest.approx(overlap)
    assert other.overlap(QUARTER) == pytest.approx(overlap)

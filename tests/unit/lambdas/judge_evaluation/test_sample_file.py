"""The sample and the answers to it are read as they are written, and refused otherwise."""

import json
from typing import Any

import pytest

from lambdas.judge_evaluation import answers, sample_file
from lambdas.judge_evaluation.boxes import Box, LabelledBox
from lambdas.judge_evaluation.errors import EvaluationUnreadable
from lambdas.judge_evaluation.sample_file import Sample
from lambdas.judge_evaluation.snapshot import Prediction, TestedPicture

BOX = Box(left=0.1, top=0.2, width=0.3, height=0.4)
EDGES = {"left": 0.1, "top": 0.2, "width": 0.3, "height": 0.4}
SAMPLE = Sample(
    version="set-1",
    test_pictures=7,
    pictures=[
        TestedPicture(
            bucket="b",
            key="ä/1.jpg",
            labels=("cat",),
            boxes=(LabelledBox(label="cat", box=BOX),),
            predictions=(
                Prediction(label="cat", confidence=0.9, found=True, box=BOX),
                Prediction(label="dog", confidence=0.1, found=False),
            ),
        )
    ],
    etags={("b", "ä/1.jpg"): "e1"},
)


def test_a_sample_has_the_form_that_others_read() -> None:
    assert json.loads(sample_file.written(SAMPLE)) == {
        "schema_version": 1,
        "version": "set-1",
        "test_pictures": 7,
        "pictures": [
            {
                "bucket": "b",
                "key": "ä/1.jpg",
                "etag": "e1",
                "labels": ["cat"],
                "boxes": [{"label": "cat", **EDGES}],
                "evaluation": [
                    {"label": "cat", "confidence": 0.9, "found": True, "box": EDGES},
                    {"label": "dog", "confidence": 0.1, "found": False},
                ],
            }
        ],
    }


def test_a_sample_is_read_as_it_was_written() -> None:
    assert sample_file.read(sample_file.written(SAMPLE), where="s3://b/k") == SAMPLE


def test_a_sample_of_an_earlier_release_has_no_etags() -> None:
    document = json.loads(sample_file.written(SAMPLE))
    del document["pictures"][0]["etag"]

    found = sample_file.read(json.dumps(document).encode(), where="s3://b/k")

    assert found.etags == {}


def test_of_what_was_neither_there_nor_found_the_surest_are_kept() -> None:
    picture = TestedPicture(
        bucket="b",
        key="k",
        labels=("l0",),
        predictions=tuple(
            Prediction(label=f"l{number}", confidence=number / 100, found=number == 1) for number in range(60)
        ),
    )
    content = sample_file.written(Sample(version="set-1", test_pictures=1, pictures=[picture]))

    kept = [each["label"] for each in json.loads(content)["pictures"][0]["evaluation"]]

    assert kept == [*(f"l{number}" for number in range(59, 49, -1)), "l1", "l0"]


def test_answers_are_read_by_picture_without_those_that_failed() -> None:
    document = {
        "schema_version": 1,
        "asked": "set-0",
        "pictures": [
            {
                "bucket": "b",
                "key": "1",
                "answer": [{"label": "cat", "confidence": 0.8, "box": EDGES}],
                "error": None,
            },
            {"bucket": "b", "key": "2", "answer": [], "error": None},
            {"bucket": "b", "key": "3", "answer": None, "error": "InvalidImageFormatException"},
        ],
    }

    assert answers.read(json.dumps(document).encode(), where="s3://b/k") == {
        ("b", "1"): [Prediction(label="cat", confidence=0.8, found=True, box=BOX)],
        ("b", "2"): [],
    }


@pytest.mark.parametrize("reader", [sample_file, answers])
@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b"null", b"{}", b'{"schema_version": 2}', b'{"schema_version": 1, "pictures": [1]}'],
)
def test_another_form_is_refused_by_its_place(reader: Any, content: bytes) -> None:
    with pytest.raises(EvaluationUnreadable, match="s3://b/k"):
        reader.read(content, where="s3://b/k")

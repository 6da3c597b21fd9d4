import json
from typing import Any

import pytest

from lambdas.explain_failure.training_files import LineError, SetError, line_errors, read_summary


def marked(**members: Any) -> bytes:
    return json.dumps({"source-ref": "s3://b/a.jpg", **members}).encode() + b"\n"


ERROR = {"code": "ERROR_INVALID_IMAGE", "message": "The image is invalid."}


def test_the_errors_of_both_sides_and_of_the_whole_are_read() -> None:
    content = json.dumps(
        {
            "statistics": {
                "training": {"use_case": "IMAGE_LEVEL_LABELS", "total_json_lines": 3, "errors": [ERROR]},
                "testing": {"errors": [], "error_json_line_indices": [0, 1]},
            },
            "errors": [{"code": "ERROR_INSUFFICIENT_LABEL_OVERLAP", "message": "Less than 50%."}],
        }
    ).encode()

    errors, figures = read_summary(content)

    assert errors == [
        SetError("ERROR_INVALID_IMAGE", "The image is invalid.", "training"),
        SetError("ERROR_INSUFFICIENT_LABEL_OVERLAP", "Less than 50%.", None),
    ]
    assert figures == {
        "training": {"use_case": "IMAGE_LEVEL_LABELS", "total_json_lines": 3},
        "testing": {},
    }


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"not json",
        b"\xff",
        b'{"errors": 1, "statistics": []}',
        b'{"errors": [{"code": 1}, 2, {"message": "x"}], "statistics": {"training": 3}}',
    ],
)
def test_a_summary_that_is_not_as_documented_says_nothing(content: bytes) -> None:
    assert read_summary(content)[0] == []


@pytest.mark.parametrize(
    "members",
    [
        {"errors": [ERROR]},
        {"cl-errors": [ERROR]},
        {"label-metadata": {"errors": [ERROR]}},
        {"boxes": {"annotations": [{"left": 1}, {"errors": [ERROR]}]}},
        {"boxes": {"annotations": [{"errors": [ERROR]}, {"errors": [ERROR]}]}},
    ],
)
def test_an_error_is_found_wherever_it_stands_and_once_a_line(members: dict[str, Any]) -> None:
    lines = [marked(), marked(**members), marked()]

    assert list(line_errors(lines, "testing")) == [
        LineError("ERROR_INVALID_IMAGE", "The image is invalid.", "testing", 2, "s3://b/a.jpg")
    ]


def test_warnings_are_found_too() -> None:
    lines = [marked(warnings=[{"code": "WARNING_NO_ANNOTATIONS", "message": ""}])]

    assert [found.code for found in line_errors(lines, "training")] == ["WARNING_NO_ANNOTATIONS"]


def test_a_line_that_was_no_json_has_a_number_and_no_picture() -> None:
    replaced = json.dumps({"errors": [{"code": "ERROR_INVALID_JSON_LINE", "message": "Bad."}]}).encode()

    assert list(line_errors([marked(), replaced], "training")) == [
        LineError("ERROR_INVALID_JSON_LINE", "Bad.", "training", 2, "")
    ]


def test_a_label_named_like_an_error_is_none() -> None:
    lines = [
        marked(**{"label-metadata": {"class-name": 'errors"'}}),
        b'{"errors": broken\n',
        b"\n",
        marked(errors="ERROR_INVALID_IMAGE"),
        marked(source={"errors": [{"code": ""}]}),
    ]

    assert list(line_errors(lines, "training")) == []

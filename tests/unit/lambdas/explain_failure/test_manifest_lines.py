import json

import pytest

from lambdas.explain_failure.manifest_lines import MOST_CHARACTERS, examine

PICTURE = "s3://bucket/images/Großspitz 柴犬/a b.jpg"


def line(**members: object) -> bytes:
    return json.dumps(members, ensure_ascii=False).encode() + b"\n"


def of_length(characters: int) -> bytes:
    """A line of so many characters, line end not counted, most of which take two bytes."""
    short = line(**{"source-ref": PICTURE, "label": ""}).decode().rstrip("\n")
    return line(**{"source-ref": PICTURE, "label": "é" * (characters - len(short))})


@pytest.mark.parametrize(
    ("content", "code", "picture"),
    [
        (line(**{"source-ref": PICTURE}), "", PICTURE),
        (of_length(MOST_CHARACTERS), "", PICTURE),
        (of_length(MOST_CHARACTERS + 1), "LINE_TOO_LONG", PICTURE),
        (line(label=1), "ERROR_MISSING_SOURCE_REF", ""),
        (
            line(**{"source-ref": "https://bucket/a.jpg"}),
            "ERROR_INVALID_SOURCE_REF_FORMAT",
            "https://bucket/a.jpg",
        ),
        (line(**{"source-ref": "s3://bucket/"}), "ERROR_INVALID_SOURCE_REF_FORMAT", "s3://bucket/"),
        (line(**{"source-ref": 1}), "ERROR_INVALID_SOURCE_REF_FORMAT", ""),
        (b'{"source-ref": "s3://b/a.jpg", broken\r\n', "ERROR_INVALID_JSON_LINE", "s3://b/a.jpg"),
        (b"[" * 100_000, "ERROR_INVALID_JSON_LINE", ""),
        (b"[]\n", "ERROR_INVALID_JSON_LINE", ""),
        (b"\n", "ERROR_INVALID_JSON_LINE", ""),
        (b"\xff\xfe", "ERROR_INVALID_JSON_LINE", ""),
    ],
)
def test_what_is_wrong_with_a_line_is_told_with_its_picture(content: bytes, code: str, picture: str) -> None:
    assert examine(content) == (code, picture)

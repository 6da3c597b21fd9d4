import json
from html.parser import HTMLParser

import pytest

from lambdas.explain_failure import report
from lambdas.explain_failure.findings import gather
from lambdas.explain_failure.report import About, as_json, as_page
from lambdas.explain_failure.training_files import LineError, SetError

SAID = 'It said "no" & <left>.'
ABOUT = About(version="set-1", said=SAID, title="Why <set-1> failed", opening=f"Rekognition said: {SAID}")
FINDINGS = gather(
    "",
    [SetError("ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST", "Too many.", "training")],
    [
        LineError("ERROR_INVALID_IMAGE", "Invalid.", "training", 3, "s3://b/<script>é.jpg"),
        LineError("ERROR_INVALID_IMAGE", "Invalid.", "testing", 9, "s3://b/2.jpg"),
    ],
)


class Text(HTMLParser):
    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data + " "


def test_the_file_for_programs_has_every_place() -> None:
    document = json.loads(as_json(ABOUT, FINDINGS, {"training": {"total_json_lines": 3}}))

    assert document["format"] == 1
    assert document["version"] == "set-1"
    assert document["whose"] == "data"
    assert document["statistics"] == {"training": {"total_json_lines": 3}}
    assert [found["code"] for found in document["sets"]] == ["ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST"]
    (group,) = document["lines"]
    assert group["count"] == 2
    assert group["places"][0] == {
        "picture": "s3://b/<script>é.jpg",
        "side": "training",
        "line": 3,
        "said": "Invalid.",
    }


def test_the_page_names_each_picture_and_runs_nothing_of_a_manifest() -> None:
    page = Text(as_page(ABOUT, FINDINGS))

    assert "script" not in page.tags
    assert SAID in page.text
    assert ABOUT.title in page.text
    for expected in ("s3://b/<script>é.jpg", "s3://b/2.jpg", "ERROR_INVALID_IMAGE", "Replace it with a PNG"):
        assert expected in page.text


def test_a_line_whose_number_is_not_known_has_none() -> None:
    found = gather("", [], [LineError("ERROR_INVALID_IMAGE", "Invalid.", "training", 0, "s3://b/a.jpg")])

    assert " ? " in Text(as_page(ABOUT, found)).text


def test_the_page_says_how_many_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "ROWS_SHOWN", 1)

    page = Text(as_page(ABOUT, FINDINGS))

    assert "s3://b/2.jpg" not in page.text
    assert "And 1 more" in page.text

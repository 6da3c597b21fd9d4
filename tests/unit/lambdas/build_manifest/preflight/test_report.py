import json
from html.parser import HTMLParser

import pytest

from lambdas.build_manifest.labelled.model import Place
from lambdas.build_manifest.labelled.trouble import broken
from lambdas.build_manifest.preflight.label_chart import MOST_BARS, label_chart
from lambdas.build_manifest.preflight.page import page_of
from lambdas.build_manifest.preflight.report import LabelReport, Sides, as_json, report_of, summary_of

from .sets import QUARANTINE, codes, examined, many, verdict_on

EVIL = "<script>alert('x')</script>&\"\u202e\n"


class Page(HTMLParser):
    """Counts elements, and fails where one is not closed; gathers the text."""

    VOID = ("meta", "br")

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page.decode())
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_report_of_a_small_set_is_this() -> None:
    bad = examined("x.jpg", ["cat"], missing=True, line=7)
    verdict = verdict_on([*many("train"), bad], many("test", 1), QUARANTINE)

    report = json.loads(as_json(report_of(verdict)))

    manifests = [report[side].pop("manifest_bytes") for side in ("train", "test")]
    assert manifests[0] > manifests[1] > 0
    assert report == {
        "version": 1,
        "passed": True,
        "summary": "The set can be trained on. 12 of 13 pictures can be used.",
        "model_type": "whole_picture",
        "quarantine": True,
        "train": {"before": 11, "after": 10, "bad": 1, "missing": 1, "ignored": 0, "boxes": 0},
        "test": {"before": 2, "after": 2, "bad": 0, "missing": 0, "ignored": 0, "boxes": 0},
        "labels": [
            {"label": "cat", "before": {"train": 6, "test": 1}, "after": {"train": 5, "test": 1}},
            {"label": "dog", "before": {"train": 5, "test": 1}, "after": {"train": 5, "test": 1}},
        ],
        "errors": [],
        "warnings": [],
        "quarantined": [
            {
                "code": "ERROR_INVALID_IMAGE",
                "count": 1,
                "rest": 0,
                "troubles": [
                    {
                        "key": "x.jpg",
                        "place": {"source": "labels.manifest", "unit": "line", "number": 7},
                        "found": "the object is missing, is archived (S3 Glacier), or a policy denies "
                        "reading it",
                        "allowed": "pictures that can be read",
                        "fix": "Upload it, restore it from the archive or lift the Deny; or take it out of "
                        "the set.",
                        "left_out": "picture",
                    }
                ],
            }
        ],
    }


def test_troubles_are_counted_and_only_the_first_hundred_of_a_kind_are_listed() -> None:
    verdict = verdict_on([examined(f"{n}.jpg", ["cat"], missing=True) for n in range(250)])
    assert codes(verdict.errors)["ERROR_INVALID_IMAGE"] == 250

    report = report_of(verdict)

    (kind,) = (kind for kind in report["errors"] if kind["code"] == "ERROR_INVALID_IMAGE")
    assert (kind["count"], kind["rest"], len(kind["troubles"])) == (250, 150, 100)
    assert "and 150 more of this kind" in Page(page_of(report)).text


@pytest.mark.parametrize(
    ("count", "summary"),
    [
        (10, "The set can be trained on. 20 of 20 pictures can be used."),
        (1, "The set cannot be trained on: 1 error. 2 of 2 pictures can be used."),
    ],
)
def test_the_summary_is_in_singular_and_plural(count: int, summary: str) -> None:
    assert summary_of(verdict_on(many("train", count))) == summary


def test_the_page_escapes_whatever_comes_from_files_and_loads_nothing() -> None:
    place = Place(f"{EVIL}.csv", "row", 3)
    unread = broken("ERROR_X", place, key=EVIL, found="a <b>", allowed="c & d", fix="Do <i>.")
    train = [*many("train"), examined(f"{EVIL}.jpg", [EVIL, "c" * 256])]

    content = page_of(report_of(verdict_on(train, troubles=[unread])), title=EVIL)

    page = Page(content)
    assert {"script", "i", "b", "img", "link", "iframe"}.isdisjoint(page.tags)
    assert not any(name in ("src", "href", "onclick", "onload") for name, _ in page.attributes)
    assert b"http://" not in content and b"https://" not in content and b"url(" not in content
    assert "a <b>" not in content.decode() and "A <b>. Allowed: c & d. Do <i>." in page.text
    assert page.text.count("<script>alert('x')</script>&\"\ufffd\ufffd") >= 4


def test_the_page_names_the_keys_the_place_and_the_figures() -> None:
    bad = examined("x.jpg", ["cat"], missing=True, line=1_234)

    page = Page(page_of(report_of(verdict_on([*many("train"), bad]))))

    for words in (
        "The set cannot be trained on: 1 error. 10 of 11 pictures can be used.",
        "x.jpg",
        "labels.manifest, line 1,234",
        "The object is missing",
        "The model learns labels of whole pictures.",
        "What keeps the set from being trained on (1 error)",
    ):
        assert words in page.text
    assert "What was left out" not in page.text


def test_a_page_without_problems_says_so() -> None:
    assert "No problem was found." in Page(page_of(report_of(verdict_on(many("train"))))).text


def test_bars_are_as_long_as_labels_have_pictures_and_the_longest_is_first() -> None:
    labels = [label("few", 1, 0), label("many", 3, 1), label("none", 0, 0)]

    chart = label_chart(labels)

    assert chart.index("many") < chart.index("few") < chart.index("none")
    assert [part.partition('"')[0] for part in chart.split("width:")[1:]] == ["75.0%", "25.0%", "25.0%"]


def test_a_chart_has_an_end() -> None:
    assert "more" not in label_chart([label(str(n), 1, 0) for n in range(MOST_BARS)])
    assert "and 1 label more" in label_chart([label(str(n), 1, 0) for n in range(MOST_BARS + 1)])
    assert label_chart([]) == ""


def label(name: str, train: int, test: int) -> LabelReport:
    return LabelReport(label=name, before=Sides(train=9, test=9), after=Sides(train=train, test=test))

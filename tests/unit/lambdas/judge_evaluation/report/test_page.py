"""The page: what it shows, and that nothing in it can do harm. See tests/browser for how it looks."""

import re
from html.parser import HTMLParser

import pytest

from lambdas.judge_evaluation.report.confusion import MOST_LABELS
from lambdas.judge_evaluation.report.html import share
from lambdas.judge_evaluation.report.model import Report
from lambdas.judge_evaluation.report.page import page_of
from lambdas.judge_evaluation.report.pictures import MOST, MOST_BYTES, MOST_BYTES_IN_ALL, embedded

from . import samples

VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """The elements of a page; that each is closed where it should be."""

    def __init__(self, report: Report, pictures: dict[str, str] | None = None) -> None:
        super().__init__()
        self.source = page_of(report, pictures=pictures or {}, region=samples.REGION).decode()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(self.source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def test_it_tells_the_verdict_why_and_every_figure() -> None:
    page = Page(samples.report())

    for words in (
        "Accepted",
        "reaches the minimum of 0.8",
        "quince had no test picture",
        "US$1.50",
        "this version looks a little better here than it would on new pictures",
        "+0.029",
    ):
        assert words in page.words
    assert "1 hour 30 minutes" in page.words
    assert [attributes["id"] for attributes in page.all("section")] == [
        *("verdict", "champion", "history", "labels", "confusion", "wrong", "data", "training")
    ]


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("rejected", "Rejected"), ("borderline", "Too close to call"), ("accepted", "Accepted")],
)
def test_each_verdict_has_its_word_and_not_only_its_colour(verdict: str, words: str) -> None:
    report = samples.report()
    report["verdict"]["verdict"] = verdict

    assert words in Page(report).words


def test_it_needs_nothing_from_elsewhere_and_runs_nothing() -> None:
    page = Page(samples.report(), {"s3://pictures/a": "data:image/png;base64,AA=="})

    (policy,) = [each["content"] for each in page.all("meta") if each.get("http-equiv")]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert not {tag for tag, _ in page.elements} & {"script", "link", "iframe", "object", "form", "base"}
    assert not [key for _, attributes in page.elements for key in attributes if key.startswith("on")]
    assert not re.findall(r"url\(|@import", page.source)
    assert all((each["src"] or "").startswith("data:image/") for each in page.all("img"))
    assert all(
        (each["href"] or "").startswith("https://eu-west-1.console.aws.amazon.com/") for each in page.all("a")
    )


def hostile() -> Report:
    report = samples.report()
    report["version"] = report["pipeline"] = report["execution"] = samples.HOSTILE
    report["verdict"]["reason"] = samples.HOSTILE
    report["verdict"]["warnings"] = report["notes"] = [samples.HOSTILE]
    report["verdict"]["rules"][0]["words"] = samples.HOSTILE
    report["labels"] = samples.labels((samples.HOSTILE, *samples.FRUITS))
    report["confusion"] = samples.confusion((samples.HOSTILE, *samples.FRUITS))
    report["history"][0]["version"] = report["history"][0]["outcome"] = samples.HOSTILE
    comparison = samples.comparison()
    comparison["labels"][0]["label"] = samples.HOSTILE
    report["champion"] = {"version": samples.HOSTILE, "f1": 0.5, "comparison": comparison}
    picture = samples.boxed()
    picture["picture"] = f"s3://pictures/{samples.HOSTILE}"
    picture["labels"] = [samples.HOSTILE, "\ud800"]
    picture["why"] = samples.HOSTILE
    picture["found"] = [{"label": samples.HOSTILE, "confidence": 0.5}]
    report["most_wrong"] = [picture]
    return report


def test_whatever_labels_and_keys_contain_stays_text() -> None:
    report = hostile()

    page = Page(report, {report["most_wrong"][0]["picture"]: "data:image/png;base64,AA=="})

    assert not page.all("script")
    assert "\u202e" not in page.source
    assert '</style><script>alert("x")</script>' in page.words
    assert len(page.all("style")) == 1 + len(page.all("svg"))


def test_a_matrix_of_250_labels_shows_the_most_confused_and_says_so() -> None:
    report = samples.report()
    names = tuple(f"label {number:03}" for number in range(250))
    report["labels"] = samples.labels(names)
    report["confusion"] = samples.confusion(names)

    page = Page(report)

    rows = [each for each in page.all("th") if each.get("scope") == "row" and each.get("title")]
    assert len(rows) == MOST_LABELS
    assert f"the {MOST_LABELS} labels that are confused most of 250" in page.words
    assert "label 249" in page.words, "the table of labels has them all"
    assert len(page.source) < 500_000


def test_the_first_version_has_neither_champion_nor_history() -> None:
    report = samples.report()
    report["champion"] = report["data_set"]["changes"] = report["verdict"]["comparison"] = None
    report["history"] = report["history"][-1:]
    for label in report["labels"]:
        label["champion_f1"] = None

    page = Page(report)

    assert "the first version that was judged" in page.words
    assert "No model was live" in page.words
    assert "Live model" not in page.words


def test_a_model_of_locations_shows_boxes_and_no_matrix() -> None:
    report = samples.report()
    report["confusion"] = None
    report["model_type"] = "location"
    report["most_wrong"] = [samples.boxed()]

    page = Page(report, {report["most_wrong"][0]["picture"]: "data:image/png;base64,AA=="})

    assert "places of objects in pictures" in page.words
    assert "confusion" not in [each["id"] for each in page.all("section")]
    assert [each["class"] for each in page.all("i") if "box" in str(each.get("class"))] == [
        "box truth",
        "box model",
    ]


def test_what_is_not_known_is_said_or_left_out() -> None:
    report = samples.report()
    report["most_wrong"] = []
    report["data_set"] = {"train": None, "test": None, "changes": None}
    report["training"] = {"billed_seconds": None, "usd": None, "ended_at": None}
    report["notes"] = ["There was no time left for the earlier versions."]

    page = Page(report)

    for words in ("is not known", "does not say what it bills", "There was no time left"):
        assert words in page.words


def test_every_picture_table_and_chart_has_words_for_those_who_do_not_see_it() -> None:
    report = samples.report()
    page = Page(report, {report["most_wrong"][0]["picture"]: "data:image/png;base64,AA=="})

    assert [each["alt"] for each in page.all("img")] == ["Test picture of apple"]
    assert len(page.all("svg")) == 2
    assert all(each["role"] == "img" and each["aria-label"] for each in page.all("svg"))
    scrolled = [each for each in page.all("div") if each.get("class") == "scroll"]
    assert scrolled
    assert all(each["tabindex"] == "0" and each["aria-label"] for each in scrolled)
    assert all(each.get("scope") in ("row", "col") for each in page.all("th"))


def test_the_same_report_makes_the_same_page() -> None:
    assert Page(samples.report()).source == Page(samples.report()).source


def test_shares_do_not_break_before_their_sign() -> None:
    assert (share(0.5), share(None)) == ("50&nbsp;%", "\N{EN DASH}")


def test_only_small_pictures_are_embedded_and_only_so_many() -> None:
    png = samples.drawing()

    def fetch(uri: str, most: int) -> bytes | None:
        content = {"large": b"\xff\xd8\xff" + bytes(MOST_BYTES), "odd": b"<svg/>", "gone": None}.get(uri, png)
        return content if content is not None and len(content) <= most else None

    uris = ["large", "odd", "gone", *map(str, range(20))]

    assert list(embedded(uris, fetch)) == [str(number) for number in range(MOST)]
    assert embedded(["0"], fetch)["0"].startswith("data:image/png;base64,")


def test_all_pictures_together_stay_small() -> None:
    content = b"\xff\xd8\xff" + bytes(MOST_BYTES - 3)

    found = embedded(map(str, range(12)), lambda _uri, most: content if len(content) <= most else None)

    assert len(found) == MOST_BYTES_IN_ALL // MOST_BYTES

"""The page as a browser shows it: on a phone and on a desk, by day and in the dark."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lambdas.judge_evaluation.report.model import Report
from lambdas.judge_evaluation.report.page import page_of
from lambdas.judge_evaluation.report.pictures import embedded
from tests.browser import Page, running
from tools.chromium import HOW, find

from . import samples
from .test_page import hostile

PHONE, DESK = 360, 1280
SMALLEST_LETTERS = 11
"""In pixels of a screen."""
ENOUGH_CONTRAST = 4.5
"""Of text to what is behind it (WCAG 2.2, success criterion 1.4.3)."""

CONTRASTS = """
(() => {
  const channels = text => {
    const numbers = text.match(/-?[\\d.]+(e-?\\d+)?/g).map(Number);
    if (!text.startsWith("color(srgb")) return numbers;
    return [...numbers.slice(0, 3).map(x => x * 255), numbers[3] ?? 1];
  };
  const light = ([r, g, b]) => [r, g, b].map(x => x / 255)
    .map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4)
    .reduce((sum, x, place) => sum + x * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = element => {
    for (let each = element; each; each = each.parentElement) {
      const colour = channels(getComputedStyle(each).backgroundColor);
      if (colour.length < 4 || colour[3] > 0.99) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].filter(each => each.nodeType === 3 && each.textContent.trim());
    if (!own.length || ["TITLE", "STYLE"].includes(element.tagName.toUpperCase())) continue;
    const style = getComputedStyle(element);
    const colour = element instanceof SVGElement ? style.fill : style.color;
    const [a, b] = [light(channels(colour)), light(behind(element))].sort((x, y) => y - x);
    found.push([(a + 0.05) / (b + 0.05), element.textContent.slice(0, 40)]);
  }
  return found;
})()
"""
LETTERS = """
[...document.querySelectorAll("svg text")].filter(each => each.textContent.trim()).map(each => {
  const svg = each.ownerSVGElement;
  return [parseFloat(getComputedStyle(each).fontSize) * svg.clientWidth / svg.viewBox.baseVal.width,
    each.textContent];
})
"""
CLIPPED = """
[...document.querySelectorAll("svg text")].filter(each => {
  const outer = each.ownerSVGElement.getBoundingClientRect(), inner = each.getBoundingClientRect();
  return inner.width && (inner.left < outer.left - 1 || inner.right > outer.right + 1);
}).map(each => each.textContent)
"""


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    found = find()
    if found is None:
        pytest.skip(f"There is no Chromium here. {HOW}")
    with running(found) as chromium:
        yield chromium.new_page()


def shown(tab: Page, folder: Path, report: Report, *, width: int = PHONE, dark: bool = False) -> Page:
    pictures = embedded(
        (each["picture"] for each in report["most_wrong"]), lambda _uri, _most: samples.drawing()
    )
    path = folder / "report.html"
    path.write_bytes(page_of(report, pictures=pictures, region=samples.REGION))
    tab.open(path, width=width, dark=dark)
    return tab


def many_labels() -> Report:
    report = samples.report()
    names = tuple(f"a label with a rather long name, number {number:03}" for number in range(250))
    report["labels"] = samples.labels(names)
    report["confusion"] = samples.confusion(names)
    report["history"] = samples.history(50)
    report["most_wrong"] = [samples.boxed(), *samples.wrong()]
    return report


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("make", [samples.report, many_labels, hostile])
def test_it_fits_the_screen_and_loads_nothing(
    tab: Page, tmp_path: Path, make: Any, width: int, dark: bool
) -> None:
    page = shown(tab, tmp_path, make(), width=width, dark=dark)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    asked = {event["request"]["url"].partition(":")[0] for event in page.events("Network.requestWillBeSent")}
    assert asked == {"file", "data"}
    assert page.events("Log.entryAdded") == []
    assert page.events("Runtime.exceptionThrown") == []
    assert page.evaluate("document.scripts.length") == 0
    assert page.evaluate("[...document.images].every(each => each.complete && each.naturalWidth > 0)")


@pytest.mark.parametrize("dark", [False, True])
def test_text_can_be_told_from_what_is_behind_it(tab: Page, tmp_path: Path, dark: bool) -> None:
    page = shown(tab, tmp_path, samples.report(), dark=dark)

    contrasts = page.evaluate(CONTRASTS)

    assert len(contrasts) > 100
    assert [each for each in contrasts if each[0] < ENOUGH_CONTRAST] == []


def test_it_is_dark_in_the_dark_and_light_by_day(tab: Page, tmp_path: Path) -> None:
    background = "getComputedStyle(document.body).backgroundColor"

    colours = [
        shown(tab, tmp_path, samples.report(), dark=dark).evaluate(background) for dark in (False, True)
    ]

    assert colours == ["rgb(246, 248, 250)", "rgb(13, 17, 23)"]


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("make", [samples.report, many_labels])
def test_charts_can_be_read(tab: Page, tmp_path: Path, make: Any, width: int) -> None:
    page = shown(tab, tmp_path, make(), width=width)

    letters = page.evaluate(LETTERS)

    assert len(letters) > 10
    assert [each for each in letters if each[0] < SMALLEST_LETTERS] == []
    assert page.evaluate(CLIPPED) == []

"""Charts as SVG inside the page, by pygal: drawn here, so that the page needs no script and no network.

Colours are the page's own variables, so the charts follow it into the dark. What pygal adds for its script
(the script itself, and figures for it to read) is taken out again; the figures become the tooltips that every
browser has.
"""

from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import pygal
from pygal.style import Style

from .html import printable, short
from .model import Judgement, LabelReport

_WIDTH = 380
"""Of the drawing, which is as wide as the screen of a phone: there its letters are still 12 pixels high."""
_FONT = 15
_SCALE = [0, 0.2, 0.4, 0.6, 0.8, 1]
_DATES_NAMED = 3
OUTCOME_COLOURS = {
    "accepted": "var(--good)",
    "deployed": "var(--good)",
    "borderline": "var(--doubt)",
    "needs_approval": "var(--doubt)",
}
"""Of a version's dot; any other outcome is one of a model that does not serve."""


def history_chart(history: Sequence[Judgement], *, champion: str | None, minimum: float) -> str:
    """F1 by version, oldest first, and the minimum of today."""
    chart = _chart(pygal.Line, "history", height=250, y_labels=_SCALE, dots_size=5, show_minor_x_labels=False)
    dates = [judged["judged_at"][:10] for judged in history]
    chart.x_labels = dates
    # Every date would not be readable: a few are, the newest among them.
    step = -(-len(dates) // _DATES_NAMED)
    chart.x_labels_major = [dates[place] for place in range(len(dates) - 1, -1, -step)][::-1]
    chart.add(
        "F1",
        [
            {
                "value": round(judged["f1"], 3),
                "label": printable(_dot_words(judged, champion)),
                "color": OUTCOME_COLOURS.get(judged["outcome"], "var(--bad)"),
            }
            for judged in history
        ],
    )
    chart.add(
        "Minimum", [minimum] * len(history), show_dots=False, stroke_style={"width": 2, "dasharray": "6,5"}
    )
    return _drawn(chart, f"F1 of the last {len(history)} versions, as the table below has them.")


def _dot_words(judged: Judgement, champion: str | None) -> str:
    live = ", the live model" if judged["version"] == champion else ""
    return f"{judged['version']}{live}, {judged['outcome'].replace('_', ' ')}"


def label_chart(labels: Sequence[LabelReport], *, champion: bool) -> str:
    """F1 of these labels, side by side with the champion's."""
    shown = [label for label in labels if label["f1"] is not None][::-1]
    rows = len(shown) * (2 if champion else 1)
    chart = _chart(
        pygal.HorizontalBar,
        "labels",
        height=90 + 14 * len(shown) + 16 * rows,
        # Of a horizontal chart pygal calls the lower axis y, too.
        y_labels=_SCALE,
    )
    chart.x_labels = [short(label["label"], 16) for label in shown]
    if champion:
        chart.add("Live model", [_bar(label, label["champion_f1"]) for label in shown])
    chart.add("This version", [_bar(label, label["f1"]) for label in shown])
    if not champion:
        chart.config.style.colors = ("var(--now)",)
    return _drawn(chart, f"F1 of the {len(shown)} weakest labels, as the table below has them.")


def _bar(label: LabelReport, value: float | None) -> dict[str, Any]:
    return {"value": None if value is None else round(value, 3), "label": printable(label["label"])}


def _chart(kind: Any, name: str, *, height: int, **options: Any) -> Any:
    colours = ("var(--now)", "var(--soft)") if kind is pygal.Line else ("var(--champion)", "var(--now)")
    style = Style(
        background="transparent",
        plot_background="transparent",
        foreground="var(--soft)",
        foreground_strong="var(--text)",
        foreground_subtle="var(--line)",
        guide_stroke_color="var(--line)",
        major_guide_stroke_color="var(--line)",
        font_family="system-ui, sans-serif",
        label_font_size=_FONT,
        major_label_font_size=_FONT,
        legend_font_size=_FONT,
        no_data_font_size=_FONT,
        opacity="1",
        stroke_opacity="1",
        stroke_width="2",
        colors=colours,
    )
    chart = kind(
        style=style,
        js=(),
        width=_WIDTH,
        height=height,
        range=(0, 1),
        legend_at_bottom=True,
        legend_box_size=14,
        margin=4,
        margin_right=48,
        truncate_label=-1,
        disable_xml_declaration=True,
        **options,
    )
    # Names the element, and its rules; pygal draws one at random, and the same report would differ each time.
    chart.uuid = name
    return chart


def _drawn(chart: Any, words: str) -> str:
    def tidied(root: Element) -> Element:
        _strip(root)
        root.set("role", "img")
        root.set("aria-label", words)
        return root

    chart.add_xml_filter(tidied)
    return str(chart.render(is_unicode=True))


def _strip(parent: Element) -> None:
    """Without scripts, comments and empty tooltips; what was said for a script becomes a title."""
    said = {(each.get("class") or "").strip(): each.text or "" for each in parent if each.tag == "desc"}
    for child in list(parent):
        kind = str(child.get("class") or "")
        is_said = not isinstance(child.tag, str) or child.tag in ("script", "desc", "title")
        if is_said or "tooltip-overlay" in kind:
            parent.remove(child)
        else:
            _strip(child)
    if said:
        title = SubElement(parent, "title")
        title.text = ": ".join(part for part in (said.get("label"), said.get("value")) if part)

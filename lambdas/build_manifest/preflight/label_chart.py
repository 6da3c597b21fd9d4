"""How many pictures each label has, as bars: whether a set is in balance is seen at once."""

from collections.abc import Sequence
from html import escape

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..labelled.trouble import counted, quoted
from .report import LabelReport

MOST_BARS = 250


def label_chart(labels: Sequence[LabelReport]) -> str:
    """A table with bars, so that it reads without colours too; the label with most pictures first."""
    if not labels:
        return ""
    ordered = sorted(labels, key=lambda label: (-_total(label), label["label"]))
    most = max(1, _total(ordered[0]))
    rows = "\n".join(_row(label, most) for label in ordered[:MOST_BARS])
    rest = len(ordered) - MOST_BARS
    more = (
        f"<p>and {counted(rest, 'label')} more, each with no more pictures than these</p>" if rest > 0 else ""
    )
    return (
        "<h2>Pictures of each label</h2>\n"
        '<p><span class="swatch train"></span> training <span class="swatch test"></span> test; '
        "only pictures that can be used</p>\n<table>\n"
        '<tr><th scope="col">Label</th><th scope="col" class="number">Training</th>'
        '<th scope="col" class="number">Test</th><th scope="col">Share</th></tr>\n'
        f"{rows}\n</table>\n{more}"
    )


def _row(label: LabelReport, most: int) -> str:
    after = label["after"]
    bars = "".join(
        f'<div class="{side}" style="width:{100 * count / most:.1f}%"></div>'
        for side, count in (("train", after["train"]), ("test", after["test"]))
        if count
    )
    return (
        f'<tr><th scope="row">{escape(quoted(label["label"]))}</th>'
        f'<td class="number">{after["train"]:,}</td><td class="number">{after["test"]:,}</td>'
        f'<td><div class="bar">{bars}</div></td></tr>'
    )


def _total(label: LabelReport) -> int:
    return label["after"]["train"] + label["after"]["test"]

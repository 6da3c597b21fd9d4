"""The report as one HTML page that needs nothing else: no script, no font, no picture from elsewhere.

What comes from files and keys is escaped, whatever it is, and the page's own policy lets a browser
run and load nothing.
"""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..labelled.trouble import counted, quoted
from .label_chart import label_chart
from .report import KindReport, Report, TroubleReport

_TEMPLATE = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
_MODELS = {
    "whole_picture": "labels of whole pictures",
    "location": "places of objects in pictures",
}


def page_of(report: Report, *, title: str = "Check of the labelled pictures") -> bytes:
    problems = (
        _section("What keeps the set from being trained on", "error", report["errors"])
        + _section("What was left out", "error", report["quarantined"])
        + _section("Warnings", "warning", report["warnings"])
    )
    page = _TEMPLATE.substitute(
        title=text(title),
        outcome="passed" if report["passed"] else "failed",
        summary=text(report["summary"]),
        figures=_figures(report),
        problems=problems or "<p>No problem was found.</p>",
        balance=label_chart(report["labels"]),
    )
    return page.encode()


def text(value: str) -> str:
    """As text of the page, on one line."""
    return escape(quoted(value))


def _figures(report: Report) -> str:
    train, test = report["train"], report["test"]
    sides = [("Training", train), ("Test", test)] if test else [("Set", train)]
    head = "".join(f'<th scope="col" class="number">{name}</th>' for name, _ in sides)
    rows = [
        ("Pictures in the sources", [side["before"] for _, side in sides if side]),
        ("Pictures that can be used", [side["after"] for _, side in sides if side]),
        ("Pictures with errors", [side["bad"] for _, side in sides if side]),
        ("of these, not found or not readable", [side["missing"] for _, side in sides if side]),
        ("Pictures without use for this model", [side["ignored"] for _, side in sides if side]),
        ("Boxes", [side["boxes"] for _, side in sides if side]),
        ("Bytes of the manifest", [side["manifest_bytes"] for _, side in sides if side]),
    ]
    body = "\n".join(
        f'<tr><th scope="row">{name}</th>'
        + "".join(f'<td class="number">{number:,}</td>' for number in numbers)
        + "</tr>"
        for name, numbers in rows
    )
    model = _MODELS.get(report["model_type"], report["model_type"])
    return (
        f"<p>The model learns {escape(model)}.</p>\n"
        f'<table>\n<tr><th scope="col"></th>{head}</tr>\n{body}\n</table>'
    )


def _section(heading: str, noun: str, kinds: Sequence[KindReport]) -> str:
    if not kinds:
        return ""
    total = sum(kind["count"] for kind in kinds)
    by_count = sorted(kinds, key=lambda kind: -kind["count"])
    return f"<h2>{heading} ({counted(total, noun)})</h2>\n" + "\n".join(_kind(kind) for kind in by_count)


def _kind(kind: KindReport) -> str:
    rest = f"<p>and {kind['rest']:,} more of this kind</p>" if kind["rest"] else ""
    items = "\n".join(_item(trouble) for trouble in kind["troubles"])
    return f"<h3><code>{text(kind['code'])}</code> ({kind['count']:,})</h3>\n<ul>\n{items}\n</ul>\n{rest}"


def _item(trouble: TroubleReport) -> str:
    place = trouble["place"]
    lines = []
    if trouble["key"] is not None:
        lines.append(f'<span class="key">{text(trouble["key"])}</span>')
    if place is not None:
        lines.append(
            f'<span class="soft">{text(place["source"])}, {text(place["unit"])} {place["number"]:,}</span>'
        )
    found = f"{trouble['found'][:1].upper()}{trouble['found'][1:]}"
    lines.append(f"{escape(found)}. Allowed: {escape(trouble['allowed'])}. {escape(trouble['fix'])}")
    return f"<li>{'<br>'.join(lines)}</li>"

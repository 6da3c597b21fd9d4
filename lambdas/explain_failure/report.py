"""The whole explanation as two files: JSON for programs, a page for people."""

import json
from dataclasses import dataclass
from html import escape

from .findings import Findings, OfLines

FORMAT = 1
"""Of the JSON; raised when a member is renamed or removed."""
ROWS_SHOWN = 1_000
"""Of each code, on the page; the JSON has up to `findings.PLACES_KEPT`."""

_STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;"
    "padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;"
    "padding:.3rem .6rem;border-bottom:1px solid #8886;overflow-wrap:anywhere}code{font-size:.9em}"
)


@dataclass(frozen=True, kw_only=True)
class About:
    """What a report is about: the version that was to be trained, what was said of it, and how the page
    begins."""

    version: str
    said: str
    title: str
    opening: str


def as_json(about: About, findings: Findings, figures: dict[str, object]) -> bytes:
    """`lines` has `places` with at most 10,000 pictures a code; `count` is all of them."""
    document = {
        "format": FORMAT,
        "version": about.version,
        "said": about.said,
        "whose": findings.whose,
        "statistics": figures,
        "sets": [
            {
                "code": found.code,
                "sides": list(found.sides),
                "why": found.meaning.why,
                "fix": found.meaning.fix,
            }
            for found in findings.sets
        ],
        "lines": [
            {
                "code": group.code,
                "count": group.count,
                "why": group.meaning.why,
                "fix": group.meaning.fix,
                "places": [
                    {"picture": place.picture, "side": place.side, "line": place.number, "said": place.said}
                    for place in group.places
                ],
            }
            for group in findings.lines
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def as_page(about: About, findings: Findings) -> bytes:
    """Self-contained HTML, in UTF-8; whatever came from a manifest is escaped."""
    sets = "".join(
        f"<li>{escape(found.meaning.why)} <strong>{escape(found.meaning.fix)}</strong>"
        f" <code>{escape(found.code)}</code> {escape(', '.join(found.sides))}</li>"
        for found in findings.sets
    )
    body = (
        f"<h1>{escape(about.title)}</h1><p>{escape(about.opening)}</p>"
        + (f"<ul>{sets}</ul>" if sets else "")
        + "".join(map(_section, findings.lines))
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(about.title)}</title><style>{_STYLE}</style>{body}</html>\n"
    ).encode()


def _section(group: OfLines) -> str:
    rows = "".join(
        f"<tr><td>{escape(place.picture) or '(none named)'}<td>{place.side}<td>{place.number or '?'}"
        f"<td>{escape(place.said)}"
        for place in group.places[:ROWS_SHOWN]
    )
    more = group.count - min(len(group.places), ROWS_SHOWN)
    rest = f"<p>And {more:,} more, up to {len(group.places):,} of them in the JSON file.</p>" if more else ""
    return (
        f"<h2><code>{escape(group.code)}</code>: {group.count:,}</h2>"
        f"<p>{escape(group.meaning.why)} <strong>{escape(group.meaning.fix)}</strong></p>"
        f"<table><tr><th>Picture<th>Manifest<th>Line<th>Rekognition said{rows}</table>{rest}"
    )

"""The findings in words, for a message: everything that is wrong, twenty pictures, where the rest is."""

import re
from collections.abc import Iterator

from .findings import Findings, OfLines, OfSet
from .training_files import LineError

EXAMPLES = 20
"""Pictures named in all."""
MOST_CHARACTERS = 3_000
"""The cause of a failed run is cut at 4,000, and Rekognition's own words stand before these."""
_NAME_LENGTH = 100
# The bucket is the same for all of a set.
_S3_URI = re.compile(r"^s3://[^/]+/")


def in_words(findings: Findings, *, report: str | None, note: str = "") -> str:
    """Sentences; empty if Rekognition's own words are all there is. `note` is one more, after the others."""
    parts = [*map(_of_set, findings.sets), *_of_lines(findings), *([note] if note else [])]
    if not parts:
        return ""
    ending = f"The whole list: {report}" if report and findings.lines else ""
    room = MOST_CHARACTERS - len(ending) - 1
    text = " ".join(parts)
    if len(text) > room:
        text = text[: room - 1] + "…"
    return f"{text} {ending}".strip()


def _of_set(found: OfSet) -> str:
    sides = f", {' and '.join(found.sides)} set" if found.sides else ""
    where = f" ({found.code}{sides})" if found.code else ""
    return f"{found.meaning.why} {found.meaning.fix}{where}"


def _of_lines(findings: Findings) -> Iterator[str]:
    left = EXAMPLES
    for waiting, group in enumerate(findings.lines):
        # Each kind of error gets its share, so that the most frequent does not hide the others.
        share = max(1, left // (len(findings.lines) - waiting)) if left else 0
        shown = group.places[:share]
        left -= len(shown)
        yield _group(group, [_name(place) for place in shown])


def _group(group: OfLines, names: list[str]) -> str:
    noun = "line" if group.count == 1 else "lines"
    more = group.count - len(names)
    listed = ", ".join(names) + (f" and {more:,} more" if more and names else "")
    return f"{group.count:,} {noun}: {group.meaning.why} {group.meaning.fix} ({group.code})" + (
        f": {listed}." if names else "."
    )


def _name(place: LineError) -> str:
    line = f"line {place.number}" if place.number else "a line"
    name = _S3_URI.sub("", place.picture) or f"{line} of the {place.side} manifest"
    return name if len(name) <= _NAME_LENGTH else f"…{name[1 - _NAME_LENGTH :]}"

"""Ground Truth manifests as Custom Labels reads them: one JSON object per image and line.

Written from the Custom Labels guide ("Creating a manifest file" and its error pages) alone, and sharing
nothing with the code that writes manifests, so that a mistake there is found here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from local_aws.rekognition import quotas
from local_aws.rekognition.label_attributes import LabelAttribute, read_attribute
from local_aws.rekognition.line_errors import LineError, line_error

SOURCE_REF: Final = "source-ref"
METADATA_SUFFIX: Final = "-metadata"
SERVICE_KEYS: Final = frozenset({"cl-metadata", "cl-errors", "errors", "warnings"})
"""Keys the service itself adds to lines it gives back; they are read over when such a line returns."""
_SOURCE_REF = re.compile(r"s3://(?P<bucket>[0-9A-Za-z.\-_]{3,255})/(?P<key>.+)", re.DOTALL)
REMOVED_FROM_DATASETS = {
    "ERROR_INVALID_JSON_LINE",
    "ERROR_MISSING_SOURCE_REF",
    "ERROR_INVALID_SOURCE_REF_FORMAT",
}
"""A dataset drops such lines without a word; a training manifest keeps them as errors."""


@dataclass(frozen=True, kw_only=True)
class ManifestLine:
    """A line and what the service makes of it."""

    number: int
    """Counted from 0, blank lines included."""
    document: dict[str, Any]
    bucket: str = ""
    key: str = ""
    attributes: tuple[LabelAttribute, ...] = ()
    """The valid ones."""
    errors: tuple[LineError, ...] = ()

    @property
    def source_ref(self) -> str:
        """The picture's S3 URI, which identifies the line inside a dataset."""
        return str(self.document.get(SOURCE_REF, ""))

    @property
    def is_invalid(self) -> bool:
        """An error keeps the whole line out; an error in one of several boxes does not."""
        return any(not error.is_warning and "annotations" not in error.path for error in self.errors)

    @property
    def is_ignored(self) -> bool:
        """Well-formed, but there is nothing to learn from it."""
        return not self.is_invalid and not self.labels

    @property
    def has_errors(self) -> bool:
        """Whether ListDatasetEntries(HasErrors=True) shows it."""
        return any(not error.is_warning for error in self.errors)

    @property
    def labels(self) -> tuple[str, ...]:
        """Its labels, each once, in the order of the line."""
        return tuple(dict.fromkeys(label for attribute in self.attributes for label in attribute.labels))

    def box_count(self, label: str) -> int:
        """How many boxes carry the label."""
        return sum(attribute.labels.count(label) for attribute in self.attributes if attribute.is_boxes)

    def with_error(self, error: LineError) -> ManifestLine:
        """The line with one more error, as found when its picture was looked at."""
        return replace(self, errors=(*self.errors, error))


@dataclass(frozen=True, kw_only=True)
class ParsedManifest:
    """A manifest's lines, and what had to be thrown away."""

    lines: tuple[ManifestLine, ...]
    """Every line, the broken ones with their errors."""
    repeated: frozenset[int] = field(default_factory=frozenset)
    """Numbers of lines whose picture an earlier line has already."""


def read_manifest(content: bytes) -> ParsedManifest:
    """Read JSON Lines: UTF-8, separated by newlines; a newline at the end begins no further line."""
    lines = tuple(parse_line(number, raw) for number, raw in enumerate(split_lines(content)))
    seen: set[str] = set()
    repeated = set()
    for line in lines:
        if line.source_ref and line.source_ref in seen:
            repeated.add(line.number)
        seen.add(line.source_ref)
    return ParsedManifest(lines=lines, repeated=frozenset(repeated))


def split_lines(content: bytes) -> Iterator[bytes]:
    """Only newlines separate lines: a JSON string may hold other line separators of Unicode."""
    pieces = content.split(b"\n")
    if pieces[-1] == b"":
        pieces.pop()
    for piece in pieces:
        yield piece.removesuffix(b"\r")


def parse_line(number: int, raw: bytes) -> ManifestLine:
    """Parse and check one line, without looking at its picture."""
    document = _parse_json(raw)
    if document is None:
        error = line_error("ERROR_INVALID_JSON_LINE")
        return ManifestLine(number=number, document={}, errors=(error,))
    match = _match_source_ref(document)
    if isinstance(match, LineError):
        return ManifestLine(number=number, document=document, errors=(match,))
    attributes, errors = _read_attributes(document)
    return ManifestLine(
        number=number,
        document=document,
        bucket=match["bucket"],
        key=match["key"],
        attributes=attributes,
        errors=errors,
    )


def _parse_json(raw: bytes) -> dict[str, Any] | None:
    try:
        text = raw.decode("utf-8")
        if len(text) > quotas.MAX_LINE_CHARACTERS:
            return None
        document = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _match_source_ref(document: dict[str, Any]) -> re.Match[str] | LineError:
    if SOURCE_REF not in document:
        return line_error("ERROR_MISSING_SOURCE_REF")
    value = document[SOURCE_REF]
    match = _SOURCE_REF.fullmatch(value) if isinstance(value, str) else None
    if match is None or len(match["key"].encode()) > 1024:
        return line_error("ERROR_INVALID_SOURCE_REF_FORMAT")
    return match


def _read_attributes(
    document: dict[str, Any],
) -> tuple[tuple[LabelAttribute, ...], tuple[LineError, ...]]:
    own_keys = [key for key in document if key != SOURCE_REF and key not in SERVICE_KEYS]
    names = [key for key in own_keys if key + METADATA_SUFFIX in document]
    if not names:
        code = "ERROR_NO_LABEL_ATTRIBUTES" if own_keys else "WARNING_UNANNOTATED_RECORD"
        return (), (line_error(code),)
    if len(names) > quotas.MAX_LABELS_PER_IMAGE:
        return (), (line_error("ERROR_NO_VALID_LABEL_ATTRIBUTES"),)
    results = [read_attribute(name, document[name], document[name + METADATA_SUFFIX]) for name in names]
    attributes = tuple(attribute for attribute, _ in results if attribute is not None)
    return attributes, tuple(error for _, errors in results for error in errors)

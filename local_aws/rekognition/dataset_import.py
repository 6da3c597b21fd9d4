"""What of a manifest gets into a dataset, and how entries are split and merged."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Mapping

from local_aws.rekognition import quotas
from local_aws.rekognition.line_errors import ManifestError
from local_aws.rekognition.manifest import REMOVED_FROM_DATASETS, ManifestLine, read_manifest

Entries = dict[str, ManifestLine]
TEST_SHARE = 0.2


def import_lines(content: bytes, *, into: Mapping[str, ManifestLine] | None = None) -> Entries:
    """The entries that a manifest makes, laid over those that are there.

    Lines that are no JSON, too long, without a usable source-ref, or about a picture that an earlier line
    has, are dropped without a word (Custom Labels guide, "Debugging terminal dataset errors"). Raises
    ManifestError when nothing is left to look at or more than 20 % of the lines are bad.
    """
    parsed = read_manifest(content)
    if len(parsed.lines) > quotas.MAX_MANIFEST_LINES:
        raise ManifestError("ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM")
    if not any(line.document for line in parsed.lines):
        raise ManifestError("ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT")
    kept = [
        line
        for line in parsed.lines
        if line.number not in parsed.repeated
        and not any(error.code in REMOVED_FROM_DATASETS for error in line.errors)
    ]
    bad = len(parsed.lines) - len(kept) + sum(1 for line in kept if line.is_invalid)
    if bad > quotas.MAX_INVALID_SHARE * len(parsed.lines):
        raise ManifestError("ERROR_TOO_MANY_RECORDS_IN_ERROR")
    entries = dict(into or {}) | {line.source_ref: line for line in kept}
    if len({label for line in entries.values() for label in line.labels}) > quotas.MAX_LABELS:
        raise ManifestError("ERROR_MANIFEST_TOO_MANY_LABELS")
    return entries


def split(
    entries: Collection[ManifestLine], *, shortage: str
) -> tuple[list[ManifestLine], list[ManifestLine]]:
    """Train and test parts: 20 % of each label for the test, drawn by a hash of the picture's place.

    Where pictures have several labels, rare labels draw first, and what they drew counts for the others.
    Raises ManifestError(`shortage`) when a label has too few pictures to be in both parts.
    """
    by_label: dict[str, list[ManifestLine]] = {}
    for line in entries:
        for label in line.labels or ("",):
            by_label.setdefault(label, []).append(line)
    if not by_label.keys() - {""} or any(label and len(lines) < 2 for label, lines in by_label.items()):
        raise ManifestError(shortage)
    tested: set[str] = set()
    for lines in sorted(by_label.values(), key=len):
        share = max(1, math.floor(TEST_SHARE * len(lines)))
        missing = share - sum(1 for line in lines if line.source_ref in tested)
        left = [line for line in lines if line.source_ref not in tested]
        drawn = sorted(left, key=lambda line: hashlib.sha256(line.source_ref.encode()).digest())
        tested.update(line.source_ref for line in drawn[: max(0, missing)])
    train = [line for line in entries if line.source_ref not in tested]
    if by_label.keys() - {""} - {label for line in train for label in line.labels}:
        raise ManifestError(shortage)
    return train, [line for line in entries if line.source_ref in tested]

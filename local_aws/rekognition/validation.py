"""Whether two manifests can be trained on: line errors, content errors, and the files that tell of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from local_aws.rekognition import quotas
from local_aws.rekognition.line_errors import CONTENT_MESSAGES
from local_aws.rekognition.manifest import ManifestLine
from local_aws.rekognition.use_case import IMAGE_LEVEL, LOCALIZATION


@dataclass(kw_only=True)
class CheckedManifest:
    """One side, training or testing, after its lines and pictures were looked at."""

    lines: tuple[ManifestLine, ...]
    """With the errors that their pictures added."""
    declared: frozenset[str]
    """Labels of all valid lines, before any picture was opened."""
    task: str = IMAGE_LEVEL
    """The use case that both sides were looked at for."""
    errors: list[str] = field(default_factory=list)
    """Codes of its content errors."""

    @property
    def usable(self) -> list[ManifestLine]:
        """Lines to train on or test with."""
        return [line for line in self.lines if not line.is_invalid and not line.is_ignored]

    @property
    def usable_labels(self) -> frozenset[str]:
        """Labels that a usable line has."""
        return frozenset(label for line in self.usable for label in line.labels)

    @property
    def use_case(self) -> str:
        """What it can be used for, if for anything."""
        return "NOT_DETERMINED" if self.errors or not self.usable else self.task

    def check(self) -> None:
        """Content errors that this side shows by itself."""
        invalid = sum(1 for line in self.lines if line.is_invalid)
        if invalid > quotas.MAX_INVALID_SHARE * len(self.lines):
            self.errors.append("ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST")
        if len({line.bucket for line in self.lines if line.bucket}) > 1:
            self.errors.append("ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS")
        if len(self.declared) > quotas.MAX_LABELS:
            self.errors.append("ERROR_MANIFEST_TOO_MANY_LABELS")

    def statistics(self) -> dict[str, Any]:
        """Its part of the manifest summary."""
        invalid = [line.number for line in self.lines if line.is_invalid]
        ignored = sum(1 for line in self.lines if line.is_ignored)
        return {
            "use_case": self.use_case,
            "total_json_lines": len(self.lines),
            "valid_json_lines": len(self.lines) - len(invalid) - ignored,
            "invalid_json_lines": len(invalid),
            "ignored_json_lines": ignored,
            "errors": [_as_json(code) for code in self.errors],
            "error_json_line_indices": [line.number for line in self.lines if line.has_errors],
        }


def labels_of(lines: Collection[ManifestLine]) -> frozenset[str]:
    """Labels of the valid lines."""
    return frozenset(label for line in lines if not line.is_invalid for label in line.labels)


def cross_check(train: CheckedManifest, test: CheckedManifest) -> list[str]:
    """Codes of the content errors that concern the number of labels and both sides together."""
    errors = []
    least = quotas.MIN_LOCATED_LABELS if train.task == LOCALIZATION else quotas.MIN_LABELS
    if len(train.declared) < least:
        train.errors.append("ERROR_MANIFEST_TOO_FEW_LABELS")
    elif len(train.usable_labels) < least:
        train.errors.append("ERROR_MANIFEST_TOO_FEW_USABLE_LABELS")
    if not _overlap_enough(train.declared, test.declared):
        errors.append("ERROR_INSUFFICIENT_LABEL_OVERLAP")
    elif not _overlap_enough(train.usable_labels, test.usable_labels):
        errors.append("ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP")
    return errors


def _overlap_enough(train: frozenset[str], test: frozenset[str]) -> bool:
    return not train or len(train & test) >= quotas.MIN_LABEL_OVERLAP * len(train)


def manifest_summary(train: CheckedManifest, test: CheckedManifest, errors: Sequence[str]) -> bytes:
    """manifest_summary.json (guide, "Understanding the manifest summary")."""
    summary = {
        "statistics": {"training": train.statistics(), "testing": test.statistics()},
        "errors": [_as_json(code) for code in errors],
    }
    return json.dumps(summary, indent=2).encode()


def _as_json(code: str) -> dict[str, str]:
    return {"code": code, "message": CONTENT_MESSAGES[code]}


def validation_manifest(lines: Sequence[ManifestLine]) -> bytes:
    """A copy of the manifest with `errors` lists where the errors are; a line that is no JSON has no more."""
    return to_json_lines([_annotated(line) for line in lines])


def to_json_lines(documents: Sequence[dict[str, Any]]) -> bytes:
    """JSON Lines, each line ended."""
    return "".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents).encode()


def _annotated(line: ManifestLine) -> dict[str, Any]:
    document: dict[str, Any] = copy.deepcopy(line.document)
    for error in line.errors:
        place: Any = document
        for step in error.path:
            place = place[step]
        if not isinstance(place, dict):
            place = document
        name = "warnings" if error.is_warning else "errors"
        place.setdefault(name, []).append(error.as_json)
    return document

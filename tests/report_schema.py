"""Holds reports to docs/evaluation-report.schema.json."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# See `event_schema`: it takes null for absent, hence what may be null is not among the required fields.
from cfnlint.jsonschema import StandardValidator

SCHEMA = Path(__file__).resolve().parents[1] / "docs" / "evaluation-report.schema.json"


def violations(report: Mapping[str, Any]) -> list[str]:
    """What the schema finds wrong with a report: where and what."""
    validator = StandardValidator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    return [
        f"{'.'.join(map(str, problem.path))}: {problem.message}" for problem in validator.iter_errors(report)
    ]

"""Holds events to their schemas in docs."""

import json
from pathlib import Path
from typing import Any

# cfn-lint brings a validator of JSON Schema, so that no other one has to be installed. It takes null for
# absent, hence `error` is not among the required fields.
from cfnlint.jsonschema import StandardValidator

DOCS = Path(__file__).resolve().parents[1] / "docs"
SCHEMAS = {"Approval Requested": "approval-event.schema.json"}
"""By detail-type; all others are outcomes."""


def violations(event: dict[str, Any]) -> list[str]:
    """What the schema finds wrong with an event: where and what."""
    schema = DOCS / SCHEMAS.get(event["detail-type"], "outcome-event.schema.json")
    validator = StandardValidator(json.loads(schema.read_text(encoding="utf-8")))
    return [
        f"{'.'.join(map(str, problem.path))}: {problem.message}" for problem in validator.iter_errors(event)
    ]

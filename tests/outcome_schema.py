"""Holds events to docs/outcome-event.schema.json."""

import json
from pathlib import Path
from typing import Any

# cfn-lint brings a validator of JSON Schema, so that no other one has to be installed. It takes null for
# absent, hence `error` is not among the required fields.
from cfnlint.jsonschema import StandardValidator

SCHEMA = Path(__file__).resolve().parents[1] / "docs" / "outcome-event.schema.json"


def violations(event: dict[str, Any]) -> list[str]:
    """What the schema finds wrong with an event: where and what."""
    validator = StandardValidator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    return [
        f"{'.'.join(map(str, problem.path))}: {problem.message}" for problem in validator.iter_errors(event)
    ]

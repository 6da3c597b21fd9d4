"""Outcome events as the workflows publish them."""

from datetime import UTC, datetime
from typing import Any

EXECUTION = "arn:aws:states:us-east-1:000000000000:execution:Training:1"


def outcome_event(*, report: dict[str, Any] | None = None, **changed: Any) -> dict[str, Any]:
    """An event of a scheduled run that ended now; `changed` replaces fields of its detail."""
    detail = {
        "schema_version": 1,
        "pipeline": "TrainingPipeline-test",
        "workflow": "Training",
        "outcome": "deployed",
        "execution": EXECUTION,
        "at": datetime.now(tz=UTC).isoformat(),
        "started_by": "schedule",
        "subject": "TrainingPipeline-test: model deployed",
        "message": "A model was deployed.",
        "report": report or {},
        "error": None,
    }
    return {
        "version": "0",
        "id": "11111111-1111-1111-1111-111111111111",
        "source": "custom-labels-training-pipeline",
        "detail-type": f"{changed.get('workflow', 'Training')} Outcome",
        "resources": [changed.get("execution", EXECUTION)],
        "detail": {**detail, **changed},
    }


JUDGED = {"version": "set-1", "f1": 0.91, "minimum_f1": 0.8, "billed_training_seconds": 5400}
"""The report of a run that had a version trained and judged it."""

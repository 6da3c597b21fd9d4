"""What `judge_evaluation` is told of a version and of the operator's bars, in each of its modes."""

from __future__ import annotations

from typing import Any, Final

from pipeline_stack.workflows.operator_settings import number_of
from pipeline_stack.workflows.resources import PipelineResources

# Only the report tells these, so the judge takes whatever there is of them.
PAYLOAD_OF_REPORT: Final = {
    "digest": "{% $digest %}",
    "model_type": "{% $exists($report.model_type) ? $report.model_type : null %}",
    "billed_seconds": "{% $exists($described.billed_seconds) ? $described.billed_seconds : null %}",
    "ended_at": "{% $exists($described.ended_at) ? $described.ended_at : null %}",
}


def payload_of_evaluation(resources: PipelineResources) -> dict[str, Any]:
    """The version in `$version` and `$described`, and the bars that ask nothing of the live model."""
    return {
        "version": "{% $version %}",
        "f1": "{% $exists($described.f1) ? $described.f1 : null %}",
        "summary": "{% $exists($described.summary) ? $described.summary : null %}",
        "snapshot": "{% $exists($described.tested) ? $described.tested : null %}",
        "minimum_f1": f"{{% {number_of('Minimum-F1-Score')} %}}",
        "label_floor": f"{{% {number_of('Minimum-Label-F1-Score')} %}}",
        "minimum_support": resources.change.minimum_label_support,
        "execution_id": "{% $me %}",
    }

"""The environment's rules for pictures, as the workflow passes them on and remembers them."""

from __future__ import annotations

from typing import Any, Final

from pipeline_stack.workflows.operator_settings import number_of, value_of
from pipeline_stack.workflows.resources import PipelineResources
from pipeline_stack.workflows.training_input import PAYLOAD

_MINIMUM: Final = "Minimum-Images-Per-Label"
_RULES_FORMAT: Final = 1
"""Raised when the rules themselves change, so that a set which failed them is looked at again."""


def payload_of_rules(resources: PipelineResources) -> dict[str, Any]:
    """What the environment and the execution set, as `build_manifest` takes it."""
    return {
        "minimum_images_per_label": f"{{% {number_of(_MINIMUM)} %}}",
        "quarantine": resources.quarantine,
        **PAYLOAD,
    }


def rules_name(resources: PipelineResources) -> str:
    """An expression: names the rules that a set failed. Under others it is judged anew."""
    quarantine = "quarantine" if resources.quarantine else "strict"
    return f"('{_RULES_FORMAT}-' & {value_of(_MINIMUM)} & '-{quarantine}')"

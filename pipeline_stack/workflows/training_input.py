"""What the input of Training says: above all, which labelled pictures the execution is about."""

from __future__ import annotations

import json
from typing import Any, Final

from pipeline_stack.workflows.ending import STARTED_BY_PARENT
from pipeline_stack.workflows.messages import expression
from pipeline_stack.workflows.resources import PipelineResources

INPUT_KEY: Final = "data_source"
OF_FOLDERS: Final = "trained"
OF_THE_ENVIRONMENT: Final = "trained-environment"
"""The registry's pointers to the set that was trained last: from the folders, and from the other source of
the environment, whatever its address is by now. A source that only an execution names has one of its own, so
that a set trained once from elsewhere does not make everything in the environment's source look new."""

_INPUT: Final = "$states.context.Execution.Input"
_KEYS: Final = f"['source', 'force', '{INPUT_KEY}', '{STARTED_BY_PARENT}']"
UNDERSTOOD: Final = expression(
    f"$type({_INPUT}) = 'object' and $count([$keys({_INPUT})[$not($ in {_KEYS})]]) = 0 and "
    f"($exists({_INPUT}.force) = false or $type({_INPUT}.force) = 'boolean') and "
    f"($exists({_INPUT}.source) = false or $type({_INPUT}.source) = 'string') and "
    f"($exists({_INPUT}.{INPUT_KEY}) = false or $type({_INPUT}.{INPUT_KEY}) = 'object')"
)
"""Whether the input can be one of Training. What its data source says is for the function to judge, which
has words for each of its parts."""


def data_source(resources: PipelineResources) -> dict[str, Any]:
    """Variables: `dataSource`, and the names of two items, which are the same until an unfinished version of
    another source is taken up: `ownItem` of this execution's source, `trainedItem` of what it trains."""
    default = json.dumps(dict(resources.data.default))
    source = f"($exists({_INPUT}.{INPUT_KEY}) ? {_INPUT}.{INPUT_KEY} : {default})"
    item = expression(
        f"($source := {source}; $source.kind = 'folders' ? '{OF_FOLDERS}' "
        f": $source = {default} ? '{OF_THE_ENVIRONMENT}' : '{OF_FOLDERS}-' & $substring($hash($string("
        "[$source.kind, $source.train, $source.test][$type($) = 'string']), 'SHA-256'), 0, 32))"
    )
    return {"dataSource": expression(source), "ownItem": item, "trainedItem": item}


PAYLOAD: Final = {INPUT_KEY: "{% $dataSource %}"}
"""What the function that builds manifests is told of it."""

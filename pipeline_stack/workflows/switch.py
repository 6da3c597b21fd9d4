"""The switch: the live pointer moves to another version, or back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows.registry import Registry
from pipeline_stack.workflows.registry_items import DEPLOYMENT_LOCK
from pipeline_stack.workflows.resources import PipelineResources

MOVING: Final = "moving the live pointer"
"""What a run is doing as it makes the switch, in its `during`."""

# Copied from the version's record as they are; a version trained by hand has none, and they are left out.
_POINTER_ITEM: Final = (
    "{% {'kind': {'S': 'pointer'}, 'name': {'S': 'live'}, 'version': {'S': $version}, "
    "'deployed_at': {'S': $switchedAt}, 'execution': {'S': $me}, 'digest': $record.digest, "
    "'pictures': $record.pictures_total, 'f1': $record.f1, "
    "'previous': $former.version != '' ? {'S': $former.version}} %}"
)
_LIVE: Final = (
    "{% {'version': $version, 'pictures': $number($record.pictures_total.N), 'f1': $number($record.f1.N), "
    "'deployed_at': $switchedAt, 'previous': $former.version != '' ? $former.version} %}"
)
POINTER_ITEM: Final = "{% $exists($states.result.Item) ? $states.result.Item : {} %}"
"""Of a read of the live pointer: the item as it is, for the way back."""


def switch(
    scope: Construct, *, registry: Registry, resources: PipelineResources, then: sfn.IChainable
) -> sfn.Pass:
    """States that make `$version` the live one, and remember the `former`; on to `then`.

    Pointer and record change in one transaction, only while the deployment lock is ours. `previous` is what
    `make rollback` goes back to, and what retention keeps.
    """
    move = registry.transact(
        "Move the live pointer",
        lock=DEPLOYMENT_LOCK,
        items=[
            {"Put": {"TableName": resources.registry.table_name, "Item": _POINTER_ITEM}},
            registry.update_part(
                "version",
                "{% $version %}",
                {"outcome": {"S": "deployed"}, "deployed_at": {"S": "{% $switchedAt %}"}},
            ),
        ],
        assign={"live": _LIVE},
        during=MOVING,
    )
    move.next(then)
    begin = sfn.Pass.jsonata(
        scope,
        "Begin the switch",
        # One time for the pointer, the record and the parameter: each expression has its own $now().
        assign={"switchedAt": "{% $now() %}", "former": "{% $live %}", "formerItem": "{% $pointerItem %}"},
    )
    begin.next(move)
    return begin


def roll_back(registry: Registry, *, reason: str, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A part of a transaction: the record of `$version` says that no check deploys it again, and why, an
    expression, and `more` attributes."""
    return registry.update_part(
        "version",
        "{% $version %}",
        {
            "outcome": {"S": "rolled_back"},
            "reason": {"S": f"{{% {reason} %}}"},
            "rolled_back_at": {"S": "{% $now() %}"},
            **(more or {}),
        },
    )


def switch_back(
    name: str,
    *,
    registry: Registry,
    resources: PipelineResources,
    reason: str,
    then: sfn.IChainable,
    item: str = "$formerItem",
) -> sfn.TaskStateBase:
    """A task that makes the `former` model the live one, with the pointer that was there before the switch or
    `item`, an expression, and has the record of `$version` say why, another; on to `then`."""
    task = registry.transact(
        name,
        lock=DEPLOYMENT_LOCK,
        items=[
            {"Put": {"TableName": resources.registry.table_name, "Item": f"{{% {item} %}}"}},
            roll_back(registry, reason=reason),
        ],
        assign={"live": "{% $former %}"},
        during="moving the live pointer back",
    )
    task.next(then)
    return task

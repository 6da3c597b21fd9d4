"""Tables: what CloudFormation sets on them, and what DescribeTable says of them."""

from __future__ import annotations

from typing import Any

from ministack.services import dynamodb

from local_aws.mends.registry import mend

_TABLE_HANDLERS = "ministack.services.cloudformation.provisioners._RESOURCE_HANDLERS[AWS::DynamoDB::Table]"
ON_DEMAND_WARM_THROUGHPUT = {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"}
"""What a new on-demand table is ready for (DynamoDB Developer Guide, "Warm throughput")."""


@mend(
    "table-properties",
    target=_TABLE_HANDLERS,
    requires=(
        "ministack.services.dynamodb._update_ttl",
        "ministack.services.dynamodb._update_continuous_backups",
    ),
)
def more_table_properties(original: Any) -> Any:
    """CloudFormation drops a table's time to live and point-in-time recovery without a word."""

    def create(logical_id: str, props: dict[str, Any], stack_name: str) -> Any:
        name, attributes = original["create"](logical_id, props, stack_name)
        _apply(name, {}, props)
        return name, attributes

    def update(physical_id: str, old: dict[str, Any], new: dict[str, Any], *rest: Any) -> Any:
        name, attributes = original["update"](physical_id, old, new, *rest)
        _apply(name, old, new)
        return name, attributes

    return {**original, "create": create, "update": update}


@mend("warm-throughput", target="ministack.services.dynamodb._table_description")
def on_demand_tables_are_warm(original: Any) -> Any:
    """DescribeTable says that a table is ready for 0 requests a second, which the model does not allow."""

    def _table_description(name: str) -> dict[str, Any]:
        description: dict[str, Any] = original(name)
        if not description["WarmThroughput"]["ReadUnitsPerSecond"]:
            description["WarmThroughput"] = ON_DEMAND_WARM_THROUGHPUT
        return description

    return _table_description


def _apply(table: str, old: dict[str, Any], new: dict[str, Any]) -> None:
    ttl, previous_ttl = new.get("TimeToLiveSpecification"), old.get("TimeToLiveSpecification")
    if ttl != previous_ttl:
        specification = ttl or {**(previous_ttl or {}), "Enabled": False}
        _accepted(dynamodb._update_ttl({"TableName": table, "TimeToLiveSpecification": specification}))
    recovery = new.get("PointInTimeRecoverySpecification")
    if recovery != old.get("PointInTimeRecoverySpecification"):
        specification = recovery or {"PointInTimeRecoveryEnabled": False}
        request = {"TableName": table, "PointInTimeRecoverySpecification": specification}
        _accepted(dynamodb._update_continuous_backups(request))


def _accepted(response: Any) -> None:
    if response[0] >= 300:
        raise ValueError(f"AWS::DynamoDB::Table: {response[2]!r}")

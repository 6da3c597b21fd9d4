"""The model registry's entries that are measured, and the month's usage, through DynamoDB."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, UniversalAttributeValueTypeDef

_USAGE = "usage"
_SWITCH = "Enable-Automatic-Training"
_SETTINGS_OF_THE_SCHEDULE = (_SWITCH, "Automatic-Training-Poll-Frequency")


@dataclass(frozen=True, kw_only=True)
class LiveModel:
    version: str
    deployed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Lock:
    holder: str
    taken_at: datetime


@dataclass(frozen=True, kw_only=True)
class MonthUsage:
    """`unit_seconds` of inference that were counted up to `measured_at`, in seconds since 1970."""

    unit_seconds: int
    measured_at: int


class Registry:
    """Items have the key (`kind`, `name`); everything is read consistently."""

    def __init__(self, *, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def live_model(self) -> LiveModel | None:
        """What the live pointer names; None before the first deployment."""
        item = self._item("pointer", "live")
        if item is None:
            return None
        return LiveModel(version=item["version"]["S"], deployed_at=_time(item, "deployed_at"))

    def deployment_lock(self) -> Lock | None:
        """Who changes models now; None if nobody holds the lock."""
        item = self._item("lock", "deployment")
        if item is None:
            return None
        return Lock(holder=item["holder"]["S"], taken_at=_time(item, "taken_at"))

    def schedule_changes(self) -> list[datetime]:
        """When the parameters that rule the schedule were last applied, those that ever were."""
        items = [self._item("setting", name) for name in _SETTINGS_OF_THE_SCHEDULE]
        return [_time(item, "changed_at") for item in items if item is not None]

    def training_is_wanted(self) -> bool | None:
        """Whether the operator has training switched on; None if that was never changed."""
        item = self._item("setting", _SWITCH)
        return None if item is None else item["value"]["S"] == "true"

    def usage(self, month: str) -> MonthUsage | None:
        """What was counted for a month, "YYYY-MM"."""
        item = self._item(_USAGE, month)
        if item is None:
            return None
        return MonthUsage(
            unit_seconds=int(item["unit_seconds"]["N"]), measured_at=int(item["measured_at"]["N"])
        )

    def begin_usage(self, month: str, usage: MonthUsage) -> bool:
        """Write a month's first entry; False if there is one."""
        return self._write(
            month,
            update="SET unit_seconds = :seconds, measured_at = :at",
            condition="attribute_not_exists(measured_at)",
            values={":seconds": usage.unit_seconds, ":at": usage.measured_at},
        )

    def add_usage(self, month: str, *, unit_seconds: int, since: int, until: int) -> bool:
        """Count what was used from `since` to `until`; False if `since` is not when it was last measured,
        because another invocation has counted that stretch."""
        return self._write(
            month,
            update="ADD unit_seconds :seconds SET measured_at = :until",
            condition="measured_at = :since",
            values={":seconds": unit_seconds, ":until": until, ":since": since},
        )

    def _write(self, month: str, *, update: str, condition: str, values: Mapping[str, int]) -> bool:
        numbers: dict[str, UniversalAttributeValueTypeDef] = {
            name: {"N": str(value)} for name, value in values.items()
        }
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"kind": {"S": _USAGE}, "name": {"S": month}},
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=numbers,
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _item(self, kind: str, name: str) -> "dict[str, AttributeValueTypeDef] | None":
        answer = self._client.get_item(
            TableName=self._table, Key={"kind": {"S": kind}, "name": {"S": name}}, ConsistentRead=True
        )
        return answer.get("Item")


def _time(item: "dict[str, AttributeValueTypeDef]", name: str) -> datetime:
    """As the workflows write it with JSONata's $now(): ISO 8601, in UTC."""
    return datetime.fromisoformat(item[name]["S"])

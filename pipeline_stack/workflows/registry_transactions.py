"""Writes of the registry that belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks

from pipeline_stack.workflows.calls import Calls, Handled, unless_redriven
from pipeline_stack.workflows.registry_items import raw_key


class RegistryTransactions:
    """Builds the tasks that write several items at once, and their parts."""

    def __init__(self, *, calls: Calls, table: dynamodb.ITable) -> None:
        self._calls = calls
        self._table = table

    def transact(
        self,
        name: str,
        *,
        lock: str,
        items: Sequence[Mapping[str, Any]],
        during: str,
        assign: Mapping[str, Any] | None = None,
        handled: Sequence[Handled] = (),
        tolerated: sfn.IChainable | None = None,
    ) -> tasks.CallAwsService:
        """Write several items at once, only while this execution holds `lock`, and never redriven."""
        held = {
            "ConditionCheck": {
                "TableName": self._table.table_name,
                "Key": raw_key("lock", lock),
                "ConditionExpression": "#holder = :me",
                "ExpressionAttributeNames": {"#holder": "holder"},
                "ExpressionAttributeValues": {":me": {"S": unless_redriven("$me")}},
            }
        }
        return self.write(
            name, items=[held, *items], during=during, assign=assign, handled=handled, tolerated=tolerated
        )

    def write(
        self,
        name: str,
        *,
        items: Sequence[Mapping[str, Any]],
        during: str,
        assign: Mapping[str, Any] | None = None,
        handled: Sequence[Handled] = (),
        tolerated: sfn.IChainable | None = None,
    ) -> tasks.CallAwsService:
        """Write several items at once."""
        # TransactWriteItems has no IAM action of its own: each part is authorised as the single write.
        actions = {
            "ConditionCheck": "ConditionCheckItem",
            "Put": "PutItem",
            "Update": "UpdateItem",
            "Delete": "DeleteItem",
        }
        first, *others = sorted({f"dynamodb:{actions[kind]}" for item in items for kind in item})
        return self._calls.aws(
            name,
            service="dynamodb",
            action="transactWriteItems",
            prefix="DynamoDb",
            iam_action=first,
            resources=[self._table.table_arn],
            extra_statements=[iam.PolicyStatement(actions=others, resources=[self._table.table_arn])]
            if others
            else None,
            parameters={"TransactItems": list(items)},
            assign=assign,
            during=during,
            handled=handled,
            tolerated=tolerated,
        )

    def put_part(self, kind: str, name: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """A Put of a transaction."""
        return {"Put": {"TableName": self._table.table_name, "Item": {**raw_key(kind, name), **attributes}}}

    def delete_part(self, kind: str, name: str, *, only_if: tuple[str, str] | None = None) -> dict[str, Any]:
        """A Delete of a transaction, with `only_if` (an attribute and its text) of what is still so."""
        return {
            "Delete": {
                "TableName": self._table.table_name,
                "Key": raw_key(kind, name),
                **_conditions(only_if, aliases={}, values={}),
            }
        }

    def update_part(
        self,
        kind: str,
        name: str,
        attributes: Mapping[str, Any],
        *,
        keep_existing: bool = False,
        only_if: tuple[str, str] | None = None,
    ) -> dict[str, Any]:
        """An Update of a transaction that sets each attribute and leaves the others.

        With `keep_existing`, an attribute that is there already stays as it is; with `only_if` (an attribute
        and its text) nothing of the transaction is written unless that still is so.
        """
        value = "if_not_exists(#{0}, :{0})" if keep_existing else ":{0}"
        assignments = ", ".join(f"#{index} = {value.format(index)}" for index in range(len(attributes)))
        aliases = {f"#{index}": attribute for index, attribute in enumerate(attributes)}
        values = {f":{index}": value for index, value in enumerate(attributes.values())}
        return {
            "Update": {
                "TableName": self._table.table_name,
                "Key": raw_key(kind, name),
                "UpdateExpression": f"SET {assignments}",
                **_conditions(only_if, aliases=aliases, values=values),
            }
        }


def _conditions(
    only_if: tuple[str, str] | None, *, aliases: Mapping[str, str], values: Mapping[str, Any]
) -> dict[str, Any]:
    """The condition of a part, beside the names and values that the part has for itself."""
    if only_if:
        attribute, text = only_if
        aliases, values = {**aliases, "#if": attribute}, {**values, ":if": {"S": text}}
    found = {"ExpressionAttributeNames": dict(aliases), "ExpressionAttributeValues": dict(values)}
    return ({"ConditionExpression": "#if = :if"} if only_if else {}) | (found if aliases else {})

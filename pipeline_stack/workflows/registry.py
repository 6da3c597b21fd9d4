"""Reads and writes of the model registry, as tasks.

One item for each thing, keyed by (kind, name): see `pipeline_stack/model_registry.py`. Writes that
belong together, or that only the holder of a lock may do, are one transaction whose first part checks
the lock: a run that lost its lock cannot write late.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from pipeline_stack.workflows import names
from pipeline_stack.workflows.calls import CALL_TIMEOUT, Calls, Handled, unless_redriven

TRAINING_LOCK: Final = "training"
DEPLOYMENT_LOCK: Final = "deployment"
SETTINGS_LOCK: Final = "settings"
PREFIXES: Final = ("DynamoDB", "DynamoDb")
# `name` and a few more of our attribute names are reserved words of DynamoDB's expressions, so every
# expression goes through placeholders.


def text(value: str) -> tasks.DynamoAttributeValue:
    """A string attribute: a constant or an expression."""
    return tasks.DynamoAttributeValue.from_string(value)


def expires_in_days(days: int) -> tasks.DynamoAttributeValue:
    """When DynamoDB may forget an item: seconds since 1970, counted from now."""
    return tasks.DynamoAttributeValue.number_from_string(
        f"{{% $string($floor($millis() / 1000) + {days * 86400}) %}}"
    )


def key(kind: str, name: str) -> dict[str, tasks.DynamoAttributeValue]:
    """The key of an item."""
    return {"kind": text(kind), "name": text(name)}


def raw_key(kind: str, name: str) -> dict[str, Any]:
    """The same for a transaction, whose arguments are DynamoDB's own JSON."""
    return {"kind": {"S": kind}, "name": {"S": name}}


def raw_expiry(days: int) -> dict[str, Any]:
    """The same for a transaction."""
    return {"N": f"{{% $string($floor($millis() / 1000) + {days * 86400}) %}}"}


class Registry:
    """Builds the registry tasks of one workflow."""

    def __init__(self, scope: Construct, *, calls: Calls, table: dynamodb.ITable) -> None:
        self._scope = scope
        self._calls = calls
        self._table = table

    def get(
        self,
        name: str,
        *,
        kind: str,
        item: str,
        assign: Mapping[str, Any],
        during: str,
        tolerated: sfn.IChainable | None = None,
    ) -> tasks.DynamoGetItem:
        """Read one item, consistently; an absent item leaves `$states.result.Item` undefined."""
        task = tasks.DynamoGetItem.jsonata(
            self._scope,
            name,
            table=self._table,
            key=key(kind, item),
            consistent_read=True,
            assign=dict(assign),
            task_timeout=sfn.Timeout.duration(CALL_TIMEOUT),
        )
        self._calls.finish(task, during=during, prefixes=PREFIXES, tolerated=tolerated)
        return task

    def put(
        self,
        name: str,
        *,
        kind: str,
        item: str,
        attributes: Mapping[str, tasks.DynamoAttributeValue],
        during: str,
        condition: str | None = None,
        values: Mapping[str, str] | None = None,
        aliases: Mapping[str, str] | None = None,
        assign: Mapping[str, Any] | None = None,
        if_refused: sfn.IChainable | None = None,
        tolerated: sfn.IChainable | None = None,
        failure: sfn.IChainable | None = None,
    ) -> tasks.DynamoPutItem:
        """Write one item; with a condition, `if_refused` is where a refusal goes on."""
        task = tasks.DynamoPutItem.jsonata(
            self._scope,
            name,
            table=self._table,
            item={**key(kind, item), **attributes},
            condition_expression=condition,
            expression_attribute_names=dict(aliases) if aliases else None,
            expression_attribute_values={k: text(v) for k, v in values.items()} if values else None,
            assign=dict(assign) if assign else None,
            task_timeout=sfn.Timeout.duration(CALL_TIMEOUT),
        )
        handled = [Handled(errors=names.CONDITION_FAILED, then=if_refused)] if if_refused else []
        self._calls.finish(
            task, during=during, prefixes=PREFIXES, handled=handled, failure=failure, tolerated=tolerated
        )
        return task

    def delete(
        self,
        name: str,
        *,
        kind: str,
        item: str,
        attribute: str,
        equals: str,
        during: str,
        then: sfn.IChainable,
        tolerated: sfn.IChainable | None = None,
    ) -> tasks.DynamoDeleteItem:
        """Delete an item if `attribute` still has the value; another value is left alone: on to `then`."""
        task = tasks.DynamoDeleteItem.jsonata(
            self._scope,
            name,
            table=self._table,
            key=key(kind, item),
            condition_expression="#a = :a",
            expression_attribute_names={"#a": attribute},
            expression_attribute_values={":a": text(equals)},
            task_timeout=sfn.Timeout.duration(CALL_TIMEOUT),
        )
        self._calls.finish(
            task,
            during=during,
            prefixes=PREFIXES,
            handled=[Handled(errors=names.CONDITION_FAILED, then=then)],
            tolerated=tolerated,
        )
        task.next(then)
        return task

    def transact(
        self,
        name: str,
        *,
        lock: str,
        items: Sequence[Mapping[str, Any]],
        during: str,
        assign: Mapping[str, Any] | None = None,
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
        return self.write(name, items=[held, *items], during=during, assign=assign)

    def write(
        self,
        name: str,
        *,
        items: Sequence[Mapping[str, Any]],
        during: str,
        assign: Mapping[str, Any] | None = None,
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
            tolerated=tolerated,
        )

    def query(
        self,
        name: str,
        *,
        kind: str,
        during: str,
        assign: Mapping[str, Any],
        parameters: Mapping[str, Any] | None = None,
        aliases: Mapping[str, str] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> tasks.CallAwsService:
        """Read a page of the items of a kind, consistently: at most 1 MiB before any filter."""
        return self._calls.aws(
            name,
            service="dynamodb",
            action="query",
            prefix="DynamoDb",
            resources=[self._table.table_arn],
            parameters={
                "TableName": self._table.table_name,
                "ConsistentRead": True,
                "KeyConditionExpression": "#kind = :kind",
                "ExpressionAttributeNames": {"#kind": "kind", **(aliases or {})},
                "ExpressionAttributeValues": {":kind": {"S": kind}, **(values or {})},
                **(parameters or {}),
            },
            assign=assign,
            during=during,
        )

    def put_part(self, kind: str, name: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """A Put of a transaction."""
        return {"Put": {"TableName": self._table.table_name, "Item": {**raw_key(kind, name), **attributes}}}

    def delete_part(self, kind: str, name: str) -> dict[str, Any]:
        """A Delete of a transaction."""
        return {"Delete": {"TableName": self._table.table_name, "Key": raw_key(kind, name)}}

    def update_part(
        self, kind: str, name: str, attributes: Mapping[str, Any], *, keep_existing: bool = False
    ) -> dict[str, Any]:
        """An Update of a transaction that sets each attribute and leaves the others.

        With `keep_existing`, an attribute that is there already stays as it is.
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
                "ExpressionAttributeNames": aliases,
                "ExpressionAttributeValues": values,
            }
        }

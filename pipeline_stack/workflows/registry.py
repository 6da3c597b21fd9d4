"""Reads and writes of the model registry, as tasks.

One item for each thing, keyed by (kind, name): see `pipeline_stack/model_registry.py`. Writes that
belong together, or that only the holder of a lock may do, are one transaction whose first part checks
the lock: a run that lost its lock cannot write late.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from pipeline_stack.workflows import names
from pipeline_stack.workflows.calls import CALL_TIMEOUT, Calls, Handled
from pipeline_stack.workflows.registry_items import PREFIXES, key, text
from pipeline_stack.workflows.registry_transactions import RegistryTransactions


class Registry(RegistryTransactions):
    """Builds the registry tasks of one workflow."""

    def __init__(self, scope: Construct, *, calls: Calls, table: dynamodb.ITable) -> None:
        super().__init__(calls=calls, table=table)
        self._scope = scope

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
        failure: sfn.IChainable | None = None,
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
            failure=failure,
        )

"""Calls on tables can be allowed for some partition keys only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ministack.services import dynamodb

from local_aws.mends.registry import mend


@mend(
    "leading-keys",
    target="ministack.core.iam_actions.dynamodb_service_context",
    requires=("ministack.services.dynamodb._tables",),
)
def tell_the_partition_keys(original: Any) -> Any:
    """A condition on `dynamodb:LeadingKeys` holds for any key: MiniStack does not set it.

    DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control": the partition
    keys that the request names. Of reads and writes of items by their keys; Query's are not read.
    """

    def dynamodb_service_context(body: bytes) -> Any:
        context = original(body)
        try:
            keys = sorted(set(_partition_keys(json.loads(body or b"{}"))))
        except (AttributeError, KeyError, TypeError, ValueError):
            return context  # a malformed request, which DynamoDB refuses itself
        return {**context, "dynamodb:LeadingKeys": keys} if keys else context

    return dynamodb_service_context


def _partition_keys(request: Mapping[str, Any]) -> Iterator[str]:
    for table, item in _items(request):
        schema = (dynamodb._tables.get(table.rpartition("/")[2]) or {}).get("KeySchema", [])
        for part in schema:
            if part["KeyType"] == "HASH" and part["AttributeName"] in item:
                (value,) = item[part["AttributeName"]].values()
                yield str(value)


def _items(request: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The table, and the item or its key, of each that the request names."""
    if "TableName" in request:
        yield request["TableName"], request.get("Key") or request.get("Item") or {}
    for action in request.get("TransactItems", []):
        for part in action.values():
            yield part["TableName"], part.get("Key") or part.get("Item") or {}
    for table, asked in (request.get("RequestItems") or {}).items():
        if isinstance(asked, Mapping):
            yield from ((table, key) for key in asked.get("Keys", []))
            continue
        for action in asked:
            for part in action.values():
                yield table, part.get("Key") or part.get("Item") or {}

"""What the registry remembers of versions, through DynamoDB."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from boto3.dynamodb.types import TypeDeserializer

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..evaluation_store import domain_errors
from .history import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

_KIND = "version"
_PAGES = 20
"""Of 1 MB each, which is what a row takes with its labels and its build's report: some thousand versions."""


class VersionRegistry:
    """See `making.Registry`."""

    def __init__(self, *, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def version(self, name: str) -> Row | None:
        with domain_errors(f"reading {name} from the registry"):
            answer = self._client.get_item(
                TableName=self._table,
                Key={"kind": {"S": _KIND}, "name": {"S": name}},
                ProjectionExpression="digest, f1, labels",
            )
        return _plain(answer["Item"]) if "Item" in answer else None

    def versions(self) -> Iterator[Row]:
        with domain_errors("reading the versions from the registry"):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                KeyConditionExpression="kind = :kind",
                ExpressionAttributeValues={":kind": {"S": _KIND}},
                ExpressionAttributeNames={"#name": "name"},
                ProjectionExpression="#name, judged_at, f1, outcome",
            )
            for number, page in enumerate(pages, start=1):
                yield from (_plain(item) for item in page["Items"])
                if number == _PAGES:
                    return


def _plain(item: "dict[str, AttributeValueTypeDef]") -> Row:
    """Numbers as text: `history` reads them as it reads any text."""
    deserialize = TypeDeserializer().deserialize
    return {name: _value(deserialize(value)) for name, value in item.items()}


def _value(value: object) -> object:
    return value if isinstance(value, str) else str(value)

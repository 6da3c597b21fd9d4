"""The model registry's entries about sets, through DynamoDB."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from .aws_errors import domain_errors
from .errors import StorageUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import KeysAndAttributesOutputTypeDef, KeysAndAttributesTypeDef

# What keeps a set's folder: a version that was trained on it, or a check that it failed.
_KINDS = ("set", "check")
# The API's own limit for one BatchGetItem is 100 keys.
_BATCH = 100 // len(_KINDS)
# 0.1 s, doubled each time: gives up after some 12 s without a complete answer.
_ATTEMPTS = 8
_FIRST_PAUSE_SECONDS = 0.1


class RegistryTable:
    """See `ports.SetRegistry`. Items have the key (`kind` = "set" or "check", `name` = digest)."""

    def __init__(
        self, *, client: "DynamoDBClient", table: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._table = table
        self._sleep = sleep

    def named(self, digests: Iterable[str]) -> set[str]:
        """Those of `digests` that have an entry, read consistently: what is not named is deleted.

        Raises:
            StorageUnavailable: DynamoDB left keys unprocessed time after time.
        """
        wanted = list(digests)
        found: set[str] = set()
        for start in range(0, len(wanted), _BATCH):
            found |= self._batch(wanted[start : start + _BATCH])
        return found

    def _batch(self, digests: Sequence[str]) -> set[str]:
        request: Mapping[str, KeysAndAttributesTypeDef | KeysAndAttributesOutputTypeDef] = {
            self._table: {
                "Keys": [
                    {"kind": {"S": kind}, "name": {"S": digest}} for digest in digests for kind in _KINDS
                ],
                "ConsistentRead": True,
                "ProjectionExpression": "#name",
                "ExpressionAttributeNames": {"#name": "name"},
            }
        }
        found: set[str] = set()
        for attempt in range(_ATTEMPTS):
            with domain_errors(f"looking sets up in table {self._table}"):
                answer = self._client.batch_get_item(RequestItems=request)
            found |= {item["name"]["S"] for item in answer["Responses"].get(self._table, [])}
            request = answer.get("UnprocessedKeys", {})
            if not request:
                return found
            self._sleep(_FIRST_PAUSE_SECONDS * 2**attempt)
        raise StorageUnavailable(
            f"Table {self._table} left keys of a BatchGetItem unprocessed {_ATTEMPTS} times in a row, which "
            "means that it is throttled. Trying again later can help."
        )

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdas.build_manifest.errors import StorageDenied, StorageRefused, StorageUnavailable
from lambdas.build_manifest.set_registry import RegistryTable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

TABLE = "registry"


@pytest.fixture
def client(aws: None) -> "DynamoDBClient":
    client: DynamoDBClient = boto3.client("dynamodb")
    client.create_table(
        TableName=TABLE,
        KeySchema=[
            {"AttributeName": "kind", "KeyType": "HASH"},
            {"AttributeName": "name", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "kind", "AttributeType": "S"},
            {"AttributeName": "name", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


def put(client: "DynamoDBClient", kind: str, name: str) -> None:
    item = {"kind": {"S": kind}, "name": {"S": name}, "version": {"S": "v"}}
    client.put_item(TableName=TABLE, Item=item)


def digest(number: int) -> str:
    return f"{number:064x}"


def test_the_sets_that_have_an_entry_are_found_however_many_are_asked_for(client: "DynamoDBClient") -> None:
    for number in range(0, 250, 2):
        put(client, "set", digest(number))
    put(client, "version", digest(1))
    put(client, "check", digest(3))

    named = RegistryTable(client=client, table=TABLE).named(digest(number) for number in range(250))

    assert named == {digest(number) for number in range(0, 250, 2)} | {digest(3)}


def test_nothing_is_asked_when_there_is_nothing_to_ask() -> None:
    assert RegistryTable(client=None, table=TABLE).named([]) == set()  # type: ignore[arg-type]


class Throttled:
    """A table that processes one key a call."""

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - as boto3
        self.calls.append(RequestItems)
        request = RequestItems[TABLE]
        first, *rest = request["Keys"]
        unprocessed = {TABLE: {**request, "Keys": rest}} if rest else {}
        return {"Responses": {TABLE: [{"name": first["name"]}]}, "UnprocessedKeys": unprocessed}


def test_keys_left_unprocessed_are_asked_for_again_with_growing_pauses() -> None:
    table, pauses = Throttled(), list[float]()

    named = RegistryTable(client=table, table=TABLE, sleep=pauses.append).named(map(digest, range(2)))  # type: ignore[arg-type]

    assert named == set(map(digest, range(2)))
    assert pauses == [0.1, 0.2, 0.4]
    assert all(call[TABLE]["ConsistentRead"] for call in table.calls)


def test_a_table_that_stays_throttled_is_a_bad_moment() -> None:
    registry = RegistryTable(client=Throttled(), table=TABLE, sleep=lambda _seconds: None)  # type: ignore[arg-type]

    with pytest.raises(StorageUnavailable, match="unprocessed"):
        registry.named(map(digest, range(50)))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("AccessDeniedException", StorageDenied),
        ("ProvisionedThroughputExceededException", StorageUnavailable),
        ("ResourceNotFoundException", StorageRefused),
    ],
)
def test_an_error_of_dynamodb_is_told_as_one_of_ours(
    client: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch, code: str, expected: type[Exception]
) -> None:
    error = ClientError({"Error": {"Code": code, "Message": "as DynamoDB says"}}, "BatchGetItem")

    def fail(**_keywords: object) -> None:
        raise error

    monkeypatch.setattr(client, "batch_get_item", fail)

    with pytest.raises(expected, match=TABLE) as caught:
        RegistryTable(client=client, table=TABLE).named([digest(1)])
    assert caught.value.__cause__ is error

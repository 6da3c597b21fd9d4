"""What the tests of the functions share: an AWS that is not there, and a Lambda context."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from pipeline_stack.layout import REGISTRY_PARTITION_KEY, REGISTRY_SORT_KEY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

REGISTRY_TABLE = "registry"


@dataclass(frozen=True)
class FakeContext:
    """What Powertools reads of a Lambda context."""

    function_name: str = "function"
    memory_limit_in_mb: int = 2048
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:function"
    aws_request_id: str = "00000000-0000-0000-0000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


@pytest.fixture(autouse=True)
def no_network(socket_disabled: None) -> None:
    """A call that moto does not answer fails, rather than going out."""


@pytest.fixture
def lambda_context() -> FakeContext:
    return FakeContext()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Moto in place of AWS, with nothing of the developer's own settings."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    with mock_aws():
        yield


@pytest.fixture
def registry(aws: None) -> "DynamoDBClient":
    """A client of an AWS that has an empty model registry, the table `REGISTRY_TABLE`."""
    client: DynamoDBClient = boto3.client("dynamodb")
    client.create_table(
        TableName=REGISTRY_TABLE,
        KeySchema=[
            {"AttributeName": REGISTRY_PARTITION_KEY, "KeyType": "HASH"},
            {"AttributeName": REGISTRY_SORT_KEY, "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": REGISTRY_PARTITION_KEY, "AttributeType": "S"},
            {"AttributeName": REGISTRY_SORT_KEY, "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return client

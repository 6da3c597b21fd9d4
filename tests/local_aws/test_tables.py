"""Tables as CloudFormation makes them."""

from __future__ import annotations

from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.resources import create_stack, error_code, user_session

TABLE: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "kind", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
    "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
}


def table(aws: LocalAws) -> str:
    return create_stack(aws, {"T": {"Type": "AWS::DynamoDB::Table", "Properties": TABLE}})["T"]


@pytest.mark.mend("table-properties")
def test_cloudformation_sets_time_to_live_and_point_in_time_recovery(aws: LocalAws) -> None:
    dynamodb, name = aws.client("dynamodb"), table(aws)

    ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]

    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


@pytest.mark.mend("warm-throughput")
def test_a_new_table_is_warm_for_as_much_as_on_aws(aws: LocalAws) -> None:
    description = aws.client("dynamodb").describe_table(TableName=table(aws))["Table"]

    assert description["WarmThroughput"]["ReadUnitsPerSecond"] == 12000
    assert description["WarmThroughput"]["WriteUnitsPerSecond"] == 4000


@pytest.mark.mend("leading-keys")
def test_items_can_be_allowed_by_their_partition_keys(aws: LocalAws) -> None:
    name = table(aws)
    keys = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["mine"]}}
    actions = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:BatchGetItem"]
    reader = user_session(
        aws,
        {
            "Effect": "Allow",
            "Action": actions,
            "Resource": f"arn:aws:dynamodb:us-east-1:000000000000:table/{name}",
            "Condition": keys,
        },
    )
    dynamodb = aws.client("dynamodb", session=reader)

    def denied(kind: str) -> set[str | None]:
        key = {"kind": {"S": kind}}
        mine = {"kind": {"S": "mine"}}
        return {
            error_code(lambda: dynamodb.get_item(TableName=name, Key=key)),
            error_code(lambda: dynamodb.put_item(TableName=name, Item=key)),
            error_code(
                lambda: dynamodb.batch_get_item(
                    RequestItems={name: {"Keys": [key] if key == mine else [mine, key]}}
                )
            ),
        }

    assert denied("mine") == {None}
    assert denied("theirs") == {"AccessDeniedException"}

"""Tables as CloudFormation makes them."""

from __future__ import annotations

from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.resources import create_stack

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

"""What of an adopted project is the pipeline's: what its registry says that it made, and nothing else.

People made the project, and perhaps models and datasets in it that exist nowhere else. So whatever the
registry does not name stays, and with the registry gone all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DATASET_TYPES = ("TRAIN", "TEST")


@dataclass(frozen=True, kw_only=True)
class Made:
    """Names of model versions, and ARNs of datasets."""

    versions: frozenset[str] = frozenset()
    datasets: frozenset[str] = frozenset()


def made_by_pipeline(dynamodb: DynamoDBClient, table: str | None) -> Made:
    """Read what the workflows wrote before they made a version, and after they made a dataset."""
    if table is None:
        return Made()
    try:
        pages = dynamodb.get_paginator("query").paginate(
            TableName=table,
            ConsistentRead=True,
            KeyConditionExpression="#kind = :kind",
            ExpressionAttributeNames={"#kind": "kind"},
            ExpressionAttributeValues={":kind": {"S": "version"}},
        )
        # A version that was only deployed here, by hand, has a record too, but was not registered.
        versions = [item["name"]["S"] for page in pages for item in page["Items"] if "registered_at" in item]
        datasets = dynamodb.get_item(
            TableName=table,
            Key={"kind": {"S": "pointer"}, "name": {"S": "datasets"}},
            ConsistentRead=True,
        ).get("Item", {})
    except ClientError as problem:
        if problem.response["Error"]["Code"] == "ResourceNotFoundException":
            return Made()
        raise
    arns = [datasets[kind]["S"] for kind in DATASET_TYPES if kind in datasets]
    return Made(versions=frozenset(versions), datasets=frozenset(arns))

"""Which outcomes were counted, in the model registry."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

KIND = "counted"
# EventBridge tries for a day, and the queue of undelivered events keeps one for 14 days: whoever sends it
# again from there must not have it counted twice.
_KEPT = timedelta(days=30)


class CountedOutcomes:
    """Items with the key (`kind` = "counted", `name` = `Outcome.key`).

    Not the event's id is the key, because a workflow that got no answer when it published tries again, which
    makes another event of the same outcome.
    """

    def __init__(self, *, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def claim(self, key: str, *, attempt: str, now: datetime) -> bool:
        """Whether this delivery is the one that counts.

        `attempt` is the request id of the invocation, which stays the same when Lambda tries a failed one
        again (AWS Knowledge Center, "lambda-function-duplicate-invocations"): so an outcome whose first
        attempt died between this call and its metrics still counts. What remains is that an attempt
        which had written its metrics and died then counts twice.
        """
        try:
            self._client.put_item(
                TableName=self._table,
                Item={
                    "kind": {"S": KIND},
                    "name": {"S": key},
                    "attempt": {"S": attempt},
                    "expires": {"N": str(int((now + _KEPT).timestamp()))},
                },
                ConditionExpression="attribute_not_exists(#attempt) OR #attempt = :attempt",
                ExpressionAttributeNames={"#attempt": "attempt"},
                ExpressionAttributeValues={":attempt": {"S": attempt}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

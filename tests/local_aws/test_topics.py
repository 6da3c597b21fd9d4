"""Topics: the outbox, and what Publish refuses."""

from __future__ import annotations

from typing import Any

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.resources import error_code, fresh


def topic(aws: LocalAws) -> str:
    arn: str = aws.client("sns").create_topic(Name=fresh("topic"))["TopicArn"]
    return arn


@pytest.mark.mend("sns-outbox")
def test_a_published_message_is_in_the_outbox(aws: LocalAws) -> None:
    sns, arn = aws.client("sns"), topic(aws)
    kind = {"kind": {"DataType": "String", "StringValue": "outcome"}}

    sns.publish(TopicArn=arn, Subject="Model deployed", Message="It serves.", MessageAttributes=kind)
    sns.publish(TopicArn=arn, Message="No more.")

    messages = [message for message in aws.outbox() if message["topic"] == arn]
    assert messages == [
        {"topic": arn, "subject": "Model deployed", "message": "It serves.", "kind": "outcome"},
        {"topic": arn, "subject": None, "message": "No more.", "kind": ""},
    ]


@pytest.mark.mend("sns-publish-limits")
@pytest.mark.parametrize(
    "message",
    [
        {"Subject": "x" * 100, "Message": "m"},
        {"Subject": "Modèle", "Message": "m"},
        {"Subject": "two\nlines", "Message": "m"},
        {"Subject": " starts blank", "Message": "m"},
        {"Message": ""},
    ],
)
def test_a_message_that_sns_cannot_send_is_refused(aws: LocalAws, message: dict[str, Any]) -> None:
    sns, arn = aws.client("sns"), topic(aws)

    assert error_code(lambda: sns.publish(TopicArn=arn, **message)) == "InvalidParameter"


def test_a_subject_of_99_characters_is_sent(aws: LocalAws) -> None:
    sns, arn = aws.client("sns"), topic(aws)

    assert error_code(lambda: sns.publish(TopicArn=arn, Subject="x" * 99, Message="m")) is None

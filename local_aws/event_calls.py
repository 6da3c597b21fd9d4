"""The calls EventBridge makes to targets, as signed requests to this server's own door.

Workflows are started as the target's role; functions, queues and topics let EventBridge in by a policy
of their own (User Guide, "Using resource-based policies for Amazon EventBridge").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.config import current_settings
from local_aws.identity import Credentials, RoleUnusableError, loopback_client, role_session, service_session

PRINCIPAL = "events.amazonaws.com"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why an attempt failed, in the words a dead-letter queue tells it with."""

    code: str
    """One of the error codes that the User Guide lists for dead-letter queues."""
    message: str
    is_worth_a_retry: bool


def call_target(*, arn: str, payload: str, target: Mapping[str, Any], rule_arn: str) -> Failure | None:
    """One attempt; None when the target took it."""
    service = arn.split(":")[2]
    if service == "states":
        return _told(lambda: _start(arn, payload, target.get("RoleArn", "")))
    credentials = service_session(principal=PRINCIPAL, source_arn=rule_arn)
    if service == "lambda":
        return _told(lambda: _invoke(arn, payload, credentials))
    if service == "sns":
        return _told(lambda: _publish(arn, payload, credentials))
    options = {
        name: value for name, value in (target.get("SqsParameters") or {}).items() if name == "MessageGroupId"
    }
    return _told(lambda: _send(arn, payload, credentials, **options))


def send_to_queue(
    *, arn: str, body: str, rule_arn: str, attributes: Mapping[str, Mapping[str, str]]
) -> Failure | None:
    """Send an event that could not be delivered to a dead-letter queue; None when the queue took it."""
    credentials = service_session(principal=PRINCIPAL, source_arn=rule_arn)
    return _told(lambda: _send(arn, body, credentials, MessageAttributes=attributes))


def _start(arn: str, payload: str, role_arn: str) -> None:
    session = role_session(role_arn=role_arn, session_name="events", service_principal=PRINCIPAL)
    client: Any = loopback_client("stepfunctions", session)
    client.start_execution(stateMachineArn=arn, input=payload)


def _invoke(arn: str, payload: str, credentials: Credentials) -> None:
    client: Any = loopback_client("lambda", credentials)
    client.invoke(FunctionName=arn, InvocationType="Event", Payload=payload)


def _publish(arn: str, payload: str, credentials: Credentials) -> None:
    client: Any = loopback_client("sns", credentials)
    client.publish(TopicArn=arn, Message=payload)


def _send(arn: str, body: str, credentials: Credentials, **options: Any) -> None:
    _, _, _, _, account_id, name = arn.split(":")
    url = f"{current_settings().endpoint_url}/{account_id}/{name}"
    client: Any = loopback_client("sqs", credentials)
    client.send_message(QueueUrl=url, MessageBody=body, **options)


def _told(call: Callable[[], None]) -> Failure | None:
    try:
        call()
    except ClientError as refusal:
        return _refused(refusal)
    except BotoCoreError as problem:
        return Failure(code="CONNECTION_FAILURE", message=str(problem), is_worth_a_retry=True)
    except RoleUnusableError as problem:
        return Failure(code="FAILED_TO_ASSUME_ROLE", message=str(problem), is_worth_a_retry=False)
    return None


def _refused(refusal: ClientError) -> Failure:
    """The code is our reading of the guide's list, which does not say which errors each stands for."""
    name = str(refusal.response["Error"].get("Code", ""))
    status = int(refusal.response["ResponseMetadata"]["HTTPStatusCode"])
    if "Throttl" in name or "TooManyRequests" in name or status == 429:
        return Failure(code="THROTTLING", message=str(refusal), is_worth_a_retry=True)
    if "Limit" in name:
        return Failure(code="RESOURCE_LIMIT_EXCEEDED", message=str(refusal), is_worth_a_retry=True)
    if status >= 500:
        return Failure(code="ERROR_FROM_TARGET", message=str(refusal), is_worth_a_retry=True)
    for words, code in _CODES.items():
        if any(word in name for word in words):
            return Failure(code=code, message=str(refusal), is_worth_a_retry=False)
    return Failure(code="SDK_CLIENT_ERROR", message=str(refusal), is_worth_a_retry=False)


_CODES: Mapping[tuple[str, ...], str] = {
    ("AccessDenied", "Authorization"): "NO_PERMISSIONS",
    ("NotFound", "DoesNotExist", "NonExistentQueue", "Deleting"): "NO_RESOURCE",
    ("AlreadyExists",): "RESOURCE_ALREADY_EXISTS",
    ("Invalid", "Validation"): "INVALID_PARAMETER",
}
"""By what the name of the error holds; none of these goes away by trying again."""

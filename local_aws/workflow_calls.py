"""The calls that workflow tasks make to AWS services: signed requests of the role to this server's door.

The permissions of the state machine's role, the call log, injected faults and the validation of
requests and answers therefore apply to tasks as they do to everybody else. A call is made once:
retries are the state machine's own business.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

import botocore.session
from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import OperationModel
from botocore.validate import ParamValidator

from local_aws.identity import Credentials, loopback_client
from local_aws.mends.stepfunctions_errors import OPTIMISED_PREFIXES, optimised_failure, sdk_failure
from local_aws.mends.stepfunctions_shapes import java_class_name, to_request, to_result

_botocore = botocore.session.Session()

_SERVICES_BY_TOKEN = {
    "cloudwatchlogs": "logs",
    "eventbridge": "events",
    "sfn": "stepfunctions",
    "states": "stepfunctions",
}
"""Resource tokens of Step Functions whose service botocore knows by another name."""


class TaskFailedError(Exception):
    """A task's call failed; `error` and `cause` are what the state machine's Retry and Catch see."""

    def __init__(self, *, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause


def call_sdk_integration(*, token: str, action: str, arguments: Any, credentials: Credentials) -> Any:
    """Make the call of `arn:aws:states:::aws-sdk:<token>:<action>`. Raises TaskFailedError."""
    client = _client(token, credentials)
    operation = _operation(client, token, action)
    model = client.meta.service_model
    prefix = java_class_name(str(model.service_id))
    try:
        answer = _send(client, operation, to_request(arguments, operation.input_shape))
    except ClientError as failure:
        error, cause = sdk_failure(failure, model)
        raise TaskFailedError(error=error, cause=cause) from failure
    except BotoCoreError as failure:
        raise TaskFailedError(error=f"{prefix}.SdkClientException", cause=str(failure)) from failure
    return to_result(answer, operation.output_shape, optimised=False)


def call_optimised_integration(
    *, token: str, action: str, arguments: Mapping[str, Any], credentials: Credentials
) -> dict[str, Any]:
    """Make the call of `arn:aws:states:::<token>:<action>`, for the services that have one.

    The result also has the SDK's two metadata members, as on AWS. Raises TaskFailedError.
    """
    client = _client(token, credentials)
    operation = _operation(client, token, action)
    try:
        answer = _send(client, operation, to_request(dict(arguments), operation.input_shape))
    except ClientError as failure:
        error, cause = optimised_failure(failure, token, client.meta.service_model)
        raise TaskFailedError(error=error, cause=cause) from failure
    except BotoCoreError as failure:
        prefix = OPTIMISED_PREFIXES[token][0]
        raise TaskFailedError(error=f"{prefix}.SdkClientException", cause=str(failure)) from failure
    result: dict[str, Any] = to_result(answer, operation.output_shape, optimised=True)
    return result | _sdk_metadata(answer["ResponseMetadata"])


def invoke_function(*, arguments: Mapping[str, Any], credentials: Credentials) -> dict[str, Any]:
    """Make the call of `arn:aws:states:::lambda:invoke`: Payload is JSON both ways.

    A function that failed raises TaskFailedError named after its exception, with the runtime's own
    JSON as the cause (Developer Guide, "Handling errors in Step Functions workflows").
    """
    sent = dict(arguments)
    if "Payload" in sent:
        sent["Payload"] = json.dumps(sent["Payload"])
    result = call_optimised_integration(
        token="lambda",  # noqa: S106 - the name of a resource
        action="invoke",
        arguments=sent,
        credentials=credentials,
    )
    payload = result.get("Payload") or "null"
    if result.pop("FunctionError", None):
        raise TaskFailedError(error=_error_type(payload), cause=payload)
    return result | {"Payload": _json_or_text(payload)}


def _error_type(payload: str) -> str:
    failure = _json_or_text(payload)
    return str(failure.get("errorType", "Exception")) if isinstance(failure, dict) else "Exception"


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _sdk_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    headers: Mapping[str, str] = metadata.get("HTTPHeaders", {})
    return {
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": dict(headers),
            "HttpStatusCode": metadata["HTTPStatusCode"],
        },
        "SdkResponseMetadata": {"RequestId": metadata.get("RequestId", "")},
    }


@cache
def _service_of(token: str) -> str:
    name = _SERVICES_BY_TOKEN.get(token, token)
    services: list[str] = _botocore.get_available_services()
    for service in services:
        if name in (service, service.replace("-", "")):
            return service
    raise TaskFailedError(error="States.Runtime", cause=f"Step Functions has no service named {token!r}.")


def _client(token: str, credentials: Credentials) -> BaseClient:
    client: Any = loopback_client(_service_of(token), credentials)
    client._serializer = getattr(client._serializer, "_serializer", client._serializer)  # without its checks
    return cast(BaseClient, client)


def _operation(client: BaseClient, token: str, action: str) -> OperationModel:
    model = client.meta.service_model
    name = action[:1].upper() + action[1:]
    if not action[:1].islower() or name not in model.operation_names:
        raise TaskFailedError(
            error="States.Runtime", cause=f"The service {token!r} has no action {action!r} in camel case."
        )
    return model.operation_model(name)


def _send(client: Any, operation: OperationModel, arguments: Any) -> Any:
    _check_structure(operation, arguments)
    return client._make_api_call(operation.name, arguments)


def _check_structure(operation: OperationModel, arguments: Any) -> None:
    """Step Functions refuses unknown, missing and mistyped members itself, as States.Runtime.

    Lengths and ranges it leaves to the service, hence to the door, so botocore does not check them.
    """
    if operation.input_shape is None:
        return
    if not isinstance(arguments, dict):
        raise _cannot_start(arguments, "The arguments must be an object")
    report = ParamValidator().validate(arguments, operation.input_shape)
    structural = [
        problem for problem in report._errors if problem[0] not in ("invalid range", "invalid length")
    ]
    if structural:
        report._errors = structural
        raise _cannot_start(arguments, report.generate_report())


def _cannot_start(arguments: Any, problem: str) -> TaskFailedError:
    shown = json.dumps(arguments, default=str)
    return TaskFailedError(
        error="States.Runtime",
        cause=f"The Parameters '{shown}' could not be used to start the Task: [{problem}]",
    )

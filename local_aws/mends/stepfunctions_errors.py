"""How Step Functions names what went wrong in a service.

AWS SDK integrations: the service's name in the SDK for Java, a dot, and the exception's class
(Developer Guide, "Supported AWS service integrations": `Ssm.ParameterNotFoundException` although
Systems Manager says ParameterNotFound). Only what the service's model lists has a class of its own;
all else arrives as the service's base exception, as `Ssm.SsmException` or `S3.S3Exception` do in
public execution histories. Optimised integrations came earlier and have the prefixes and base
exceptions of the first SDK for Java: `DynamoDB.AmazonDynamoDBException`, `Lambda.AWSLambdaException`.
For `sns:publish` that makes `SNS.` and `SNS.AmazonSNSException`: no page of the guide prints one,
but every other optimised integration follows the rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError
from botocore.model import ServiceModel

from local_aws.mends.stepfunctions_shapes import java_class_name

OPTIMISED_PREFIXES = {
    "dynamodb": ("DynamoDB", "AmazonDynamoDBException", "AmazonDynamoDBv2"),
    "events": ("EventBridge", "AmazonEventBridgeException", "AmazonEventBridge"),
    "lambda": ("Lambda", "AWSLambdaException", "AWSLambda"),
    "sns": ("SNS", "AmazonSNSException", "AmazonSNS"),
    "sqs": ("SQS", "AmazonSQSException", "AmazonSQS"),
    "states": ("StepFunctions", "AWSStepFunctionsException", "AWSStepFunctions"),
}
"""By resource name: the prefix, the base exception, and the service's name in the cause."""


def sdk_failure(failure: ClientError, model: ServiceModel) -> tuple[str, str]:
    """Error name and cause of a failed AWS SDK integration."""
    prefix = java_class_name(str(model.service_id))
    exception = _exception_class(_code(failure), model) or f"{prefix}Exception"
    cause = f"{_message(failure)} (Service: {prefix}, {_details(failure, separator=', ')})"
    return f"{prefix}.{exception}", cause


def optimised_failure(failure: ClientError, resource: str, model: ServiceModel) -> tuple[str, str]:
    """Error name and cause of a failed optimised integration; `resource` is its name, as "dynamodb"."""
    prefix, base, service = OPTIMISED_PREFIXES[resource]
    exception = _exception_class(_code(failure), model) or base
    details = _details(failure, separator="; ", code=_code(failure))
    return f"{prefix}.{exception}", f"{_message(failure)} (Service: {service}; {details}; Proxy: null)"


def _exception_class(code: str, model: ServiceModel) -> str | None:
    """The exception's class in the SDK for Java, or None when the model does not list the error."""
    for shape in model.error_shapes:
        if code in (shape.name, shape.metadata.get("error", {}).get("code")):
            return java_class_name(shape.name.removesuffix("Fault").removesuffix("Exception")) + "Exception"
    return None


def _code(failure: ClientError) -> str:
    return str(failure.response["Error"].get("Code", "Unknown"))


def _message(failure: ClientError) -> str:
    return str(failure.response["Error"].get("Message", ""))


def _details(failure: ClientError, *, separator: str, code: str | None = None) -> str:
    metadata: Mapping[str, Any] = failure.response["ResponseMetadata"]
    parts = [f"Status Code: {metadata.get('HTTPStatusCode', 400)}"]
    parts += [f"Error Code: {code}"] if code else []
    return separator.join([*parts, f"Request ID: {metadata.get('RequestId', '')}"])

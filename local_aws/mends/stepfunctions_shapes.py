"""How Step Functions spells an API's members: the names of AWS's SDK for Java, capitalised.

Task arguments and results of AWS SDK integrations are in PascalCase, whatever the wire uses
(Developer Guide, "Supported AWS service integrations": `stateMachineArn` is `StateMachineArn`,
`KMSKeyId` is `KmsKeyId`). Keys of maps are data and keep their spelling. The optimised
integrations keep the wire's spelling and capitalise only the first letter.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

_SDK_NAMES_THAT_DIFFER = {"NULL": "Nul"}
"""`null` is a word of Java's own, so the SDK calls DynamoDB's attribute type `nul`."""


def sdk_name(member: str) -> str:
    """The name an AWS SDK integration uses for a member of a shape: `DBClusterArn` is `DbClusterArn`."""
    if member in _SDK_NAMES_THAT_DIFFER:
        return _SDK_NAMES_THAT_DIFFER[member]
    leading = re.match(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]+", member)
    lowered = member[: leading.end()].lower() + member[leading.end() :] if leading else member
    return optimised_name(lowered)


def optimised_name(member: str) -> str:
    """The name an optimised integration uses for a member of a shape: `executionArn` is `ExecutionArn`."""
    return member[:1].upper() + member[1:]


def java_class_name(name: str) -> str:
    """The SDK for Java's spelling of a service or error: `SSM` is `Ssm`, `DynamoDB` is `DynamoDb`."""
    spaced = re.sub(r"[^A-Za-z0-9]+", " ", name)
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z][a-zA-Z0-9])", " ", spaced)
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", spaced)
    spaced = re.sub(r"([0-9])([a-zA-Z])", r"\1 \2", spaced)
    return "".join(word.capitalize() for word in spaced.split())


def to_request(value: Any, shape: Any) -> Any:
    """Task arguments as botocore takes them, by the shape of the operation's input.

    Unknown members stay as they are, for the validation to name them.
    """
    match getattr(shape, "type_name", None), value:
        case "structure", dict():
            members = {_wire_name(key, shape): item for key, item in value.items()}
            return {name: to_request(item, shape.members.get(name)) for name, item in members.items()}
        case "list", list():
            return [to_request(item, shape.member) for item in value]
        case "map", dict():
            return {key: to_request(item, shape.value) for key, item in value.items()}
    return _scalar(value, getattr(shape, "type_name", None))


def _wire_name(key: str, shape: Any) -> str:
    for spelling in (str, optimised_name, sdk_name):
        for member in shape.members:
            if spelling(member) == key:
                return str(member)
    return key


def _scalar(value: Any, type_name: str | None) -> Any:
    """JSON knows neither bytes nor two kinds of numbers: an object for a blob is sent as JSON text."""
    if type_name == "blob" and isinstance(value, str | dict | list):
        return (value if isinstance(value, str) else json.dumps(value)).encode()
    if type_name in ("integer", "long") and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def to_result(value: Any, shape: Any, *, optimised: bool) -> Any:
    """An API's answer as a task result: renamed, timestamps as ISO 8601, blobs as text."""
    name = optimised_name if optimised else sdk_name
    match getattr(shape, "type_name", None), value:
        case "structure", dict():
            return {
                name(key): to_result(item, shape.members[key], optimised=optimised)
                for key, item in value.items()
                if key in shape.members and item is not None
            }
        case "list", list():
            return [to_result(item, shape.member, optimised=optimised) for item in value]
        case "map", dict():
            return {key: to_result(item, shape.value, optimised=optimised) for key, item in value.items()}
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso_time(value)
    if hasattr(value, "read"):
        value = value.read()
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value


def iso_time(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, and none when they are zero, as Java writes an Instant."""
    precision = "milliseconds" if moment.microsecond // 1000 else "seconds"
    return moment.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")

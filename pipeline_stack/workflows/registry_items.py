"""Names and forms of the registry's items, as DynamoDB's integrations want them."""

from __future__ import annotations

from typing import Any, Final

from aws_cdk import aws_stepfunctions_tasks as tasks

TRAINING_LOCK: Final = "training"
DEPLOYMENT_LOCK: Final = "deployment"
SETTINGS_LOCK: Final = "settings"
PREFIXES: Final = ("DynamoDB", "DynamoDb")
# `name` and a few more of our attribute names are reserved words of DynamoDB's expressions, so every
# expression goes through placeholders.


def text(value: str) -> tasks.DynamoAttributeValue:
    """A string attribute: a constant or an expression."""
    return tasks.DynamoAttributeValue.from_string(value)


def expires_in_days(days: int) -> tasks.DynamoAttributeValue:
    """When DynamoDB may forget an item: seconds since 1970, counted from now."""
    return tasks.DynamoAttributeValue.number_from_string(
        f"{{% $string($floor($millis() / 1000) + {days * 86400}) %}}"
    )


def key(kind: str, name: str) -> dict[str, tasks.DynamoAttributeValue]:
    """The key of an item."""
    return {"kind": text(kind), "name": text(name)}


def raw_key(kind: str, name: str) -> dict[str, Any]:
    """The same for a transaction, whose arguments are DynamoDB's own JSON."""
    return {"kind": {"S": kind}, "name": {"S": name}}


def raw_expiry(days: int) -> dict[str, Any]:
    """The same for a transaction."""
    return {"N": f"{{% $string($floor($millis() / 1000) + {days * 86400}) %}}"}

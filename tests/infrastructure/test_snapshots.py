"""Whole templates, to see in a review what a change does to them. What matters has an assertion of its own.

Left out: workflow definitions and operator parameters, which other tests hold to the letter, and the order
in which resources are made. Scrubbed: asset hashes, the stack's name, account, Region and partition.
Environments are alike but for a few lines, so one is whole and the others are what differs from it.
`pytest tests/infrastructure/test_snapshots.py --snapshot-update` writes them anew.
"""

import json
import re
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from tests.infrastructure.templates import Json, Template, as_list, flat

INTRINSICS = ({"Ref"}, {"Fn::GetAtt"}, {"Fn::Join"}, {"Fn::Sub"})
LEFT_OUT = {"DefinitionString", "DependsOn"}
SCRUBBED = (
    (re.compile(r"\b[0-9a-f]{64}\b"), "<asset>"),
    (re.compile(r"\barn:aws:"), "arn:<AWS::Partition>:"),
    (re.compile(r"\bus-east-1\b"), "<AWS::Region>"),
    (re.compile(r"\b000000000000\b"), "<AWS::AccountId>"),
    (re.compile(r"\bTrainingPipeline-(local|dev|prod)\b"), "<stack>"),
)


@pytest.fixture
def json_snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def readable(value: Any) -> Any:
    """References and policy statements in one line each."""
    if isinstance(value, dict):
        if set(value) in INTRINSICS:
            return readable(flat(value))
        if "Effect" in value:
            return sentence(value)
        return {key: readable(item) for key, item in value.items() if key not in LEFT_OUT}
    if isinstance(value, list):
        return [readable(item) for item in value]
    if isinstance(value, str):
        for pattern, replacement in SCRUBBED:
            value = pattern.sub(replacement, value)
    return value


def sentence(statement: Json) -> str:
    actions = " ".join(as_list(statement["Action"]))
    parts = [f"{statement['Effect']} {actions}"]
    for word, key in (("to", "Principal"), ("on", "Resource"), ("if", "Condition")):
        if key in statement:
            value = readable(statement[key])
            parts.append(f"{word} {value if isinstance(value, str) else json.dumps(value)}")
    return ", ".join(parts)


def resources(template: Template) -> Json:
    kept: Json = readable(
        {
            name: resource
            for name, resource in template.body["Resources"].items()
            if resource["Type"] != "AWS::SSM::Parameter"
        }
    )
    return kept


def differences(value: Any, other: Any) -> Any:
    """What `value` has otherwise than `other`."""
    if isinstance(value, dict) and isinstance(other, dict) and value.keys() == other.keys():
        return {key: differences(value[key], other[key]) for key in value if value[key] != other[key]}
    return value


def test_the_resources_of_dev(dev: Template, json_snapshot: SnapshotAssertion) -> None:
    assert resources(dev) == json_snapshot


@pytest.mark.parametrize("environment", ["local", "prod"])
def test_what_another_environment_has_otherwise(
    templates: dict[str, Template], environment: str, dev: Template, json_snapshot: SnapshotAssertion
) -> None:
    other = templates[f"TrainingPipeline-{environment}"]

    assert differences(resources(other), resources(dev)) == json_snapshot

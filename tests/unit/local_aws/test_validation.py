"""Values held to AWS's models."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from botocore.model import DenormalizedStructureBuilder, ShapeResolver, StructureShape

from local_aws.door.models import service_model
from local_aws.door.validation import compiled, describe, violations


def shape(**members: dict[str, Any]) -> StructureShape:
    return DenormalizedStructureBuilder().with_members(members).build_model()


def found(value: Any, **members: dict[str, Any]) -> list[str]:
    return [each.constraint for each in violations(shape(**members), value)]


TEXT = {"type": "string", "min": 2, "max": 4}


@pytest.mark.parametrize(
    ("value", "member", "constraints"),
    [
        ("ab", TEXT, []),
        ("a", TEXT, ["Member must have length greater than or equal to 2"]),
        ("abcde", TEXT, ["Member must have length less than or equal to 4"]),
        (5, {"type": "integer", "min": 1, "max": 5}, []),
        (5.0, {"type": "integer", "max": 5}, []),
        (0, {"type": "integer", "min": 1}, ["Member must have value greater than or equal to 1"]),
        (101.5, {"type": "float", "max": 100}, ["Member must have value less than or equal to 100"]),
        (5.5, {"type": "integer"}, ["Member must be a whole number"]),
        (True, {"type": "integer"}, ["Member must be a whole number"]),
        ("5", {"type": "float"}, ["Member must be a number"]),
        ("true", {"type": "boolean"}, ["Member must be true or false"]),
        (b"bytes", {"type": "blob"}, []),
        ("Ynl0ZXM=", {"type": "blob", "max": 5}, []),
        ("Ynl0ZXM=", {"type": "blob", "max": 4}, ["Member must have length less than or equal to 4"]),
        ("no base64!", {"type": "blob"}, ["Member must be base64"]),
        (1.5, {"type": "timestamp"}, []),
        (datetime.datetime.now(tz=datetime.UTC), {"type": "timestamp"}, []),
        ({}, {"type": "timestamp"}, ["Member must be a time"]),
        ({"a": 1}, {"type": "list", "member": {"type": "string"}}, ["Member must be a list"]),
        ([], {"type": "list", "member": TEXT, "min": 2}, [
            "Member must have length greater than or equal to 2"
        ]),
        (["a"], {"type": "list", "member": TEXT}, ["Member must have length greater than or equal to 2"]),
        ({"key": "a"}, {"type": "map", "key": TEXT, "value": TEXT}, [
            "Member must have length greater than or equal to 2"
        ]),
    ],
)  # fmt: skip
def test_a_member_is_held_to_its_type_and_bounds(
    value: Any, member: dict[str, Any], constraints: list[str]
) -> None:
    assert found({"Member": value}, Member=member) == constraints


def test_a_pattern_must_match_the_whole_value() -> None:
    member = {"type": "string", "pattern": "[a-z]+"}

    assert found({"Member": "abc"}, Member=member) == []
    assert found({"Member": "abc1"}, Member=member) == [
        "Member must satisfy regular expression pattern: [a-z]+"
    ]


def test_a_value_outside_an_enum_is_told_what_is_in_it() -> None:
    member = {"type": "string", "enum": ["TRAIN", "TEST"]}

    assert found({"Member": "TRIAL"}, Member=member) == ["Member must satisfy enum value set: [TRAIN, TEST]"]


def test_several_mistakes_are_told_in_one_message_as_aws_writes_it() -> None:
    model = service_model("rekognition")
    assert model is not None
    start = model.operation_model("StartProjectVersion").input_shape

    message = describe(list(violations(start, {"MinInferenceUnits": 0})))

    assert message == (
        "2 validation errors detected: "
        "Value null at 'projectVersionArn' failed to satisfy constraint: Member must not be null; "
        "Value '0' at 'minInferenceUnits' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1"
    )


def test_a_union_holds_exactly_one_member() -> None:
    shapes: dict[str, Any] = {
        "Choice": {
            "type": "structure",
            "union": True,
            "members": {"Text": {"shape": "Text"}, "Number": {"shape": "Number"}},
        },
        "Text": TEXT,
        "Number": {"type": "integer"},
    }
    union = ShapeResolver(shapes).get_shape_by_name("Choice")

    def paths(value: dict[str, Any]) -> list[str]:
        return [each.path for each in violations(union, {**value}, path="choice")]

    assert paths({"Text": "abc"}) == []
    assert paths({"Text": "abc", "Number": 1}) == ["choice"]
    assert paths({}) == ["choice"]


def test_unknown_members_are_passed_over() -> None:
    assert found({"Other": 1}, Member=TEXT) == []


def test_every_pattern_that_a_workflow_meets_can_be_read() -> None:
    for service, operation in [
        ("rekognition", "CreateProjectVersion"),
        ("rekognition", "CreateDataset"),
        ("ssm", "PutParameter"),
        ("stepfunctions", "StartExecution"),
        ("lambda", "Invoke"),
        ("events", "PutRule"),
        ("dynamodb", "UpdateItem"),
    ]:
        model = service_model(service)
        assert model is not None
        operation_shape = model.operation_model(operation).input_shape
        assert operation_shape is not None
        members = operation_shape.members.values()
        patterns = [member.metadata["pattern"] for member in members if "pattern" in member.metadata]
        assert [pattern for pattern in patterns if compiled(pattern) is None] == []

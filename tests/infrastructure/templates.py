"""Reads CloudFormation templates as data: resources are found by type and properties, never by logical id."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]

TASK_PACKAGES = ("build_manifest", "judge_evaluation", "explain_failure", "ask_model")
"""Of the Lambda functions that workflows call."""

PACKAGES = (*TASK_PACKAGES, "record_outcome", "measure_pipeline", "take_down")
"""Of all Lambda functions."""


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def flat(value: Any) -> str:
    """The text of a value, with references as `<LogicalId>`, `<LogicalId.Attribute>`, `<AWS::Region>`."""
    if isinstance(value, str):
        return value
    if "Ref" in value:
        return f"<{value['Ref']}>"
    if "Fn::GetAtt" in value:
        return f"<{'.'.join(value['Fn::GetAtt'])}>"
    if "Fn::Sub" in value:
        return str(value["Fn::Sub"]).replace("${", "<").replace("}", ">")
    if "Fn::Join" in value:
        return "".join(flat(part) for part in value["Fn::Join"][1])
    return json.dumps(value)


@dataclass(frozen=True)
class Template:
    name: str
    body: Json

    @classmethod
    def read(cls, assembly: Path, stack: str) -> "Template":
        path = assembly / f"{stack}.template.json"
        return cls(stack, json.loads(path.read_text(encoding="utf-8")))

    def of_type(self, kind: str) -> dict[str, Json]:
        return {name: item for name, item in self.body["Resources"].items() if item["Type"] == kind}

    def properties(self, kind: str) -> list[Json]:
        return [item["Properties"] for item in self.of_type(kind).values()]

    def only(self, kind: str, **properties: Any) -> tuple[str, Json]:
        """Logical id and definition of the one resource of a type that has these properties."""
        found = [
            (name, item)
            for name, item in self.of_type(kind).items()
            if all(item["Properties"].get(key) == value for key, value in properties.items())
        ]
        assert len(found) == 1, f"{len(found)} of {kind} with {properties} in {self.name}"
        return found[0]

    def statements(self, role: str) -> Iterator[Json]:
        """Every statement of the policies of a role, given by its logical id."""
        for policy in self.properties("AWS::IAM::Policy"):
            if {"Ref": role} in policy["Roles"]:
                yield from policy["PolicyDocument"]["Statement"]

    def grants(self, role: str) -> dict[str, set[str]]:
        """What a role may do: actions by resource. Conditions are left out."""
        granted: dict[str, set[str]] = {}
        for statement in self.statements(role):
            assert statement["Effect"] == "Allow"
            for resource in as_list(statement["Resource"]):
                granted.setdefault(flat(resource), set()).update(as_list(statement["Action"]))
        return granted


def function(template: Template, package: str) -> Json:
    """The properties of the function whose code is in `lambdas/<package>`."""
    _, resource = template.only("AWS::Lambda::Function", Handler=f"{package}.handler.handler")
    properties: Json = resource["Properties"]
    return properties

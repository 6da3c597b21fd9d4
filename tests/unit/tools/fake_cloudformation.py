"""One deployed stack, as CloudFormation describes it. (moto's needs packages that we do not install.)"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError


@dataclass
class FakeCloudFormation:
    """`resources`: (type, physical id, deletion policy); the logical id is the position."""

    stack: str
    resources: list[tuple[str, str, str]] = field(default_factory=list)
    is_protected: bool = False
    outputs: dict[str, str] = field(default_factory=dict)
    """Of the template."""

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        if StackName != self.stack or not self.resources:
            message = f"Stack with id {StackName} does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "DescribeStacks")
        stack = {"StackStatus": "CREATE_COMPLETE", "EnableTerminationProtection": self.is_protected}
        return {"Stacks": [stack]}

    def get_template(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        assert StackName == self.stack
        resources = {
            f"L{position}": {"Type": kind, **({"DeletionPolicy": policy} if policy else {})}
            for position, (kind, _, policy) in enumerate(self.resources)
        }
        outputs = {name: {"Value": value} for name, value in self.outputs.items()}
        return {"TemplateBody": json.dumps({"Resources": resources, "Outputs": outputs})}

    def get_paginator(self, operation: str) -> "FakeCloudFormation":
        assert operation == "list_stack_resources"
        return self

    def paginate(self, *, StackName: str) -> Iterator[dict[str, Any]]:  # noqa: N803
        assert StackName == self.stack
        for position, (kind, physical_id, _) in enumerate(self.resources):
            yield {
                "StackResourceSummaries": [
                    {
                        "ResourceType": kind,
                        "LogicalResourceId": f"L{position}",
                        "PhysicalResourceId": physical_id,
                        "ResourceStatus": "CREATE_COMPLETE",
                    }
                ]
            }

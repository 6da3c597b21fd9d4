"""What is deployed of a stack, as CloudFormation tells it: the ground for deciding what to delete."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

BUCKET = "AWS::S3::Bucket"
PROJECT = "AWS::Rekognition::Project"
TABLE = "AWS::DynamoDB::Table"
RULE = "AWS::Events::Rule"
STATE_MACHINE = "AWS::StepFunctions::StateMachine"
KEPT = ("Retain", "RetainExceptOnCreate")


@dataclass(frozen=True, kw_only=True)
class StackResource:
    """One resource of a deployed stack."""

    type: str
    physical_id: str
    is_kept: bool
    """Whether deleting the stack leaves it (its DeletionPolicy as deployed)."""


@dataclass(frozen=True, kw_only=True)
class StackSurvey:
    """A stack as it is deployed."""

    name: str
    status: str
    is_protected: bool
    """Whether termination protection refuses its deletion."""
    resources: tuple[StackResource, ...]
    adopted_project: str | None = None
    """The name of the project that it works in and did not make; None if it made its own."""

    def of_type(self, resource_type: str) -> list[StackResource]:
        """Its resources of one CloudFormation type."""
        return [resource for resource in self.resources if resource.type == resource_type]

    @property
    def kept(self) -> list[StackResource]:
        """What stays when the stack is deleted."""
        return [resource for resource in self.resources if resource.is_kept]


def survey(cloudformation: CloudFormationClient, name: str) -> StackSurvey | None:
    """Describe a stack; None if it does not exist."""
    try:
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as problem:
        if "does not exist" in problem.response["Error"]["Message"]:
            return None
        raise
    template = deployed_template(cloudformation, name)
    policies = _deletion_policies(template)
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
    resources = tuple(
        StackResource(
            type=summary["ResourceType"],
            physical_id=summary["PhysicalResourceId"],
            is_kept=policies.get(summary["LogicalResourceId"], "Delete") in KEPT,
        )
        for page in pages
        for summary in page["StackResourceSummaries"]
        if summary.get("PhysicalResourceId") and summary["ResourceStatus"] != "DELETE_COMPLETE"
    )
    return StackSurvey(
        name=name,
        status=str(stack["StackStatus"]),
        is_protected=stack.get("EnableTerminationProtection", False),
        resources=resources,
        adopted_project=_adopted_project(template),
    )


def _adopted_project(template: dict[str, Any]) -> str | None:
    """As deployed: cdk.json may say otherwise by now. The name is a constant of the template then."""
    if any(resource["Type"] == PROJECT for resource in template["Resources"].values()):
        return None
    name: str | None = template.get("Outputs", {}).get("ProjectName", {}).get("Value")
    return name


def _deletion_policies(template: dict[str, Any]) -> dict[str, str]:
    """Deletion policies by logical id, of the template as deployed, not as cdk.json would make it now."""
    return {
        logical_id: resource.get("DeletionPolicy", "Delete")
        for logical_id, resource in template["Resources"].items()
    }


def deployed_template(cloudformation: CloudFormationClient, name: str) -> dict[str, Any]:
    """The template that the stack was last deployed with. The CDK CLI sends JSON."""
    body: Any = cloudformation.get_template(StackName=name)["TemplateBody"]
    template: dict[str, Any] = json.loads(body) if isinstance(body, str) else body
    return template

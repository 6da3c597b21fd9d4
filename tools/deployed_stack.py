"""The stack and its parameters as they are in AWS: what a deployment asks and sets around the CDK CLI."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tools.kept_parameters import Release
from tools.stack_survey import RULE, deployed_template

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_ssm import SSMClient

NAMES_A_CALL = 10
"""GetParameters (Systems Manager API Reference)."""
SECONDS_BETWEEN_LOOKS = 5.0
ON = "ENABLED"
"""The state of a rule, also of one whose definition names none."""


class ValueRefusedError(Exception):
    """Parameter Store does not allow this value; the message is its own."""


@dataclass(frozen=True, kw_only=True)
class Listener:
    """The rule that has changed parameters applied."""

    rule: str
    is_on: bool
    is_meant_on: bool
    """Whether the template as deployed has it on."""


@dataclass(frozen=True, kw_only=True)
class DeployedStack:
    """One stack by name. Every question is asked anew: deployments change the answers."""

    name: str
    cloudformation: CloudFormationClient
    events: EventBridgeClient
    ssm: SSMClient
    report: Callable[[str], None]

    def outputs(self) -> dict[str, str]:
        """Empty if the stack does not exist or has none."""
        stack = self._describe()
        return {item["OutputKey"]: item["OutputValue"] for item in (stack or {}).get("Outputs", [])}

    def release(self) -> Release:
        """What is deployed now."""
        tags = (self._describe() or {}).get("Tags", [])
        return Release(
            template=deployed_template(self.cloudformation, self.name),
            tags={tag["Key"]: tag["Value"] for tag in tags},
        )

    def settle(self) -> None:
        """Wait until CloudFormation is not changing the stack: it goes on when the CLI was interrupted."""
        if self.is_changing():
            self.report(f"CloudFormation is still changing {self.name}: waiting for its end")
        while self.is_changing():
            time.sleep(SECONDS_BETWEEN_LOOKS)

    def is_changing(self) -> bool:
        """Whether CloudFormation is at work on it. REVIEW_IN_PROGRESS is a rest: nothing was created yet."""
        status = str((self._describe() or {}).get("StackStatus", ""))
        return status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"

    def values(self, names: Sequence[str]) -> dict[str, str]:
        """The values of those parameters that exist."""
        found = dict[str, str]()
        for start in range(0, len(names), NAMES_A_CALL):
            answer = self.ssm.get_parameters(Names=list(names[start : start + NAMES_A_CALL]))
            found |= {parameter["Name"]: parameter["Value"] for parameter in answer["Parameters"]}
        return found

    def put(self, name: str, value: str) -> None:
        """Set a parameter; its pattern stays. Raises ValueRefusedError."""
        try:
            self.ssm.put_parameter(Name=name, Value=value, Overwrite=True)
        except ClientError as refusal:
            if refusal.response["Error"]["Code"] == "ParameterPatternMismatchException":
                raise ValueRefusedError(refusal.response["Error"]["Message"]) from refusal
            raise

    def listener(self, release: Release) -> Listener | None:
        """The rule that has changed parameters applied; None if there is none."""
        for logical_id, resource in release.template["Resources"].items():
            if resource["Type"] == RULE and _listens_to_parameters(resource["Properties"]):
                is_on = self._is_on(rule := self._physical_id(logical_id))
                is_meant = resource["Properties"].get("State", ON) == ON
                return None if is_on is None else Listener(rule=rule, is_on=is_on, is_meant_on=is_meant)
        return None

    def _physical_id(self, logical_id: str) -> str:
        found = self.cloudformation.describe_stack_resource(StackName=self.name, LogicalResourceId=logical_id)
        return found["StackResourceDetail"].get("PhysicalResourceId", "")

    def _is_on(self, rule: str) -> bool | None:
        """None if there is no such rule: somebody deleted it, and a deployment may bring it back."""
        try:
            return self.events.describe_rule(Name=rule).get("State") == ON
        except ClientError as refusal:
            if refusal.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return None

    def make_sure_of_switching_on(self, rule: str) -> None:
        """Raise the ClientError now that `switch_on` would raise: once the rule is off, it is too late."""
        self.switch_on(rule)

    def switch_off(self, rule: str) -> None:
        """From now on the rule hands on no event."""
        self.events.disable_rule(Name=rule)

    def switch_on(self, rule: str) -> None:
        """Undo `switch_off`. A rule that the deployment replaced is on already."""
        try:
            self.events.enable_rule(Name=rule)
        except ClientError as refusal:
            if refusal.response["Error"]["Code"] != "ResourceNotFoundException":
                raise

    def _describe(self) -> Mapping[str, Any] | None:
        try:
            return self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as problem:
            if "does not exist" in problem.response["Error"]["Message"]:
                return None
            raise


def _listens_to_parameters(properties: Mapping[str, Any]) -> bool:
    pattern = properties.get("EventPattern", {})
    return "aws.ssm" in (json.loads(pattern) if isinstance(pattern, str) else pattern).get("source", [])

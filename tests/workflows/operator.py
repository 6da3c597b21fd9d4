"""What an operator does with the deployed pipeline, through boto3 and nothing else."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.launcher import LocalAws
from pipeline_stack.layout import IMAGES_PREFIX
from tests.workflows.pictures import fruits

Json = dict[str, Any]
WORKFLOWS = ("Training", "Deployment", "Settings")
# A guard against a hang, not a measure: machines are shared.
PATIENCE_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Operator:
    """Someone with the stack's outputs and the owner's rights."""

    aws: LocalAws
    outputs: Mapping[str, str]

    def upload(self, pictures: Iterable[tuple[str, bytes]]) -> None:
        """Put pictures under the images prefix; the first folder of each key is the label."""
        s3 = self.aws.client("s3")
        for key, content in pictures:
            s3.put_object(Bucket=self.outputs["BucketName"], Key=f"{IMAGES_PREFIX}{key}", Body=content)

    def upload_fruits(
        self, labels: tuple[str, ...] = ("apple", "pear"), count: int = 10, *, first: int = 0
    ) -> None:
        """Upload pictures that a model tells apart with ease."""
        self.upload(fruits(labels, count, first=first))

    def remove(self, key: str) -> None:
        self.aws.client("s3").delete_object(Bucket=self.outputs["BucketName"], Key=f"{IMAGES_PREFIX}{key}")

    def set(self, parameter: str, value: str) -> None:
        self.aws.client("ssm").put_parameter(
            Name=f"{self.outputs['ParameterPath']}/{parameter}", Value=value, Overwrite=True
        )

    def change_setting(self, parameter: str, value: str) -> Json:
        """Give a parameter another value; the description, once it is over, of the run that this starts.

        That run begins a moment later, so that before it Settings is idle too.
        """
        before = {execution["executionArn"] for execution in self.executions("Settings")}
        self.set(parameter, value)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            begun = [each["executionArn"] for each in self.executions("Settings")]
            if new := [arn for arn in begun if arn not in before]:
                return self.finished(new[-1])
            assert time.monotonic() < deadline, f"{parameter} was set to {value}, and no run begins"
            time.sleep(0.05)

    def system_parameter(self) -> Json:
        name = f"{self.outputs['ParameterPath']}/For-System-Use-Only"
        value: Json = json.loads(self.aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
        return value

    def start(self, workflow: str = "Training", /, **document: Any) -> str:
        """Start an execution with this input; returns its ARN."""
        started = self.aws.client("stepfunctions").start_execution(
            stateMachineArn=self.outputs[f"{workflow}WorkflowArn"], input=json.dumps(document)
        )
        arn: str = started["executionArn"]
        return arn

    def description(self, execution: str) -> Json:
        found: Json = self.aws.client("stepfunctions").describe_execution(executionArn=execution)
        return found

    def finished(self, execution: str) -> Json:
        """The execution's description once it is over."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (found := self.description(execution))["status"] == "RUNNING":
            assert time.monotonic() < deadline, f"{execution} is still running: {self.states(execution)[-5:]}"
            time.sleep(0.05)
        return found

    def run(self, workflow: str = "Training", /, **document: Any) -> Json:
        """Run to a green end and return the output."""
        found = self.finished(self.start(workflow, **document))
        assert found["status"] == "SUCCEEDED", (found.get("error"), found.get("cause"))
        output: Json = json.loads(found["output"])
        return output

    def run_red(self, workflow: str = "Training", /, **document: Any) -> Json:
        """Run to a red end and return the description, with `error` and `cause`."""
        found = self.finished(self.start(workflow, **document))
        assert found["status"] == "FAILED", found
        return found

    def states(self, execution: str) -> list[str]:
        """The names of the states entered so far, in order."""
        pages = (
            self.aws.client("stepfunctions")
            .get_paginator("get_execution_history")
            .paginate(executionArn=execution)
        )
        return [
            event["stateEnteredEventDetails"]["name"]
            for page in pages
            for event in page["events"]
            if "stateEnteredEventDetails" in event
        ]

    def until_in(self, execution: str, state: str) -> None:
        """Wait until the execution has entered a state."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while state not in self.states(execution):
            found = self.description(execution)
            assert found["status"] == "RUNNING", f"ended before {state}: {self.states(execution)} {found}"
            assert time.monotonic() < deadline, f"{state} not entered: {self.states(execution)[-5:]}"
            time.sleep(0.02)

    def executions(self, workflow: str, **only: str) -> list[Json]:
        """Newest first; all of them, unless `statusFilter` says which."""
        listed: list[Json] = self.aws.client("stepfunctions").list_executions(
            stateMachineArn=self.outputs[f"{workflow}WorkflowArn"], maxResults=1000, **only
        )["executions"]
        return listed

    def project_arn(self) -> str:
        projects = self.aws.client("rekognition").describe_projects(
            ProjectNames=[self.outputs["ProjectName"]]
        )["ProjectDescriptions"]
        arn: str = projects[0]["ProjectArn"]
        return arn

    def versions(self) -> dict[str, str]:
        """Status by the name of the version."""
        found = self.aws.client("rekognition").describe_project_versions(ProjectArn=self.project_arn())
        return {
            version["ProjectVersionArn"].split("/")[3]: version["Status"]
            for version in found["ProjectVersionDescriptions"]
        }

    def until_status(self, version: str, status: str) -> None:
        """Wait until a version has come to this status."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.versions()[version] != status:
            assert time.monotonic() < deadline, f"{version} does not become {status}: {self.versions()}"
            time.sleep(0.02)

    def version_arn(self, version: str) -> str:
        found = self.aws.client("rekognition").describe_project_versions(
            ProjectArn=self.project_arn(), VersionNames=[version]
        )["ProjectVersionDescriptions"]
        arn: str = found[0]["ProjectVersionArn"]
        return arn

    def item(self, kind: str, name: str) -> Json | None:
        """An item of the registry, with DynamoDB's types taken off."""
        found = self.aws.client("dynamodb").get_item(
            TableName=self.outputs["RegistryTableName"],
            Key={"kind": {"S": kind}, "name": {"S": name}},
            ConsistentRead=True,
        )
        if "Item" not in found:
            return None
        return {
            key: float(value["N"]) if "N" in value else value["S"] for key, value in found["Item"].items()
        }

    def messages(self, kind: str = "outcome") -> list[Json]:
        return [message for message in self.aws.outbox() if message["kind"] == kind]

    def until_messages(self, count: int, kind: str = "outcome") -> list[Json]:
        """Wait until this many messages of a kind were sent; gives them all, to be counted."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(found := self.messages(kind)) < count:
            assert time.monotonic() < deadline, f"{count} messages of kind {kind} do not come: {found}"
            time.sleep(0.05)
        return found

    def until_idle(self, workflow: str) -> None:
        """Wait until no execution of a workflow runs."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.executions(workflow, statusFilter="RUNNING"):
            assert time.monotonic() < deadline, f"{workflow} still runs"
            time.sleep(0.05)

    def until_all_idle(self) -> None:
        """Wait until no execution runs, and each that ended badly was handed over and looked at."""
        sfn = self.aws.client("stepfunctions")
        machines = sfn.list_state_machines()["stateMachines"]
        (ended_runs,) = (m["stateMachineArn"] for m in machines if "EndedRuns" in m["name"])
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            runs = [each["status"] for workflow in WORKFLOWS for each in self.executions(workflow)]
            red = len([status for status in runs if status in ("FAILED", "TIMED_OUT", "ABORTED")])
            looks = sfn.list_executions(stateMachineArn=ended_runs, maxResults=1000)["executions"]
            over = [each for each in looks if each["status"] != "RUNNING"]
            if "RUNNING" not in runs and len(over) == len(looks) >= red:
                return
            assert time.monotonic() < deadline, (
                f"{runs.count('RUNNING')} runs go on, {red} ended badly, {len(over)} were looked at"
            )
            time.sleep(0.05)

    def training_rule(self) -> Json:
        """The rule that starts Training, as DescribeRule tells of it."""
        events = self.aws.client("events")
        (name,) = (
            rule["Name"]
            for rule in events.list_rules()["Rules"]
            if "ScheduleExpression" in rule
            and events.list_targets_by_rule(Rule=rule["Name"])["Targets"][0]["Arn"]
            == self.outputs["TrainingWorkflowArn"]
        )
        rule: Json = events.describe_rule(Name=name)
        targets = events.list_targets_by_rule(Rule=name)["Targets"]
        return {key: rule[key] for key in ("Name", "ScheduleExpression", "State", "Description")} | {
            "Targets": targets
        }

    def calls(self, operation: str) -> list[Json]:
        """The calls of an operation that went through, oldest first."""
        return [call for call in self.aws.calls() if call["operation"] == operation and call["error"] is None]

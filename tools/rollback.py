"""`make rollback ENV=dev`: make the version live again that was live before. Asks first, unless YES=1.

VERSION=… deploys that version instead, UNTESTED=1 without trying it out before it goes live.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from pipeline_stack.settings_errors import SettingsError
from tools.cdk_cli import stack_name
from tools.environments import RETRIES, SignedIn, UsageError, may_ask, settings_of, sign_in, stack_outputs
from tools.follow import Watch
from tools.refusals import in_words

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_stepfunctions import SFNClient

SECONDS_BETWEEN_LOOKS = 5.0
DEPLOYABLE = ("TRAINING_COMPLETED", "STARTING", "RUNNING", "STOPPING", "STOPPED", "FAILED")


class RollbackError(Exception):
    """There is nothing to go back to, or it did not work; the message says why, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is live, and what is to be."""

    live: str
    live_since: str
    version: str
    status: str
    f1: str
    """Of the version that is to be live; empty if nobody judged it."""

    def lines(self) -> list[str]:
        """For a person who is to agree."""
        f1 = f", F1 {self.f1}" if self.f1 else ""
        ready = (
            "it runs, so this takes a minute or two" if self.status == "RUNNING" else "it has to start first"
        )
        return [
            f"Live now:   {self.live or 'no model'}" + (f" (since {self.live_since})" if self.live else ""),
            f"To be live: {self.version} ({self.status}{f1}): {ready}",
        ]


@dataclass(frozen=True, kw_only=True)
class Rollback:
    """Of one pipeline."""

    dynamodb: DynamoDBClient
    rekognition: RekognitionClient
    stepfunctions: SFNClient
    outputs: Mapping[str, str]
    report: Callable[[str], None]
    sleep: Callable[[float], None] = field(default=time.sleep)

    def plan(self, version: str = "") -> Plan:
        """What would be done; raises RollbackError. Without `version`, back to the predecessor."""
        pointer = self._item("pointer", "live")
        live, previous = _text(pointer, "version"), _text(pointer, "previous")
        wanted = version or previous
        if not wanted:
            raise RollbackError(
                (f"{live} is live, and was the first to be" if live else "No model is live, and none was")
                + ": there is none before it to go back to. Name a version: make rollback VERSION=…"
            )
        if wanted == live and self._status(wanted) == "RUNNING":
            raise RollbackError(f"{live} is live and runs already: nothing to do.")
        status = self._status(wanted)
        if status not in DEPLOYABLE:
            what = "was deleted, or never was" if not status else f"is {status} and cannot be deployed"
            others = ", ".join(sorted(self._trained())) or "none"
            raise RollbackError(
                f"The version {wanted} {what}. Versions that can be deployed: {others}. Name one: "
                "make rollback VERSION=…"
            )
        record = self._item("version", wanted)
        return Plan(
            live=live,
            live_since=_text(pointer, "deployed_at"),
            version=wanted,
            status=status,
            f1=str(record.get("f1", {}).get("N", "")),
        )

    def carry_out(self, plan: Plan, *, untested: bool = False) -> None:
        """Deploy the version and tell what happens; raises RollbackError unless it is live in the end."""
        document = {"version": plan.version, **({"untested": True} if untested else {})}
        started = self.stepfunctions.start_execution(
            stateMachineArn=self.outputs["DeploymentWorkflowArn"], input=json.dumps(document)
        )
        arn = started["executionArn"]
        self.report(f"Started {arn}")
        watch = Watch(stepfunctions=self.stepfunctions, execution_arn=arn, workflow="Deployment")
        while True:
            found = self.stepfunctions.describe_execution(executionArn=arn)
            for entered in watch.news():
                if entered.kind in ("Task", "Wait") and entered.turn == 1:
                    self.report(entered.state)
            if found["status"] != "RUNNING":
                break
            self.sleep(SECONDS_BETWEEN_LOOKS)
        output = json.loads(found.get("output") or "{}")
        if output.get("outcome") == "deployed":
            for warning in output.get("warnings", []):
                self.report(f"Please note: {warning}")
            self.report(f"{plan.version} is live.")
            return
        said = output.get("reason") or f"{found.get('error', '')}: {found.get('cause', '')}"
        live = _text(self._item("pointer", "live"), "version")
        raise RollbackError(
            f"The deployment ended {output.get('outcome') or found['status']}. {said} "
            f"Live is {live or 'no model'}."
        )

    def _item(self, kind: str, name: str) -> Mapping[str, Any]:
        return self.dynamodb.get_item(
            TableName=self.outputs["RegistryTableName"],
            Key={"kind": {"S": kind}, "name": {"S": name}},
            ConsistentRead=True,
        ).get("Item", {})

    def _status(self, version: str) -> str:
        """Empty if there is no such version."""
        return self._versions().get(version, "")

    def _trained(self) -> list[str]:
        return [name for name, status in self._versions().items() if status in DEPLOYABLE]

    def _versions(self) -> dict[str, str]:
        projects = self.rekognition.describe_projects(ProjectNames=[self.outputs["ProjectName"]])
        pages = self.rekognition.get_paginator("describe_project_versions").paginate(
            ProjectArn=projects["ProjectDescriptions"][0]["ProjectArn"]
        )
        return {
            # arn:aws:rekognition:REGION:ACCOUNT:project/NAME/version/VERSION/EPOCH
            found["ProjectVersionArn"].split("/")[3]: found["Status"]
            for page in pages
            for found in page["ProjectVersionDescriptions"]
        }


def _text(item: Mapping[str, Any], name: str) -> str:
    return str(item.get(name, {}).get("S", ""))


def rollback_of(signed_in: SignedIn, stack: str, *, report: Callable[[str], None]) -> Rollback:
    """Find the pipeline; raises UsageError if there is no such stack."""
    return Rollback(
        dynamodb=signed_in.session.client("dynamodb", config=RETRIES),
        rekognition=signed_in.session.client("rekognition", config=RETRIES),
        stepfunctions=signed_in.session.client("stepfunctions", config=RETRIES),
        outputs=stack_outputs(signed_in, stack),
        report=report,
    )


def run(name: str, environment: Mapping[str, str]) -> None:
    """Do all of it; raises one of the errors that `main` knows."""
    signed_in = sign_in(settings_of(name))
    rollback = rollback_of(signed_in, stack_name(name), report=say)
    plan = rollback.plan(environment.get("VERSION", ""))
    print(f"Account {signed_in.account}, Region {signed_in.region}, as {signed_in.caller}")
    for line in plan.lines():
        print(line)
    if may_ask() and input("Go on? Type yes: ").strip().lower() != "yes":
        raise UsageError("Not yes: nothing was changed.")
    rollback.carry_out(plan, untested=environment.get("UNTESTED", "") == "1")


def say(text: str) -> None:
    """Tell a step, with the time."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


def main(arguments: list[str], environment: Mapping[str, str] = os.environ) -> int:
    """Take the name of the environment; exit code 1 unless the version is live in the end."""
    try:
        run(arguments[0] if arguments else "", environment)
    except (RollbackError, UsageError, SettingsError) as problem:
        print(problem, file=sys.stderr)
    except (ClientError, BotoCoreError) as problem:
        print(in_words(problem, otherwise="Run this again to see what is live."), file=sys.stderr)
    except (KeyboardInterrupt, EOFError):
        print("Interrupted. A deployment that has begun goes on by itself.", file=sys.stderr)
        return 130
    else:
        return os.EX_OK
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Remove a deployed pipeline in the only order that works, leaving nothing that bills.

First nothing may start anew (rules off, executions stopped), then the models and datasets go, then
the bucket is emptied if the stack may delete it, and CloudFormation deletes the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.take_down.project import ProjectContents
from lambdas.take_down.workflows import Workflows
from tools.bucket_removal import empty_bucket
from tools.model_removal import ModelRemoval, RemovalError
from tools.stack_survey import BUCKET, RULE, STATE_MACHINE, StackSurvey, survey

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient


@dataclass(frozen=True, kw_only=True)
class Clients:
    """The services that are asked, all of one account and Region."""

    cloudformation: CloudFormationClient
    events: EventBridgeClient
    rekognition: RekognitionClient
    s3: S3Client
    stepfunctions: SFNClient


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is there to remove. Either may be None: the other half of an earlier, interrupted run."""

    stack: StackSurvey | None
    project: ProjectContents | None
    keeps_models: bool = False
    """Whether versions and datasets stay, as the stack was deployed."""

    @property
    def is_nothing(self) -> bool:
        """Whether all is gone already."""
        return self.stack is None and self.project is None

    @property
    def buckets(self) -> list[str]:
        """Buckets that the stack deletes, with all pictures in them."""
        found = self.stack.of_type(BUCKET) if self.stack else []
        return [bucket.physical_id for bucket in found if not bucket.is_kept]

    def lines(self) -> list[str]:
        """The plan for a person to read."""
        versions = self.project.versions if self.project else {}
        stays = ", which does not go on but stays" if self.keeps_models else ""
        said = [f"model version {name} ({status}){stays}" for name, status in versions.items()]
        said += [f"the {kind} dataset" for kind in (self.project.datasets if self.project else {})]
        said += [f"bucket {name} and every picture in it" for name in self.buckets]
        if self.stack:
            said.append(f"stack {self.stack.name} ({self.stack.status})")
        return said

    def kept_lines(self) -> list[str]:
        """What stays in the account, for a person to read."""
        kept = [f"{item.type} {item.physical_id}" for item in (self.stack.kept if self.stack else [])]
        if self.stack and self.stack.adopted_project:
            kept.append(
                f"Rekognition project {self.stack.adopted_project}, and the models and datasets in it that "
                f"this pipeline did not make{' or may not delete' if self.keeps_models else ''}"
            )
        return kept


@dataclass(frozen=True, kw_only=True)
class StackRemoval:
    """Removes one stack and the models of its project. Can be run again after any interruption."""

    stack_name: str
    clients: Clients
    models: ModelRemoval
    delete_stack: Callable[[], None]
    """Deletes the stack and waits for that: `cdk destroy`."""
    report: Callable[[str], None]

    def plan(self, *, keeps_data: bool) -> Plan:
        """Look at what is there. Raises RemovalError if it is not to be deleted.

        `keeps_data`: what cdk.json says now. CloudFormation follows the template as it was deployed, so
        the two have to agree before pictures are deleted.
        """
        stack = survey(self.clients.cloudformation, self.stack_name)
        plan = Plan(stack=stack, project=self.models.look(), keeps_models=self.models.keeps_contents)
        if stack and stack.is_protected:
            raise RemovalError(
                f"Stack {stack.name} has termination protection. To delete it all the same, set "
                "`termination_protection` of the environment to false in cdk.json, deploy, and try again."
            )
        if keeps_data and plan.buckets:
            raise RemovalError(
                "cdk.json says `removal_policy` retain, but the stack was deployed with destroy and would "
                f"delete bucket {', '.join(plan.buckets)}. Deploy first, so that the bucket is kept, or "
                "change cdk.json back to destroy."
            )
        return plan

    def carry_out(self, plan: Plan) -> None:
        """Remove everything in the plan, telling each step."""
        if plan.stack:
            self._let_nothing_start(plan.stack)
        self.models.remove_all()
        for bucket in plan.buckets:
            empty_bucket(self.clients.s3, bucket, report=self.report)
        if plan.stack:
            self.report(f"Deleting stack {self.stack_name}")
            self.delete_stack()
        elif (left := self.models.look()) is not None:
            self.models.delete_project(left)

    def _let_nothing_start(self, stack: StackSurvey) -> None:
        workflows = Workflows(
            events=self.clients.events,
            stepfunctions=self.clients.stepfunctions,
            rules=[rule.physical_id for rule in stack.of_type(RULE)],
            machines=[machine.physical_id for machine in stack.of_type(STATE_MACHINE)],
            report=self.report,
        )
        workflows.let_nothing_start()
        workflows.stop_all()

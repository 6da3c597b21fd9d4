"""The pipeline of the demo as an operator uses it: boto3 calls on the deployed stack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from pipeline_stack.layout import IMAGES_PREFIX
from tools.demo_view import Guess
from tools.follow import Ended, Follower, StateEntered
from tools.local_stack import LOCAL_STACK, Outputs
from tools.model_removal import ModelRemoval
from tools.stack_removal import Clients, StackRemoval
from tools.stack_survey import survey

if TYPE_CHECKING:
    from local_aws.launcher import LocalAws
    from tools.cdk_cli import CdkCli
    from tools.digits import Digit

CONFIDENCE_PARAMETER = "Minimum-Label-Detection-Confidence"
SECONDS_BETWEEN_LOOKS = 0.3
"""A local model stops within a second or two."""


@dataclass(frozen=True, kw_only=True)
class DemoPipeline:
    """The stack on the local AWS."""

    aws: LocalAws
    cli: CdkCli
    outputs: Outputs
    clients: dict[str, Any] = field(default_factory=dict, repr=False)
    """boto3 clients made so far: making one takes longer than most calls."""

    def client(self, service: str) -> Any:
        """The one client of a service."""
        if service not in self.clients:
            self.clients[service] = self.aws.client(service)
        return self.clients[service]

    def upload(self, digit: Digit) -> None:
        """Put a picture into the folder of its label."""
        self.client("s3").put_object(
            Bucket=self.outputs.bucket_name,
            Key=f"{IMAGES_PREFIX}{digit.label}/{digit.file_name}",
            Body=digit.png,
            ContentType="image/png",
        )

    def read(self, uri: str) -> bytes:
        """A file, by its S3 URI."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        content: bytes = self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return content

    def train(self, *, on_state: Callable[[StateEntered], None]) -> Ended:
        """Start Training and follow it to its end."""
        stepfunctions = self.client("stepfunctions")
        follower = Follower(
            stepfunctions=stepfunctions,
            deployment_workflow_arn=self.outputs.deployment_workflow_arn,
            on_state=on_state,
        )
        started = stepfunctions.start_execution(stateMachineArn=self.outputs.training_workflow_arn)
        return follower.follow(started["executionArn"])

    def versions(self) -> dict[str, str]:
        """The model versions and their statuses."""
        contents = self._models().look()
        return contents.versions if contents else {}

    def running_versions(self) -> list[str]:
        """The names of the versions that serve, and bill."""
        return [name for name, status in self.versions().items() if status == "RUNNING"]

    def trainings_started(self) -> int:
        """How often a training was started, and on AWS would be paid for."""
        return sum(call["operation"] == "CreateProjectVersion" for call in self.aws.calls())

    def kinds_told(self) -> list[str]:
        """The kinds of the messages that operators got."""
        return [message["kind"] for message in self.aws.outbox()]

    def classify(self, digit: Digit, *, version: str) -> Guess:
        """Ask the live model what a picture shows, at the confidence that the operator set."""
        contents = self._models().look()
        arn = contents.version_arns[version] if contents else ""
        found = self.client("rekognition").detect_custom_labels(
            ProjectVersionArn=arn, Image={"Bytes": digit.png}, MinConfidence=self.minimum_confidence()
        )["CustomLabels"]
        best = max(found, key=lambda label: label["Confidence"], default=None)
        return Guess(
            truth=digit.label,
            said=best["Name"] if best else None,
            confidence=best["Confidence"] if best else 0.0,
        )

    def minimum_confidence(self) -> float:
        """The operator parameter."""
        name = f"{self.outputs.parameter_path}/{CONFIDENCE_PARAMETER}"
        return float(self.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])

    def destroy(self, *, report: Callable[[str], None]) -> None:
        """Do what `make destroy` does, without its question."""
        clients = Clients(
            cloudformation=self.client("cloudformation"),
            events=self.client("events"),
            rekognition=self.client("rekognition"),
            s3=self.client("s3"),
            stepfunctions=self.client("stepfunctions"),
        )
        removal = StackRemoval(
            stack_name=LOCAL_STACK,
            clients=clients,
            models=self._models(report=report),
            delete_stack=lambda: self.cli.destroy(LOCAL_STACK),
            report=report,
        )
        removal.carry_out(removal.plan(keeps_data=False))

    def project_is_gone(self) -> bool:
        """Whether Rekognition has no such project any more."""
        return self._models().look() is None

    def stack_is_gone(self) -> bool:
        """Whether CloudFormation has no such stack any more."""
        found = survey(self.client("cloudformation"), LOCAL_STACK)
        return found is None or found.status == "DELETE_COMPLETE"

    def bucket_is_gone(self) -> bool:
        """Whether S3 has no such bucket any more."""
        try:
            self.client("s3").head_bucket(Bucket=self.outputs.bucket_name)
        except ClientError as problem:
            return problem.response["Error"]["Code"] in ("404", "NoSuchBucket")
        return False

    def _models(self, *, report: Callable[[str], None] = lambda _line: None) -> ModelRemoval:
        return ModelRemoval(
            rekognition=self.client("rekognition"),
            project_name=self.outputs.project_name,
            report=report,
            seconds_between_looks=SECONDS_BETWEEN_LOOKS,
        )

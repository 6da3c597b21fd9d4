"""Deploy `TrainingPipeline-local` to a local AWS with the real CDK CLI. For `make local` and `make demo`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from local_aws.config import ACCOUNT_ID, REGION
from tools.cdk_cli import LOCAL, CdkCli, local_environment, stack_name

if TYPE_CHECKING:
    from local_aws.launcher import LocalAws

LOCAL_STACK = stack_name(LOCAL)


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """The outputs of the stack."""

    bucket_name: str
    parameter_path: str
    training_workflow_arn: str
    deployment_workflow_arn: str
    project_name: str

    @classmethod
    def read(cls, outputs_file: Path) -> Outputs:
        """Read what the CDK CLI wrote."""
        outputs = json.loads(outputs_file.read_text(encoding="utf-8"))[LOCAL_STACK]
        return cls(
            bucket_name=outputs["BucketName"],
            parameter_path=outputs["ParameterPath"],
            training_workflow_arn=outputs["TrainingWorkflowArn"],
            deployment_workflow_arn=outputs["DeploymentWorkflowArn"],
            project_name=outputs["ProjectName"],
        )


def local_cli(aws: LocalAws, *, work_dir: Path, on_line: Callable[[str], None]) -> CdkCli:
    """The CLI pointed at the local AWS, with its files in `work_dir`."""
    environment = local_environment(developer=os.environ, aws=aws.environment, work_dir=work_dir)
    return CdkCli(environment=environment, assembly_dir=work_dir / "cdk.out", on_line=on_line)


def deploy_local(cli: CdkCli, *, outputs_file: Path, on_step: Callable[[str], None]) -> None:
    """Synthesise, bootstrap and deploy; `outputs_file` gets the CLI's outputs."""
    on_step("Synthesising the CloudFormation template")
    cli.synth(LOCAL_STACK)
    on_step("Bootstrapping the account for the CDK")
    cli.bootstrap(account=ACCOUNT_ID, region=REGION)
    on_step(f"Deploying {LOCAL_STACK}")
    cli.deploy(LOCAL_STACK, outputs_file=outputs_file, ask=False)

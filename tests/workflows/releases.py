"""Releases that differ from the one deployed, and the two ways to deploy them."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local_aws.deployment import DeploymentError, deploy_assembly
from tests.workflows.conftest import STACK
from tests.workflows.operator import PATIENCE_SECONDS, Operator
from tools.cdk_cli import CdkCliError
from tools.deployed_stack import DeployedStack
from tools.keeping_deployment import KeepingDeployment, synthesised
from tools.kept_file import KeptFile
from tools.settings_run import SettingsRun

Template = dict[str, Any]
Change = Callable[[Template], None]


def parameter(template: Template, name: str) -> dict[str, Any]:
    """The definition of one parameter, to be changed."""
    found: dict[str, Any] = next(
        resource["Properties"]
        for resource in template["Resources"].values()
        if str(resource["Properties"].get("Name", "")).endswith(f"/{name}")
    )
    return found


def training_rule(template: Template) -> dict[str, Any]:
    found: dict[str, Any] = next(
        resource["Properties"]
        for resource in template["Resources"].values()
        if "ScheduleExpression" in resource["Properties"]
        and "labelled pictures" in resource["Properties"]["Description"]
    )
    return found


def changed_assembly(assembly: Path, tmp_path: Path, change: Change) -> Path:
    """The assembly of a release in which the template is otherwise."""
    made = tmp_path / "cdk.out"
    shutil.copytree(assembly, made)
    file = made / f"{STACK}.template.json"
    template = json.loads(file.read_text())
    change(template)
    file.write_text(json.dumps(template))
    # The key in the bucket follows from the content, as the CDK has it.
    assets = made / f"{STACK}.assets.json"
    document = json.loads(assets.read_text())
    for asset in document["files"].values():
        if asset["source"]["path"] == file.name:
            for destination in asset["destinations"].values():
                destination["objectKey"] = f"release-{tmp_path.name}.json"
    assets.write_text(json.dumps(document))
    return made


def described_anew(template: Template) -> None:
    """A release that touches the parameters and the rule that the operator has set."""
    for name in ("Minimum-F1-Score", "Enable-Automatic-Training", "Automatic-Training-Poll-Frequency"):
        parameter(template, name)["Description"] += " In new words."
    training_rule(template)["Description"] += " In new words."


def deploy(operator: Operator, assembly: Path) -> None:
    """What a plain `cdk deploy` does."""
    deploy_assembly(aws=operator.aws, assembly_dir=assembly, stack_name=STACK)


def make_deploy(operator: Operator, assembly: Path, tmp_path: Path, *, lasting: float = 0) -> list[str]:
    """What `make deploy` does; returns what it said. `lasting`: seconds until CloudFormation is done, after
    it wrote the parameters."""
    said = list[str]()
    aws = operator.aws
    stack = DeployedStack(
        name=STACK,
        cloudformation=aws.client("cloudformation"),
        events=aws.client("events"),
        ssm=aws.client("ssm"),
        report=said.append,
    )
    deployment = KeepingDeployment(
        stack=stack,
        settings=SettingsRun(stepfunctions=aws.client("stepfunctions"), report=said.append),
        file=KeptFile(path=tmp_path / "kept.json"),
        report=said.append,
    )

    def by_cli() -> None:
        try:
            deploy(operator, assembly)
            time.sleep(lasting)
        except DeploymentError as problem:
            raise CdkCliError(str(problem)) from problem

    deployment.carry_out(by_cli, release=synthesised(assembly, STACK))
    return said


def schedule(operator: Operator) -> tuple[str, str]:
    """Rate and state of the rule that starts Training."""
    rules = operator.aws.client("events").list_rules()["Rules"]
    (found,) = [
        rule
        for rule in rules
        if "labelled pictures" in rule.get("Description", "") and "ScheduleExpression" in rule
    ]
    return found["ScheduleExpression"], found["State"]


def slow_and_switched_off(operator: Operator) -> None:
    """The operator changes the schedule, and it follows."""
    operator.set("Automatic-Training-Poll-Frequency", "30")
    operator.set("Enable-Automatic-Training", "false")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while schedule(operator) != ("rate(30 minutes)", "DISABLED"):
        assert time.monotonic() < deadline, schedule(operator)
        time.sleep(0.1)


def value(operator: Operator, name: str) -> str:
    found = operator.aws.client("ssm").get_parameter(Name=f"{operator.outputs['ParameterPath']}/{name}")
    text: str = found["Parameter"]["Value"]
    return text

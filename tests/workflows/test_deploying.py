"""A new release is deployed over settings that operators have made."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local_aws.deployment import DeploymentError, deploy_assembly
from tests.workflows.conftest import STACK
from tests.workflows.operator import Operator
from tools.cdk_cli import CdkCliError
from tools.deployed_stack import DeployedStack
from tools.keeping_deployment import KeepingDeployment, synthesised
from tools.kept_file import KeptFile
from tools.settings_run import SettingsRun

Template = dict[str, Any]


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


@pytest.fixture
def release(assembly: Path, tmp_path: Path) -> Callable[[Callable[[Template], None]], Path]:
    """Makes the assembly of a release in which the template is otherwise."""

    def make(change: Callable[[Template], None]) -> Path:
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

    return make


def described_anew(template: Template) -> None:
    """A release that touches the parameters and the rule that the operator has set."""
    for name in ("Minimum-F1-Score", "Enable-Automatic-Training", "Automatic-Training-Poll-Frequency"):
        parameter(template, name)["Description"] += " In new words."
    training_rule(template)["Description"] += " In new words."


def deploy(operator: Operator, assembly: Path) -> None:
    """What a plain `cdk deploy` does."""
    deploy_assembly(aws=operator.aws, assembly_dir=assembly, stack_name=STACK)


def make_deploy(operator: Operator, assembly: Path, tmp_path: Path) -> list[str]:
    """What `make deploy` does; returns what it said."""
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
        except DeploymentError as problem:
            raise CdkCliError(str(problem)) from problem

    deployment.carry_out(by_cli, release=synthesised(assembly, STACK))
    return said


def value(operator: Operator, name: str) -> str:
    found = operator.aws.client("ssm").get_parameter(Name=f"{operator.outputs['ParameterPath']}/{name}")
    text: str = found["Parameter"]["Value"]
    return text


def test_a_plain_deployment_leaves_values_alone_that_the_release_does_not_redefine(
    operator: Operator, release: Callable[..., Path]
) -> None:
    operator.set("Human-Sampling-Interval", "7")
    operator.set("Minimum-F1-Score", "0.5")

    deploy(operator, release(described_anew))

    # The second is what CloudFormation does on AWS, and what `make deploy` is there for.
    assert value(operator, "Human-Sampling-Interval") == "7"
    assert value(operator, "Minimum-F1-Score") == "0.8"


def test_make_deploy_puts_back_what_operators_have_set(
    operator: Operator, release: Callable[..., Path], tmp_path: Path
) -> None:
    operator.set("Minimum-F1-Score", "0.5")
    operator.set("Human-Sampling-Interval", "7")

    said = make_deploy(operator, release(described_anew), tmp_path)

    assert value(operator, "Minimum-F1-Score") == "0.5"
    assert value(operator, "Human-Sampling-Interval") == "7"
    assert "Minimum-F1-Score is 0.5 again (the deployment had set it to 0.8)" in said
    assert not (tmp_path / "kept.json").exists()


def test_new_initial_values_reach_what_nobody_has_set(
    operator: Operator, release: Callable[..., Path], tmp_path: Path
) -> None:
    operator.set("Minimum-F1-Score", "0.5")

    def change(template: Template) -> None:
        parameter(template, "Minimum-F1-Score")["Value"] = "0.7"
        parameter(template, "Minimum-Untrained-Images")["Value"] = "20"

    make_deploy(operator, release(change), tmp_path)

    assert value(operator, "Minimum-F1-Score") == "0.5"
    assert value(operator, "Minimum-Untrained-Images") == "20"


def test_values_survive_new_tags_of_the_stack(
    operator: Operator, release: Callable[..., Path], tmp_path: Path
) -> None:
    operator.set("Human-Sampling-Interval", "7")
    tagged = release(lambda template: template.update(Description="Tagged anew."))
    manifest = json.loads((tagged / "manifest.json").read_text())
    manifest["artifacts"][STACK]["properties"]["tags"]["owner"] = "somebody"
    (tagged / "manifest.json").write_text(json.dumps(manifest))

    said = make_deploy(operator, tagged, tmp_path)

    assert value(operator, "Human-Sampling-Interval") == "7"
    assert "Human-Sampling-Interval is 7 again (the deployment had set it to 1000)" in said


def test_a_value_that_the_release_does_not_allow_is_told_and_not_forced(
    operator: Operator, release: Callable[..., Path], tmp_path: Path
) -> None:
    operator.set("Minimum-F1-Score", "0.5")

    def narrow(template: Template) -> None:
        parameter(template, "Minimum-F1-Score")["AllowedPattern"] = "^0[.][89]$"

    said = make_deploy(operator, release(narrow), tmp_path)

    assert value(operator, "Minimum-F1-Score") == "0.8"
    assert any(line.startswith("Minimum-F1-Score was 0.5, which is not allowed any more") for line in said)


def test_values_survive_a_deployment_that_is_rolled_back(
    operator: Operator, release: Callable[..., Path], tmp_path: Path
) -> None:
    operator.set("Minimum-F1-Score", "0.5")

    def fail(template: Template) -> None:
        described_anew(template)
        broken = {"Type": "String", "Value": "ten", "AllowedPattern": "^[0-9]+$", "Name": "/broken"}
        template["Resources"]["Broken"] = {
            "Type": "AWS::SSM::Parameter",
            "Properties": broken,
            "DependsOn": [
                key for key, item in template["Resources"].items() if item["Type"] == "AWS::SSM::Parameter"
            ],
        }

    with pytest.raises(CdkCliError, match="UPDATE_ROLLBACK_COMPLETE"):
        make_deploy(operator, release(fail), tmp_path)

    assert value(operator, "Minimum-F1-Score") == "0.5"

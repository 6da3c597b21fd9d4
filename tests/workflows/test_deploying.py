"""A new release is deployed over settings that operators have made."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workflows.conftest import STACK
from tests.workflows.operator import PATIENCE_SECONDS, Operator
from tests.workflows.releases import (
    Change,
    Template,
    changed_assembly,
    deploy,
    described_anew,
    make_deploy,
    parameter,
    schedule,
    slow_and_switched_off,
    training_rule,
    value,
)
from tools.cdk_cli import CdkCliError


@pytest.fixture
def release(assembly: Path, tmp_path: Path) -> Callable[[Change], Path]:
    """Makes the assembly of a release."""
    return lambda change: changed_assembly(assembly, tmp_path, change)


def test_a_plain_deployment_leaves_values_alone_that_the_release_does_not_redefine(
    operator: Operator, release: Callable[[Change], Path]
) -> None:
    operator.set("Human-Sampling-Interval", "7")
    operator.set("Minimum-F1-Score", "0.5")

    deploy(operator, release(described_anew))

    # The second is what CloudFormation does on AWS, and what `make deploy` is there for.
    assert value(operator, "Human-Sampling-Interval") == "7"
    assert value(operator, "Minimum-F1-Score") == "0.8"


def test_make_deploy_puts_back_what_operators_have_set(
    operator: Operator, release: Callable[[Change], Path], tmp_path: Path
) -> None:
    operator.set("Minimum-F1-Score", "0.5")
    operator.set("Human-Sampling-Interval", "7")

    said = make_deploy(operator, release(described_anew), tmp_path)

    assert value(operator, "Minimum-F1-Score") == "0.5"
    assert value(operator, "Human-Sampling-Interval") == "7"
    assert "Minimum-F1-Score is 0.5 again (the deployment had set it to 0.8)" in said
    assert not (tmp_path / "kept.json").exists()


def test_the_schedule_stays_as_operators_have_set_it(
    operator: Operator, release: Callable[[Change], Path], tmp_path: Path
) -> None:
    slow_and_switched_off(operator)

    # On AWS it is minutes: long enough for what passes through to be applied.
    said = make_deploy(operator, release(described_anew), tmp_path, lasting=3)

    assert value(operator, "Enable-Automatic-Training") == "false"
    assert schedule(operator) == ("rate(30 minutes)", "DISABLED")
    # What CloudFormation wrote in passing, `true`, would have switched training on and started a check.
    assert operator.executions("Training") == []
    assert said[-1] == "Settings: unchanged (frequency 30, enabled false)"


def test_a_rule_that_the_release_redefines_follows_the_parameters_again(
    operator: Operator, release: Callable[[Change], Path], tmp_path: Path
) -> None:
    slow_and_switched_off(operator)

    def change(template: Template) -> None:
        training_rule(template)["Description"] += " In new words."

    said = make_deploy(operator, release(change), tmp_path)

    assert said[1:] == ["Settings: applied (frequency 30, enabled false)"]
    assert schedule(operator) == ("rate(30 minutes)", "DISABLED")


def test_later_changes_are_heard_again(
    operator: Operator, release: Callable[[Change], Path], tmp_path: Path
) -> None:
    slow_and_switched_off(operator)
    make_deploy(operator, release(described_anew), tmp_path)

    operator.set("Automatic-Training-Poll-Frequency", "1")

    deadline = time.monotonic() + PATIENCE_SECONDS
    while schedule(operator) != ("rate(1 minute)", "DISABLED"):
        assert time.monotonic() < deadline, schedule(operator)
        time.sleep(0.1)


def test_changes_are_heard_again_after_a_deployment_that_broke_off_in_another_folder(
    operator: Operator, release: Callable[[Change], Path], tmp_path: Path
) -> None:
    events = operator.aws.client("events")
    (listener,) = [
        rule["Name"]
        for rule in events.list_rules()["Rules"]
        if "operator parameter that was changed" in rule.get("Description", "")
    ]
    events.disable_rule(Name=listener)
    operator.set("Automatic-Training-Poll-Frequency", "30")

    said = make_deploy(operator, release(lambda template: template.update(Description="Anew.")), tmp_path)

    assert said[0].startswith(f"The rule {listener}, which has changed parameters applied, was off.")
    assert [line for line in said if line.startswith("Settings: applied") and "value 30" in line]
    assert schedule(operator) == ("rate(30 minutes)", "ENABLED")
    assert events.describe_rule(Name=listener)["State"] == "ENABLED"
    assert operator.executions("Training") == []


def test_new_initial_values_reach_what_nobody_has_set(
    operator: Operator, release: Callable[[Change], Path], tmp_path: Path
) -> None:
    operator.set("Minimum-F1-Score", "0.5")

    def change(template: Template) -> None:
        parameter(template, "Minimum-F1-Score")["Value"] = "0.7"
        parameter(template, "Minimum-Untrained-Images")["Value"] = "20"

    make_deploy(operator, release(change), tmp_path)

    assert value(operator, "Minimum-F1-Score") == "0.5"
    assert value(operator, "Minimum-Untrained-Images") == "20"


def test_values_survive_new_tags_of_the_stack(
    operator: Operator, release: Callable[[Change], Path], tmp_path: Path
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
    operator: Operator, release: Callable[[Change], Path], tmp_path: Path
) -> None:
    operator.set("Minimum-F1-Score", "0.5")

    def narrow(template: Template) -> None:
        parameter(template, "Minimum-F1-Score")["AllowedPattern"] = "^0[.][89]$"

    said = make_deploy(operator, release(narrow), tmp_path)

    assert value(operator, "Minimum-F1-Score") == "0.8"
    assert any(line.startswith("Minimum-F1-Score was 0.5, which is not allowed any more") for line in said)


def test_values_survive_a_deployment_that_is_rolled_back(
    operator: Operator, release: Callable[[Change], Path], tmp_path: Path
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

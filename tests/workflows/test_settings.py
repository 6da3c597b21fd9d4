"""A changed parameter is checked, applied and told of, once."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.workflows.operator import Json, Operator
from tests.workflows.pictures import noises

FREQUENCY, ENABLED = "Automatic-Training-Poll-Frequency", "Enable-Automatic-Training"


def event(operator: Operator, parameter: str) -> Json:
    """What EventBridge hands over when a parameter was changed."""
    name = f"{operator.outputs['ParameterPath']}/{parameter}"
    return {
        "version": "0",
        "source": "aws.ssm",
        "detail-type": "Parameter Store Change",
        "resources": [f"arn:aws:ssm:us-east-1:000000000000:parameter{name}"],
        "detail": {"name": name, "type": "String", "operation": "Update"},
    }


def command_of(message: Json) -> tuple[str, Json]:
    """The one command that a message gives: the machine's ARN and the input."""
    found = re.findall(
        r"aws stepfunctions start-execution --region us-east-1 --state-machine-arn (\S+) --input '(\{.*?\})'",
        message["message"],
    )
    assert len(found) == 1, message
    return found[0][0], json.loads(found[0][1])


def force_value(operator: Operator, parameter: str, value: str) -> None:
    """Get a value past the pattern: somebody with the rights put another pattern along with it."""
    operator.aws.client("ssm").put_parameter(
        Name=f"{operator.outputs['ParameterPath']}/{parameter}",
        Value=value,
        AllowedPattern=".*",
        Overwrite=True,
    )


@pytest.mark.parametrize(("minutes", "rate"), [("1", "rate(1 minute)"), ("90", "rate(90 minutes)")])
def test_a_new_frequency_is_the_rules_rate_and_changes_nothing_else(
    operator: Operator, minutes: str, rate: str
) -> None:
    operator.set(ENABLED, "false")
    operator.until_messages(1, "setting")
    operator.until_idle("Settings")
    before = operator.training_rule()
    operator.set(FREQUENCY, minutes)
    message = operator.until_messages(2, "setting")[-1]
    operator.until_idle("Settings")
    assert operator.training_rule() == before | {"ScheduleExpression": rate}
    assert before["State"] == "DISABLED"
    assert f"{FREQUENCY} was updated from 600 to {minutes}." in message["message"]
    assert message["subject"] == f"TrainingPipeline-local: {FREQUENCY} is now {minutes}"


def test_switching_training_off_and_on_keeps_the_rate_and_starts_a_check(operator: Operator) -> None:
    before = operator.training_rule()
    operator.set(ENABLED, "false")
    operator.until_messages(1, "setting")
    operator.until_idle("Settings")
    assert operator.training_rule() == before | {"State": "DISABLED"}
    assert operator.executions("Training") == []

    operator.set(ENABLED, "true")
    operator.until_messages(2, "setting")
    operator.until_idle("Settings")
    assert operator.training_rule() == before
    (check,) = operator.executions("Training")
    described = operator.finished(check["executionArn"])
    assert json.loads(described["input"]) == {"source": "setting"}
    assert json.loads(described["output"])["outcome"] == "nothing_to_train"
    # Whoever switched it on hears what the check found.
    (message,) = operator.until_messages(1)
    assert "Too few pictures: 0 of 10" in message["message"]


def test_a_value_that_is_put_once_more_starts_no_check(operator: Operator) -> None:
    operator.set(ENABLED, "true")
    (message,) = operator.until_messages(1, "setting")
    operator.until_idle("Settings")
    assert "was put again, with the value it had: true." in message["message"]
    assert operator.executions("Training") == []


def test_what_changed_nothing_and_was_changed_since_is_passed_over(operator: Operator) -> None:
    operator.set(FREQUENCY, "60")
    operator.until_messages(1, "setting")
    operator.until_idle("Settings")
    rules = operator.aws.client("events")
    (listener,) = (
        rule["Name"] for rule in rules.list_rules()["Rules"] if "aws.ssm" in rule.get("EventPattern", "")
    )
    rules.disable_rule(Name=listener)
    for value in ("60", "60", "70"):
        operator.set(FREQUENCY, value)
    rules.enable_rule(Name=listener)
    operator.run("Settings", **event(operator, FREQUENCY))
    assert [message["subject"].split()[-1] for message in operator.messages("setting")] == ["60", "70"]


def test_changes_in_quick_succession_are_each_told_and_the_last_is_in_force(operator: Operator) -> None:
    values = ["false", "true", "false", "true"]
    for value in values:
        operator.set(ENABLED, value)
    messages = operator.until_messages(len(values), "setting")
    operator.until_idle("Settings")
    assert [message["subject"].split()[-1] for message in messages] == values
    assert operator.training_rule()["State"] == "ENABLED"
    assert len(operator.messages("setting")) == len(values)


def test_a_parameter_that_was_made_anew_is_heard_although_its_version_is_known(operator: Operator) -> None:
    operator.set(FREQUENCY, "60")
    operator.until_messages(1, "setting")
    operator.until_idle("Settings")
    ssm, name = operator.aws.client("ssm"), f"{operator.outputs['ParameterPath']}/{FREQUENCY}"
    ssm.delete_parameter(Name=name)
    ssm.put_parameter(Name=name, Value="600", Type="String")
    operator.set(FREQUENCY, "90")
    assert operator.until_messages(2, "setting")[-1]["subject"].endswith("is now 90")
    operator.until_idle("Settings")
    assert operator.training_rule()["ScheduleExpression"] == "rate(90 minutes)"


def test_a_minimum_that_was_made_anew_as_no_number_is_refused_and_then_repaired(operator: Operator) -> None:
    ssm, name = operator.aws.client("ssm"), f"{operator.outputs['ParameterPath']}/Minimum-F1-Score"
    ssm.delete_parameter(Name=name)
    ssm.put_parameter(Name=name, Value="abc", Type="String")
    operator.set("Minimum-F1-Score", "0.5")
    (message,) = operator.until_messages(1, "setting")
    assert message["subject"].endswith("Minimum-F1-Score is now 0.5")
    operator.until_idle("Settings")
    assert operator.item("lock", "settings") is None


def test_an_event_whose_change_does_not_show_yet_looks_once_more(operator: Operator) -> None:
    operator.set(FREQUENCY, "60")
    operator.until_messages(1, "setting")
    operator.until_idle("Settings")
    # What a read that comes too early finds: nothing new.
    execution = operator.start("Settings", **event(operator, FREQUENCY))
    operator.finished(execution)
    assert operator.states(execution).count("Read the parameter") == 2
    by_hand = operator.start("Settings")
    operator.finished(by_hand)
    assert "Wait for the change to show" not in operator.states(by_hand)


def test_an_event_that_comes_twice_late_or_out_of_order_is_told_once(operator: Operator) -> None:
    operator.set(FREQUENCY, "60")
    operator.until_messages(1, "setting")
    operator.set(FREQUENCY, "70")
    operator.until_messages(2, "setting")
    operator.until_idle("Settings")
    late = [operator.start("Settings", **event(operator, FREQUENCY)) for _ in range(3)]
    for execution in late:
        assert json.loads(operator.finished(execution)["output"])["outcome"] == "unchanged"
    assert len(operator.messages("setting")) == 2
    assert operator.training_rule()["ScheduleExpression"] == "rate(70 minutes)"


@pytest.mark.parametrize(
    ("parameter", "value", "words"),
    [
        (FREQUENCY, "0", ["whole number of minutes from 1 to 44640", "The old setting, 600, stays in force"]),
        (ENABLED, "maybe", ["true or false", "The old setting, true, stays in force"]),
    ],
)
def test_a_value_that_got_past_the_pattern_is_refused(
    operator: Operator, parameter: str, value: str, words: list[str]
) -> None:
    before = operator.training_rule()
    force_value(operator, parameter, value)
    (message,) = operator.until_messages(1, "setting")
    operator.until_idle("Settings")
    assert message["subject"] == f"TrainingPipeline-local: {parameter} was refused"
    assert f'"{value}"' in message["message"]
    for each in words:
        assert each in message["message"]
    assert operator.training_rule() == before


def test_a_refused_value_leaves_the_old_one_in_force_for_training_too(stocked: Operator) -> None:
    stocked.set("Minimum-F1-Score", "0.1")
    stocked.until_messages(1, "setting")
    force_value(stocked, "Minimum-F1-Score", "high")
    stocked.until_messages(2, "setting")
    stocked.until_idle("Settings")
    report = stocked.run()
    assert report["outcome"] == "deployed"
    assert report["minimum_f1"] == 0.1
    (warning,) = report["warnings"]
    assert warning == (
        'Minimum-F1-Score is "high"; allowed is a number from 0 to 1, such as 0.85, with at most 6 decimals. '
        "0.1 stays in force."
    )


def test_a_lower_minimum_names_the_rejected_model_that_meets_it_now(operator: Operator) -> None:
    operator.set("Minimum-F1-Score", "1.0")
    operator.upload(noises(("hiss", "hum"), 40))
    rejected = operator.run()
    assert rejected["outcome"] == "rejected"
    operator.set("Minimum-F1-Score", "0")
    message = operator.until_messages(2, "setting")[-1]
    machine, document = command_of(message)
    assert machine == operator.outputs["DeploymentWorkflowArn"]
    assert document == {"version": rejected["version"]}
    assert f"F1 {round(rejected['f1'], 3)}" in message["message"]
    operator.run("Deployment", **document)
    assert operator.versions() == {rejected["version"]: "RUNNING"}


def test_a_minimum_that_no_rejected_model_meets_names_none(operator: Operator) -> None:
    operator.set("Minimum-F1-Score", "1.0")
    operator.upload(noises(("hiss", "hum"), 40))
    rejected = operator.run()
    operator.set("Minimum-F1-Score", "0.999")
    message = operator.until_messages(2, "setting")[-1]
    assert rejected["f1"] < 0.999
    assert "It counts from the next model that is judged." in message["message"]
    assert "start-execution" not in message["message"]


def test_a_rejected_model_that_was_deleted_is_not_offered(operator: Operator) -> None:
    operator.set("Minimum-F1-Score", "1.0")
    operator.upload(noises(("hiss", "hum"), 40))
    version = operator.run()["version"]
    operator.aws.client("rekognition").delete_project_version(ProjectVersionArn=operator.version_arn(version))
    operator.set("Minimum-F1-Score", "0")
    message = operator.until_messages(2, "setting")[-1]
    assert version not in message["message"]


def test_making_the_rule_agree_undoes_what_a_deployment_did_to_it(operator: Operator) -> None:
    operator.set(FREQUENCY, "45")
    operator.set(ENABLED, "false")
    operator.until_messages(2, "setting")
    operator.until_idle("Settings")
    agreed = operator.training_rule()
    operator.aws.client("events").put_rule(
        Name=agreed["Name"],
        ScheduleExpression="rate(600 minutes)",
        State="ENABLED",
        Description=agreed["Description"],
    )
    assert operator.run("Settings")["outcome"] == "applied"
    assert operator.training_rule() == agreed
    assert operator.run("Settings")["outcome"] == "unchanged"
    assert len(operator.messages("setting")) == 2


def test_an_input_that_is_no_event_is_refused(operator: Operator) -> None:
    found = operator.run_red("Settings", parameter="Minimum-F1-Score")
    assert found["error"] == "InvalidInput"
    (message,) = operator.messages()
    assert "docs/runbook.md#invalidinput" in message["message"]


def hold_the_lock(operator: Operator, holder: str, *, taken_at: str = "2026-01-01T00:00:00Z") -> None:
    """Leave the settings lock with an execution of Settings."""
    executions = operator.outputs["SettingsWorkflowArn"].replace(":stateMachine:", ":execution:")
    operator.aws.client("dynamodb").put_item(
        TableName=operator.outputs["RegistryTableName"],
        Item={
            "kind": {"S": "lock"},
            "name": {"S": "settings"},
            "holder": {"S": f"{executions}:{holder}"},
            "taken_at": {"S": taken_at},
        },
    )


def test_a_holder_that_just_took_the_lock_is_not_taken_for_gone(operator: Operator) -> None:
    # An hour ahead, so that it stays new however long this takes.
    soon = datetime.now(tz=UTC) + timedelta(hours=1)
    hold_the_lock(operator, "not-yet-to-be-seen", taken_at=f"{soon:%Y-%m-%dT%H:%M:%SZ}")
    found = operator.run_red("Settings")
    assert found["error"] == "SettingsLocked"
    assert "has held the lock for ten minutes" in found["cause"]
    (message,) = operator.messages()
    assert "docs/runbook.md#settingslocked" in message["message"]


def test_a_lock_that_an_ended_run_left_is_taken_over(operator: Operator) -> None:
    hold_the_lock(operator, "gone")
    operator.set(FREQUENCY, "30")
    operator.until_messages(1, "setting")
    operator.until_idle("Settings")
    assert operator.training_rule()["ScheduleExpression"] == "rate(30 minutes)"
    assert operator.item("lock", "settings") is None

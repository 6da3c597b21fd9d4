from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_logs as logs

from lambdas.build_manifest.sources.data_source import data_source_from
from pipeline_stack.parameter_specs import OPERATOR_PARAMETERS
from pipeline_stack.settings import EnvironmentSettings, parse_environments
from pipeline_stack.settings_errors import SettingsError

USABLE: dict[str, Any] = {
    "removal_policy": "destroy",
    "termination_protection": False,
    "log_retention_days": 30,
}

DATASET = "arn:aws:rekognition:us-east-1:111122223333:project/by-hand/dataset/train/1690000000000"
FILE = "s3://bucket/a"
UUID = "01234567-89ab-cdef-0123-456789abcdef"
TEAMS_CHANNEL = "19%3Aabc_0123%40thread.tacv2"


def parse(**changes: Any) -> EnvironmentSettings:
    return parse_environments({"dev": USABLE | changes})["dev"]


def complaint(context: Any) -> str:
    with pytest.raises(SettingsError) as raised:
        parse_environments(context)
    return str(raised.value)


@pytest.mark.parametrize(
    ("changes", "key", "found", "allowed"),
    [
        ({"regoin": "us-east-1"}, "regoin", '"us-east-1"', "did you mean region?"),
        ({"quarantine": "yes"}, "quarantine", '"yes"', "true or false, without quotes"),
        ({"data_source": {"kind": "zip"}}, "data_source.kind", '"zip"', '{"kind": "folders"}'),
        ({"data_source": {"kind": "folders", "train": FILE}}, "data_source", '{"kind": "folders"', "folders"),
        ({"data_source": {"kind": "manifest"}}, "data_source", '{"kind": "manifest"}', "train is needed"),
        ({"data_source": {"kind": "manifest", "train": "bucket/a"}}, "data_source", '{"kind"', "s3://"),
        ({"data_source": {"kind": "manifest", "train": f"{FILE}/"}}, "data_source", '{"kind"', "s3://"),
        ({"data_source": {"kind": "manifest", "train": f"{FILE}%}}"}}, "data_source", '{"kind"', "s3://"),
        (
            {"data_source": {"kind": "manifest", "train": FILE, "images": "s3://bucket/b"}},
            "data_source.images",
            '"s3://bucket/b"',
            "a slash at its end",
        ),
        ({"data_source": {"kind": "dataset", "train": FILE}}, "data_source", '{"kind"', "arn:aws"),
        (
            {"data_source": {"kind": "dataset", "train": DATASET, "format": "csv"}},
            "data_source",
            '{"kind": "dataset"',
            "arn:aws",
        ),
        (
            {"data_source": {"kind": "dataset", "train": DATASET, "test": DATASET}},
            "data_source",
            '{"kind": "dataset"',
            "arn:aws",
        ),
        ({"data_locations": ["bucket"]}, "data_locations.0", '"bucket"', "s3://bucket/folder/"),
        ({"data_locations": ["s3://bucket/*"]}, "data_locations.0", '"s3://bucket/*"', "s3://bucket/folder/"),
        (
            {"data_locations": [f"s3://bucket/{'a' * 500}{number}/" for number in range(4)]},
            "data_locations",
            '["s3://bucket/aaa',
            "2000 characters together",
        ),
        ({"data_projects": ["a/b"]}, "data_projects.0", '"a/b"', '["my-project"]'),
        ({"data_keys": ["alias/mine"]}, "data_keys.0", '"alias/mine"', "arn:aws:kms"),
        ({"region": "us-west-1"}, "region", '"us-west-1"', "us-east-1, us-east-2, us-west-2, eu-west-1"),
        ({"account": 123456789012}, "account", "123456789012", "12 digits, in quotes"),
        ({"account": "1234"}, "account", '"1234"', "12 digits, in quotes"),
        ({"notification_emails": ["me"]}, "notification_emails.0", '"me"', "a list of different e-mail"),
        (
            {"notification_emails": "me@example.com"},
            "notification_emails",
            '"me@',
            "a list of different e-mail",
        ),
        (
            {"notification_emails": ["me@example.com", "Me@example.com"]},
            "notification_emails",
            '["me@example.com", "Me@example.com"]',
            "a list of different e-mail",
        ),
        ({"removal_policy": "keep"}, "removal_policy", '"keep"', '"destroy" or "retain"'),
        ({"termination_protection": "yes"}, "termination_protection", '"yes"', "true or false"),
        ({"log_retention_days": 31}, "log_retention_days", "31", "1, 3, 5, 7, 14, 30, 60"),
        ({"log_retention_days": True}, "log_retention_days", "true", "1, 3, 5, 7, 14, 30, 60"),
        ({"runbook_url": "docs/runbook.md"}, "runbook_url", '"docs/runbook.md"', "the address at which"),
        (
            {"runbook_url": "https://git.example.com/runbook.md#stray-models"},
            "runbook_url",
            '"https://git.example.com/runbook.md#stray-models"',
            "without # and what follows",
        ),
        ({"runbook_url": "https://a.b/it's"}, "runbook_url", '"https://a.b/it\'s"', "the address at which"),
        ({"chat": {}}, "chat", "{}", 'a channel of "slack", of "teams", or of both'),
        ({"chat": {"slak": {}}}, "chat.slak", "{}", "did you mean slack?"),
        ({"chat": {"slack": {"workspace_id": "T1"}}}, "chat.slack.channel_id", "nothing", "a Slack channel"),
        (
            {"chat": {"slack": {"workspace_id": "t-1", "channel_id": "C1"}}},
            "chat.slack.workspace_id",
            '"t-1"',
            "the id of a Slack workspace",
        ),
        (
            {"chat": {"teams": {"tenant_id": "me", "team_id": UUID, "channel_id": TEAMS_CHANNEL}}},
            "chat.teams.tenant_id",
            '"me"',
            "the id of the Microsoft tenant",
        ),
        (
            {"chat": {"teams": {"tenant_id": UUID, "team_id": UUID, "channel_id": "19:abc@thread.tacv2"}}},
            "chat.teams.channel_id",
            '"19:abc@thread.tacv2"',
            "as it stands in its link",
        ),
        ({"inference_unit_usd_per_hour": -1}, "inference_unit_usd_per_hour", "-1", "a number from 0 to 1000"),
        ({"inference_unit_usd_per_hour": "4"}, "inference_unit_usd_per_hour", '"4"', "a number from 0 to"),
        ({"tags": {"aws:team": "x"}}, "tags.aws:team", '"aws:team"', 'not beginning with "aws:"'),
        ({"tags": {"team": 1}}, "tags.team", "1", "texts of ASCII letters"),
        ({"tags": {f"t{n}": "x" for n in range(51)}}, "tags", "{", "at most 50 tags"),
        (
            {"operator_parameters": {"Minimum-F1-Score": 1.1}},
            "operator_parameters.Minimum-F1-Score",
            '"1.1"',
            "a number from 0 to 1",
        ),
        (
            {"operator_parameters": {"Minimum-F1-Skore": 0.5}},
            "operator_parameters.Minimum-F1-Skore",
            "0.5",
            "did you mean Minimum-F1-Score?",
        ),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_was_found_and_what_is_allowed(
    changes: dict[str, Any], key: str, found: str, allowed: str
) -> None:
    said = complaint({"dev": USABLE | changes})

    assert "cdk.json has 1 setting that cannot be used" in said
    assert f"\n  context.environments.dev.{key}\n" in said
    assert f"found:   {found}" in said
    assert allowed in said.split("allowed:")[1]


@pytest.mark.parametrize("key", sorted(USABLE))
def test_a_setting_without_a_safe_default_has_to_be_made(key: str) -> None:
    said = complaint({"dev": {name: value for name, value in USABLE.items() if name != key}})

    assert f"\n  context.environments.dev.{key}\n    found:   nothing\n" in said


@pytest.mark.parametrize("context", [None, {}, [], "dev", {"Dev": USABLE}, {"dev": 1}, {"a" * 32: USABLE}])
def test_environments_that_are_none_are_refused(context: Any) -> None:
    assert "a name of at most 31 lower-case letters" in complaint(context)


def test_all_problems_of_all_environments_are_in_one_message() -> None:
    said = complaint({"dev": USABLE | {"region": "x", "account": "y"}, "prod": USABLE | {"region": "z"}})

    assert "cdk.json has 3 settings that cannot be used" in said
    assert "dev.region" in said
    assert "dev.account" in said
    assert "prod.region" in said


def test_what_is_left_out_is_agnostic_and_has_the_parameters_defaults() -> None:
    settings = parse()

    assert (settings.aws_environment.account, settings.aws_environment.region) == (None, None)
    assert settings.initial_parameters == {spec.name: spec.default for spec in OPERATOR_PARAMETERS}


def test_settings_become_what_the_cdk_understands() -> None:
    settings = parse(
        account="123456789012", region="eu-west-1", removal_policy="retain", log_retention_days=365
    )

    assert settings.aws_environment.account == "123456789012"
    assert settings.aws_environment.region == "eu-west-1"
    assert settings.removal == cdk.RemovalPolicy.RETAIN
    assert settings.log_retention == logs.RetentionDays.ONE_YEAR


def test_a_region_alone_is_checked_and_kept() -> None:
    assert parse(region="eu-central-1").aws_environment.region == "eu-central-1"


@pytest.mark.parametrize(
    ("changes", "runbook"),
    [
        ({}, "docs/runbook.md"),
        ({"runbook_url": "https://git.example.com/a/b.md"}, "https://git.example.com/a/b.md"),
    ],
)
def test_the_runbook_is_named_by_its_address_or_else_its_place_in_the_repository(
    changes: dict[str, Any], runbook: str
) -> None:
    assert parse(**changes).runbook == runbook


def test_nobody_is_told_by_chat_unless_a_channel_is_named() -> None:
    slack = {"workspace_id": "T0", "channel_id": "C0"}
    teams = {"tenant_id": UUID, "team_id": UUID, "channel_id": TEAMS_CHANNEL}

    assert parse().chat is None
    both = parse(chat={"slack": slack, "teams": teams}).chat
    assert both is not None
    assert both.slack is not None
    assert both.slack.model_dump() == slack
    assert both.teams is not None
    assert both.teams.model_dump() == teams
    one = parse(chat={"teams": teams}).chat
    assert one is not None
    assert one.slack is None


@pytest.mark.parametrize(("changes", "price"), [({}, 4.0), ({"inference_unit_usd_per_hour": 5}, 5.0)])
def test_an_inference_unit_costs_what_the_settings_say(changes: dict[str, Any], price: float) -> None:
    assert parse(**changes).inference_unit_usd_per_hour == price


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("Enable-Automatic-Training", False, "false"),
        ("Enable-Automatic-Training", "false", "false"),
        ("Minimum-F1-Score", 0.95, "0.95"),
        ("Minimum-F1-Score", 1, "1"),
        ("Minimum-Untrained-Images", 25, "25"),
    ],
)
def test_an_initial_parameter_may_be_json_or_text(name: str, value: object, text: str) -> None:
    assert parse(operator_parameters={name: value}).initial_parameters[name] == text


def test_settings_cannot_be_changed_once_they_are_checked() -> None:
    settings = parse()

    with pytest.raises(ValueError, match="frozen"):
        settings.region = "mars"


def test_the_folders_are_trained_unless_another_source_is_set() -> None:
    assert parse().data_source.as_input() == {"kind": "folders"}


def test_a_source_is_passed_on_as_it_was_written() -> None:
    source = {
        "kind": "manifest",
        "train": "s3://bucket/a b/train.json",
        "test": "s3://bucket/test.json",
        "format": "coco",
        "images": "s3://bucket/",
    }

    assert parse(data_source=source).data_source.as_input() == source
    data_source_from(source)


def test_datasets_may_be_in_two_projects() -> None:
    test = DATASET.replace("by-hand/dataset/train", "other/dataset/test")
    source = {"kind": "dataset", "train": DATASET, "test": test}

    assert parse(data_source=source).data_source.dataset_arns() == [DATASET, test]
    data_source_from(source)

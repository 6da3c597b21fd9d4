"""Which account a command may touch."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from pipeline_stack.settings import EnvironmentSettings
from tools.environments import UsageError, may_ask, settings_of, sign_in, wants_drift_reverted


def settings(**changes: Any) -> EnvironmentSettings:
    plain = {"removal_policy": "destroy", "termination_protection": False, "log_retention_days": 7}
    return EnvironmentSettings(**{**plain, **changes})


@pytest.fixture
def cdk_json(tmp_path: Path) -> Path:
    plain = {"removal_policy": "destroy", "termination_protection": False, "log_retention_days": 7}
    path = tmp_path / "cdk.json"
    path.write_text(json.dumps({"context": {"environments": {"local": plain, "dev": plain, "prod": plain}}}))
    return path


@pytest.fixture
def moto_account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", r"ENV is not set\. Say which environment, for example ENV=dev\. cdk\.json has: dev, prod\."),
        ("staging", r"There is no environment 'staging'\. .* cdk\.json has: dev, prod\."),
        ("local", r"ENV=local is the local AWS: use `make local` or `make demo`\."),
    ],
)
def test_a_name_that_cannot_be_used_is_answered_with_those_that_can(
    cdk_json: Path, name: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        settings_of(name, cdk_json=cdk_json)


def test_a_known_name_gives_its_settings(cdk_json: Path) -> None:
    assert settings_of("dev", cdk_json=cdk_json).removal_policy == "destroy"


def test_a_slip_of_the_pen_is_told_with_its_place(cdk_json: Path) -> None:
    cdk_json.write_text('{"context": {\n  "environments" {}}}')
    with pytest.raises(UsageError) as told:
        settings_of("dev", cdk_json=cdk_json)
    assert str(told.value) == f"{cdk_json} is not JSON: line 2, column 18: Expecting ':' delimiter"


@pytest.mark.usefixtures("moto_account")
def test_credentials_of_another_account_are_refused() -> None:
    with pytest.raises(UsageError, match=r"account 123456789012 .* cdk\.json says account 999999999999"):
        sign_in(settings(account="999999999999", region="eu-west-1"), environment={})


@pytest.mark.usefixtures("moto_account")
def test_the_region_of_the_settings_wins_and_reaches_every_tool() -> None:
    signed_in = sign_in(settings(region="eu-west-1"), environment={"AWS_REGION": "us-east-1"})
    assert signed_in.variables({"AWS_REGION": "us-east-1"}) == {
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }


@pytest.mark.usefixtures("moto_account")
def test_without_a_region_anywhere_it_says_where_to_set_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with pytest.raises(UsageError, match="AWS_REGION"):
        sign_in(settings(), environment={})


def test_without_credentials_it_says_how_to_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(UsageError, match="aws sso login"):
        sign_in(settings(region="eu-west-1"), environment={})


def test_nobody_is_asked_with_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert may_ask({"YES": "1"}) is False


def test_asking_without_a_terminal_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(UsageError, match="YES=1"):
        may_ask({})


@pytest.mark.parametrize(
    ("environment", "reverted"),
    [
        ({}, False),
        ({"REVERT_DRIFT": ""}, False),
        ({"REVERT_DRIFT": "0"}, False),
        ({"REVERT_DRIFT": "1"}, True),
    ],
)
def test_drift_is_reverted_only_on_demand(environment: dict[str, str], reverted: bool) -> None:
    assert wants_drift_reverted(environment) is reverted


def test_a_word_for_a_switch_is_refused() -> None:
    with pytest.raises(UsageError, match="REVERT_DRIFT=1"):
        wants_drift_reverted({"REVERT_DRIFT": "no"})

"""What `make deploy` checks before it lets the CDK CLI go."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from tools import deploy
from tools.deploy import BOOTSTRAP_VERSION_PARAMETER, check_bootstrapped
from tools.environments import SignedIn, UsageError


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[SignedIn]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        session = boto3.Session(region_name="eu-west-1")
        yield SignedIn(account="123456789012", region="eu-west-1", caller="me", session=session)


def test_an_account_that_was_never_bootstrapped_is_told_how(signed_in: SignedIn) -> None:
    with pytest.raises(UsageError, match=r"(?s)123456789012 .* eu-west-1.*make bootstrap ENV=dev"):
        check_bootstrapped(signed_in, environment_name="dev")


def test_a_bootstrapped_account_passes(signed_in: SignedIn) -> None:
    ssm = signed_in.session.client("ssm")
    ssm.put_parameter(Name=BOOTSTRAP_VERSION_PARAMETER, Value="32", Type="String")
    check_bootstrapped(signed_in, environment_name="dev")


def test_an_environment_that_is_not_there_ends_with_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert deploy.main(["deploy", "staging"]) == 1
    assert capsys.readouterr().err.startswith("There is no environment 'staging'.")


def test_an_unknown_command_shows_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert deploy.main(["explode"]) == 2
    assert "usage:" in capsys.readouterr().err

"""What `make deploy` checks before it lets the CDK CLI go."""

from collections.abc import Callable, Iterator
from pathlib import Path

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


def test_what_was_asked_of_make_reaches_the_cli_and_what_keeps_the_values(
    monkeypatch: pytest.MonkeyPatch, signed_in: SignedIn, tmp_path: Path
) -> None:
    done = list[str]()

    class Cli:
        assembly_dir = tmp_path

        def synth(self, stack: str) -> None:
            done.append(f"synth {stack}")

        def deploy(self, stack: str, **options: bool) -> None:
            done.append(f"deploy {stack} {options}")

    class Keeping:
        def carry_out(self, by_cli: Callable[[], None], *, release: str, reverts_drift: bool) -> None:
            done.append(f"{release} reverts drift: {reverts_drift}")
            by_cli()

    monkeypatch.setenv("REVERT_DRIFT", "1")
    monkeypatch.setenv("YES", "1")
    monkeypatch.setattr(deploy, "sign_in", lambda _: signed_in)
    monkeypatch.setattr(deploy, "check_bootstrapped", lambda *_, **__: None)
    monkeypatch.setattr(deploy, "cli_for", lambda _: Cli())
    monkeypatch.setattr(deploy, "keeping_deployment", lambda *_, **__: Keeping())
    monkeypatch.setattr(deploy, "synthesised", lambda *_: "release")
    assert deploy.main(["deploy", "dev"]) == 0
    assert done == [
        "synth TrainingPipeline-dev",
        "release reverts drift: True",
        "deploy TrainingPipeline-dev {'ask': False, 'revert_drift': True}",
    ]


def test_an_environment_that_is_not_there_ends_with_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert deploy.main(["deploy", "staging"]) == 1
    assert capsys.readouterr().err.startswith("There is no environment 'staging'.")


def test_an_unknown_command_shows_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert deploy.main(["explode"]) == 2
    assert "usage:" in capsys.readouterr().err

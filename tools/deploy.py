"""`make synth`, `make bootstrap ENV=dev`, `make deploy ENV=dev`: the pinned CDK CLI, for AWS."""

from __future__ import annotations

import os
import sys

from botocore.exceptions import BotoCoreError, ClientError

from pipeline_stack.settings_errors import SettingsError
from tools.cdk_cli import REPOSITORY, CdkCli, CdkCliError, stack_name, with_our_programs
from tools.environments import (
    RETRIES,
    SignedIn,
    UsageError,
    may_ask,
    settings_of,
    sign_in,
    wants_drift_reverted,
)
from tools.keeping_deployment import keeping_deployment, synthesised
from tools.kept_file import KeptFileError
from tools.refusals import in_words
from tools.settings_run import SettingsRunError
from tools.signals import end_like_ctrl_c

BOOTSTRAP_VERSION_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
"""Where `cdk bootstrap` leaves its version for the default synthesizer to check."""


def say(text: str) -> None:
    """Tell a step at once, also to a pipe."""
    print(text, flush=True)


def cli_for(signed_in: SignedIn | None) -> CdkCli:
    """The CLI with the terminal, so that it can ask before it widens permissions."""
    environment = with_our_programs(os.environ)
    if signed_in:
        environment = signed_in.variables(environment)
    return CdkCli(environment=environment, assembly_dir=REPOSITORY / "cdk.out")


def check_bootstrapped(signed_in: SignedIn, *, environment_name: str) -> None:
    """Raise UsageError if the account and Region were never bootstrapped; unsure means go on."""
    try:
        signed_in.session.client("ssm", config=RETRIES).get_parameter(Name=BOOTSTRAP_VERSION_PARAMETER)
    except ClientError as problem:
        if problem.response["Error"]["Code"] == "ParameterNotFound":
            raise UsageError(
                f"Account {signed_in.account} is not prepared for the CDK in {signed_in.region}. "
                f"Once for each account and Region, run: make bootstrap ENV={environment_name}"
            ) from problem


def run(command: str, name: str) -> None:
    """Run one of the three commands; raises one of the errors that `main` knows."""
    if command == "synth":
        cli_for(None).synth()
        print(f"The templates are in {REPOSITORY / 'cdk.out'}")
        return
    signed_in = sign_in(settings_of(name))
    print(f"{command} {stack_name(name)} in account {signed_in.account}, {signed_in.region}", flush=True)
    print(f"as {signed_in.caller}", flush=True)
    if command == "bootstrap":
        cli_for(signed_in).bootstrap(account=signed_in.account, region=signed_in.region)
        return
    ask, revert_drift = may_ask(), wants_drift_reverted()
    check_bootstrapped(signed_in, environment_name=name)
    deploy(signed_in, stack_name(name), ask=ask, revert_drift=revert_drift)


def deploy(signed_in: SignedIn, stack: str, *, ask: bool, revert_drift: bool) -> None:
    """Deploy what cdk.json and the code say, and keep what operators have set."""
    cli = cli_for(signed_in)
    cli.synth(stack)
    keeping_deployment(signed_in, stack=stack, report=say).carry_out(
        lambda: cli.deploy(stack, ask=ask, revert_drift=revert_drift),
        release=synthesised(cli.assembly_dir, stack),
        reverts_drift=revert_drift,
    )


def main(arguments: list[str]) -> int:
    """`synth`, or `bootstrap` or `deploy` and the environment; exit code 1 if it did not work."""
    command, name = (*arguments, "", "")[:2]
    if command not in ("synth", "bootstrap", "deploy"):
        print("usage: python -m tools.deploy synth | bootstrap ENV | deploy ENV", file=sys.stderr)
        return 2
    try:
        run(command, name)
    except (UsageError, SettingsError, CdkCliError, KeptFileError, SettingsRunError) as problem:
        print(problem, file=sys.stderr)
    except (ClientError, BotoCoreError) as problem:
        print(in_words(problem, otherwise="Nothing is lost: run this again to go on."), file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    else:
        return os.EX_OK
    return 1


if __name__ == "__main__":
    end_like_ctrl_c()
    sys.exit(main(sys.argv[1:]))

"""Which environment a command is about, and the AWS account and Region that it may touch."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pipeline_stack.settings import CONTEXT_KEY, EnvironmentSettings, parse_environments
from tools.cdk_cli import LOCAL, REPOSITORY

if TYPE_CHECKING:
    from boto3.session import Session

RETRIES = Config(retries={"mode": "standard", "max_attempts": 10})
"""Rekognition's control plane takes 5 calls a second of each kind, so throttling is to be expected."""


class UsageError(Exception):
    """The command cannot know, or may not touch, the account; the message says what to change."""


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """An account and a Region, and the session that reaches them."""

    account: str
    region: str
    caller: str
    session: Session

    def variables(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Environment variables with which other AWS tools choose the same Region as this session.

        boto3 reads AWS_DEFAULT_REGION only, the CDK CLI reads AWS_REGION first.
        """
        return {**environment, "AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}


def settings_of(name: str, *, cdk_json: Path = REPOSITORY / "cdk.json") -> EnvironmentSettings:
    """The settings of an environment that lives on AWS; raises UsageError for any other name."""
    context = _read(cdk_json).get("context", {})
    environments = parse_environments(context.get(CONTEXT_KEY))
    on_aws = [known for known in environments if known != LOCAL]
    allowed = f"Say which environment, for example ENV={on_aws[0]}. cdk.json has: {', '.join(on_aws)}."
    if name == LOCAL:
        raise UsageError(f"ENV=local is the local AWS: use `make local` or `make demo`. {allowed}")
    if name not in environments:
        found = f"There is no environment {name!r}." if name else "ENV is not set."
        raise UsageError(f"{found} {allowed}")
    return environments[name]


def _read(cdk_json: Path) -> dict[str, Any]:
    """People edit it by hand: a slip is told with its place."""
    try:
        document: dict[str, Any] = json.loads(cdk_json.read_text(encoding="utf-8"))
    except json.JSONDecodeError as slip:
        raise UsageError(
            f"{cdk_json} is not JSON: line {slip.lineno}, column {slip.colno}: {slip.msg}"
        ) from slip
    return document


def sign_in(settings: EnvironmentSettings, *, environment: Mapping[str, str] = os.environ) -> SignedIn:
    """Find out whose credentials these are, and refuse an account that the settings do not name."""
    region = (
        settings.region
        or environment.get("AWS_REGION")
        or environment.get("AWS_DEFAULT_REGION")
        or boto3.Session().region_name
    )
    if not region:
        raise UsageError(
            "No AWS Region is chosen. Set AWS_REGION, or the profile's region, "
            "or `region` of the environment in cdk.json."
        )
    session = boto3.Session(region_name=region)
    try:
        caller = session.client("sts", config=RETRIES).get_caller_identity()
    except (BotoCoreError, ClientError) as problem:
        raise UsageError(
            f"No usable AWS credentials: {problem}\n"
            "Sign in first, for example with `aws sso login` and AWS_PROFILE, or set AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN."
        ) from problem
    if settings.account and settings.account != caller["Account"]:
        raise UsageError(
            f"These credentials are for account {caller['Account']} ({caller['Arn']}), but cdk.json says "
            f"account {settings.account}. Sign in to that account, or change `account` in cdk.json."
        )
    return SignedIn(account=caller["Account"], region=region, caller=caller["Arn"], session=session)


def stack_outputs(signed_in: SignedIn, stack: str) -> dict[str, str]:
    """The outputs of a stack that is deployed there; raises UsageError if there is none of that name."""
    cloudformation = signed_in.session.client("cloudformation", config=RETRIES)
    try:
        (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as refusal:
        if "does not exist" not in refusal.response["Error"]["Message"]:
            raise
        raise UsageError(
            f"There is no stack {stack} in {signed_in.account}, {signed_in.region}."
        ) from refusal
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def wants_drift_reverted(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether REVERT_DRIFT=1 was given; raises UsageError for a word that might mean either."""
    given = environment.get("REVERT_DRIFT", "")
    if given not in ("", "0", "1"):
        raise UsageError(
            f"REVERT_DRIFT is {given!r}. To bring everything back to the template: REVERT_DRIFT=1"
        )
    return given == "1"


def may_ask(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether to ask before doing it: not with YES=1. Raises UsageError if there is nobody to ask."""
    if environment.get("YES") == "1":
        return False
    if not sys.stdin.isatty():
        raise UsageError("This asks before it goes on, and there is no terminal. To go on unasked: YES=1")
    return True

"""`make destroy ENV=dev`: stop and delete the models on AWS, then the stack. Asks first, unless YES=1."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.take_down.adopted_project import made_by_pipeline
from pipeline_stack.settings_errors import SettingsError
from tools.cdk_cli import CdkCliError, stack_name
from tools.deploy import cli_for
from tools.environments import RETRIES, SignedIn, UsageError, may_ask, settings_of, sign_in
from tools.model_removal import ModelRemoval, RemovalError
from tools.refusals import in_words
from tools.signals import end_like_ctrl_c
from tools.stack_removal import Clients, Plan, StackRemoval
from tools.stack_survey import PROJECT, TABLE, StackSurvey, survey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def say(text: str) -> None:
    """Tell a step, with the time: some take minutes, a training hours."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


def models_for(
    clients: Clients, dynamodb: DynamoDBClient, stack: str, *, project_arn: str | None
) -> ModelRemoval:
    """Wire the removal of the models: all of a project that the stack made, of an adopted one ours only.

    What is deployed decides; where nothing is, `project_arn` of cdk.json still keeps its project from being
    taken for one that a stack left behind.
    """
    found = survey(clients.cloudformation, stack)
    adopted = found.adopted_project if found else project_arn and stack
    if not adopted:
        return ModelRemoval(
            rekognition=clients.rekognition,
            project_name=stack,
            report=say,
            keeps_contents=_is_kept(found, PROJECT),
        )
    table = next((each.physical_id for each in found.of_type(TABLE)), None) if found else None
    return ModelRemoval(
        rekognition=clients.rekognition,
        project_name=adopted,
        report=say,
        made=lambda: made_by_pipeline(dynamodb, table),
        keeps_contents=_is_kept(found, TABLE),
    )


def _is_kept(found: StackSurvey | None, resource_type: str) -> bool:
    return found is not None and any(each.is_kept for each in found.of_type(resource_type))


def removal_for(signed_in: SignedIn, stack: str, *, project_arn: str | None) -> StackRemoval:
    """Wire the removal of a stack to the account that we are signed in to."""
    session = signed_in.session
    clients = Clients(
        cloudformation=session.client("cloudformation", config=RETRIES),
        events=session.client("events", config=RETRIES),
        rekognition=session.client("rekognition", config=RETRIES),
        s3=session.client("s3", config=RETRIES),
        stepfunctions=session.client("stepfunctions", config=RETRIES),
    )

    def delete_stack() -> None:
        cli = cli_for(signed_in)
        cli.synth(stack)
        cli.destroy(stack)

    dynamodb = session.client("dynamodb", config=RETRIES)
    models = models_for(clients, dynamodb, stack, project_arn=project_arn)
    return StackRemoval(
        stack_name=stack, clients=clients, models=models, delete_stack=delete_stack, report=say
    )


def tell(plan: Plan, signed_in: SignedIn) -> None:
    """Show the account, and what is about to be deleted."""
    print(f"Account {signed_in.account}, Region {signed_in.region}, as {signed_in.caller}")
    print("This stops and deletes:")
    for line in plan.lines():
        print(f"  - {line}")
    if kept := plan.kept_lines():
        print("This stays, and goes on costing what it costs:")
        for line in kept:
            print(f"  - {line}")


def run(name: str) -> None:
    """Do all of it; raises one of the errors that `main` knows."""
    settings = settings_of(name)
    signed_in = sign_in(settings)
    removal = removal_for(signed_in, stack_name(name), project_arn=settings.project_arn)
    plan = removal.plan(keeps_data=settings.removal_policy == "retain")
    if plan.is_nothing:
        print(f"Nothing to delete: {stack_name(name)} is not in {signed_in.account}, {signed_in.region}.")
        return
    tell(plan, signed_in)
    if may_ask() and input(f"Type the stack's name to go on ({stack_name(name)}): ") != stack_name(name):
        raise UsageError("Not the stack's name: nothing was changed.")
    removal.carry_out(plan)
    say(f"{stack_name(name)} is gone")


def main(arguments: list[str]) -> int:
    """Take the name of the environment; exit code 1 if something is left."""
    try:
        run(arguments[0] if arguments else "")
    except (UsageError, SettingsError, RemovalError, CdkCliError) as problem:
        print(problem, file=sys.stderr)
    except (ClientError, BotoCoreError) as problem:
        print(
            in_words(problem, otherwise="What was deleted is gone; run this again to go on."), file=sys.stderr
        )
    except (KeyboardInterrupt, EOFError):
        print("Interrupted. What was deleted is gone; run this again to go on.", file=sys.stderr)
        return 130
    else:
        return os.EX_OK
    return 1


if __name__ == "__main__":
    end_like_ctrl_c()
    sys.exit(main(sys.argv[1:]))

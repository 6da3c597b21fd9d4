"""Entry point of the Lambda function `take_down`, which CloudFormation invokes.

It answers in every case but one: an invocation that is nearly over goes on in another, which it starts
itself, because CloudFormation waits for an hour and an invocation takes 15 minutes at most. That makes five
in a row; Lambda stops a function that invokes itself after 16 (Developer Guide, "Recursive loop detection").
One that breaks off without an answer is invoked again by Lambda, twice; everything here can be done again.
"""

import json
import os
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from .adopted_project import made_by_pipeline
from .answer import answer
from .errors import TakeDownError
from .observability import logger, tracer
from .project import Project
from .removal import Removal, is_going
from .request import Request
from .settings import Settings
from .words import in_words, refused
from .workflows import Workflows

# Four retries with growing pauses; what still fails is tried again in the next turn.
_PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=10)
HAND_OVER_SECONDS = 120
"""Left of an invocation for a last turn, with retries, and for starting the next one."""


@cache
def _settings() -> Settings:
    return Settings.from_environment(os.environ)


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
def handler(event: Mapping[str, Any], context: LambdaContext) -> None:
    """See `request.Request` for the event. CloudFormation reads the answer elsewhere, not the result.

    Raises:
        AnswerNotDelivered: CloudFormation could not be told how it went.
    """
    request = Request.from_event(event)
    reason = None
    if request.type == "Delete":
        try:
            if not _take_down(request, event, context):
                return
        except TakeDownError as problem:
            reason = str(problem)
        except (ClientError, BotoCoreError) as problem:
            reason = refused(problem)
        except Exception as problem:
            # Without an answer CloudFormation would wait for an hour, and then know no reason.
            logger.exception("Unexpected")
            reason = f"The function take_down broke off: {in_words(problem)}. See its log."
    logger.info("Answered", extra={"request": request.type, "reason": reason})
    answer(request, reason=reason)


def _take_down(request: Request, event: Mapping[str, Any], context: LambdaContext) -> bool:
    """Whether it is done; otherwise another invocation goes on."""
    settings = _settings()
    until = request.until or time.time() + settings.seconds
    is_done = _removal(settings, stack_id=request.stack_id).carry_out(
        until=until, has_time=lambda: context.get_remaining_time_in_millis() > HAND_OVER_SECONDS * 1000
    )
    if not is_done:
        boto3.client("lambda", config=_PATIENT).invoke(
            FunctionName=context.invoked_function_arn,
            InvocationType="Event",
            Payload=json.dumps({**event, "Until": until}).encode(),
        )
        logger.info("Another invocation goes on")
    return is_done


def _removal(settings: Settings, *, stack_id: str) -> Removal:
    table = settings.registry_table
    cloudformation = boto3.client("cloudformation", config=_PATIENT)
    dynamodb = boto3.client("dynamodb", config=_PATIENT)
    return Removal(
        is_going=lambda: is_going(cloudformation, stack_id),
        workflows=Workflows(
            events=boto3.client("events", config=_PATIENT),
            stepfunctions=boto3.client("stepfunctions", config=_PATIENT),
            rules=settings.rules,
            machines=settings.workflows,
            report=logger.info,
        ),
        project=Project(
            rekognition=boto3.client("rekognition", config=_PATIENT),
            name=settings.project_name,
            made=(lambda: made_by_pipeline(dynamodb, table)) if table else None,
            keeps_contents=settings.keeps_contents,
        ),
        report=logger.info,
    )

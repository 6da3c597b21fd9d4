"""The part of Training that has a person decide whether a judged version goes live.

The question is a message, then an event; the answer comes back to a task token, which stands in the registry
and in neither of them: whoever may read the registry and call SendTaskSuccess may answer (`make approve`,
`make reject`, or the line of the AWS CLI that the message has). No lock is held meanwhile, and nothing is
billed.
"""

from __future__ import annotations

from typing import Any, Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from pipeline_stack.workflows import messages, names
from pipeline_stack.workflows.approval_event import approval_event
from pipeline_stack.workflows.calls import Handled, unless_redriven
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.registry_items import PREFIXES, TRAINING_LOCK, raw_key
from pipeline_stack.workflows.resources import PipelineResources
from pipeline_stack.workflows.sending import send_message

PATIENCE: Final = Duration.days(7)
APPROVAL: Final = "approval"
"""The pointer's name: which version waits, which execution asks, and the token that answers it."""
STANDING: Final = "needs_approval"
_NOBODY: Final = {"decision": "none", "decidedBy": "nobody", "comment": ""}


def question_part(ending: Ending) -> dict[str, Any]:
    """The part of a transaction that says that this execution asks about `$version`."""
    return ending.registry.put_part(
        "pointer",
        APPROVAL,
        {
            "version": {"S": "{% $version %}"},
            "execution": {"S": "{% $me %}"},
            "question": {"S": "{% $question %}"},
            "asked_at": {"S": "{% $now() %}"},
        },
    )


class AskForApproval:
    """States that ask, and wait for the answer; enter at `start`, which gives the training lock back, or at
    `again`, for a version whose asking was cut short.

    `$question` is what the verdict found, in words, and `question_part` was written before `start`. With the
    answer (`approve`, `reject`, or `none` after a week) in `$decision` the run goes on to `decided`, which
    takes the lock again.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        pipeline: str,
        ending: Ending,
        resources: PipelineResources,
        decided: sfn.IChainable,
    ) -> None:
        wait = self._wait(scope, ending=ending, resources=resources)
        answer = _commands(Stack.of(scope), resources)
        misunderstood = send_message(
            scope,
            "Say which answers there are",
            calls=ending.calls,
            topic=resources.topic,
            subject=messages.subject(pipeline, "'that answer was not understood'"),
            message=messages.letter(
                "'The model ' & $version & ' still waits for an approval. The answer was ' & "
                "$substring($string($answer), 0, 500) & '; it must be an object with the decision approve or "
                "reject, and with this version.'",
                answer,
            ),
            kind="approval",
        )
        misunderstood.next(wait)
        wait.next(
            sfn.Choice.jsonata(scope, "Is the answer understood?")
            .when(
                sfn.Condition.jsonata(
                    "{% $answer.version = $version and $answer.decision in ['approve', 'reject'] %}"
                ),
                decided,
                assign={
                    "decision": "{% $answer.decision %}",
                    "decidedBy": "{% $type($answer.by) = 'string' and $answer.by != '' "
                    "? $substring($answer.by, 0, 300) : 'somebody' %}",
                    "comment": "{% $type($answer.comment) = 'string' ? $substring($answer.comment, 0, 1000) "
                    ": '' %}",
                },
            )
            .otherwise(misunderstood)
        )
        self._add_deadline(wait, ending=ending, decided=decided)
        ask = send_message(
            scope,
            "Ask for the approval",
            calls=ending.calls,
            topic=resources.topic,
            subject="{% $subject %}",
            message="{% $message %}",
            kind="approval",
        )
        ask.next(
            # Only then: a question that could not be sent was not asked, and the next check sends another.
            approval_event(
                scope,
                "Publish the question",
                calls=ending.calls,
                pipeline=pipeline,
                patience=PATIENCE,
                then=wait,
            )
        )
        words = sfn.Pass.jsonata(
            scope,
            "Put the question into words",
            assign={
                "subject": messages.subject(pipeline, "$version & ' waits for your approval'"),
                "message": messages.message(
                    "'The model ' & $version & ' goes live only if a person approves it. It does not run and "
                    "costs nothing while it waits, for 7 days at most.'",
                    "$question",
                    messages.EVALUATION,
                    "$live.version = '' ? 'No model is live.' : 'The live model is ' & $live.version & "
                    "($exists($live.f1) ? ', F1 ' & $string($round($live.f1, 3)) : '') & '.'",
                    answer,
                ),
            },
        )
        words.next(ask)
        self.start: Final = ending.registry.delete(
            "Give the training lock back while a person decides",
            kind="lock",
            item=TRAINING_LOCK,
            attribute="holder",
            equals="{% $me %}",
            during="giving the training lock back",
            then=words,
        )
        note = ending.registry.transact(
            "Take the question up",
            lock=TRAINING_LOCK,
            items=[question_part(ending)],
            during="taking an unanswered question up",
        )
        note.next(self.start)
        self.again: Final = note

    @staticmethod
    def _wait(scope: Construct, *, ending: Ending, resources: PipelineResources) -> tasks.CallAwsService:
        """The token goes to where the answer looks for it, as long as the question is still ours."""
        table = resources.registry
        return tasks.CallAwsService.jsonata(
            scope,
            "Wait for the decision",
            service="dynamodb",
            action="updateItem",
            iam_action="dynamodb:UpdateItem",
            iam_resources=[table.table_arn],
            integration_pattern=sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
            parameters={
                "TableName": table.table_name,
                "Key": raw_key("pointer", APPROVAL),
                "UpdateExpression": "SET #token = :token",
                "ConditionExpression": "#execution = :me",
                "ExpressionAttributeNames": {"#token": "token", "#execution": "execution"},
                "ExpressionAttributeValues": {
                    ":token": {"S": "{% $states.context.Task.Token %}"},
                    ":me": {"S": unless_redriven("$me")},
                },
            },
            assign={"answer": "{% $states.result %}"},
            task_timeout=sfn.Timeout.duration(PATIENCE),
        )

    @staticmethod
    def _add_deadline(wait: tasks.CallAwsService, *, ending: Ending, decided: sfn.IChainable) -> None:
        ending.calls.finish(
            wait,
            during="waiting for the approval",
            prefixes=PREFIXES,
            # A week without an answer is one; only the call that leaves the token is tried again.
            permanent=(sfn.Errors.TIMEOUT,),
            handled=[
                Handled(
                    errors=[sfn.Errors.TIMEOUT],
                    then=decided,
                    assign=_NOBODY,
                ),
                # The question is another run's: that this one was overtaken is found out there.
                Handled(errors=names.CONDITION_FAILED, then=decided, assign=_NOBODY),
            ],
        )


def _commands(stack: Stack, resources: PipelineResources) -> str:
    """An expression: how to answer, with make and with the AWS CLI alone."""
    environment = stack.stack_name.partition("-")[2]
    table = resources.registry.table_name
    token = (
        f'"\\"$(aws dynamodb get-item --region {stack.region} --table-name {table} --consistent-read --key '
        f'\'" & \'{{"kind": {{"S": "pointer"}}, "name": {{"S": "{APPROVAL}"}}}}\' & '
        '"\' --query Item.token.S --output text)\\""'
    )
    line = (
        f"'aws stepfunctions send-task-success --region {stack.region} --task-token ' & {token} & "
        "\" --task-output '\" & $string({'decision': 'approve', 'version': $version}) & \"'\""
    )
    return (
        f"'To approve: make approve ENV={environment}   To reject: make reject ENV={environment}   Or with "
        f"the AWS CLI, with reject in place of approve if you do not want it: ' & {line}"
    )

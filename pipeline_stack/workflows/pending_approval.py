"""The part of Training that meets a version about which a person was asked."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import messages, names
from pipeline_stack.workflows.approval import APPROVAL
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.locks import describe_own_execution

_ITEM: Final = "$states.result.Item"


class MeetPendingApproval:
    """States that end the run while another execution waits for the answer; enter at `start`.

    Nothing is trained meanwhile, not even by force: a second question would stand beside the first. If the
    execution that asked has ended (it was stopped, or timed out), this one goes on to `ask_again`.
    """

    def __init__(self, scope: Construct, *, pipeline: str, ending: Ending, ask_again: sfn.IChainable) -> None:
        waiting = ending.outcome(
            "Wait for the approval",
            outcome="waiting_for_approval",
            subject=messages.subject(pipeline, "$version & ' still waits for an approval'"),
            message=messages.message(
                "'Nothing was done: ' & $version & ' waits for a person to approve or reject it.'",
                "'The message of ' & $askedAt & ' says how. It was asked by ' & $asker & '.'",
            ),
            report="{'version': $version, 'reason': 'A person was asked at ' & $askedAt & ' whether ' & "
            "$version & ' goes live, and has not answered.'}",
        )
        does_it_wait = (
            sfn.Choice.jsonata(scope, "Does the run that asked still wait?")
            .when(sfn.Condition.jsonata("{% $askerStatus in ['RUNNING', 'PENDING_REDRIVE'] %}"), waiting)
            .otherwise(ask_again)
        )
        look = describe_own_execution(scope, "Look at the run that asked", arn="$asker", assign="askerStatus")
        look.add_catch(ask_again, errors=list(names.EXECUTION_GONE))
        look.add_catch(
            ending.fail,
            errors=[sfn.Errors.ALL],
            assign={
                "errorName": "{% $states.errorOutput.Error %}",
                "cause": "{% $states.errorOutput.Cause %}",
                "during": "looking at the run that asked for the approval",
            },
        )
        look.next(does_it_wait)
        asked = (
            sfn.Choice.jsonata(scope, "Was a person asked?")
            .when(sfn.Condition.jsonata("{% $asker != '' %}"), look)
            .otherwise(ask_again)
        )
        question = ending.registry.get(
            "Read the question",
            kind="pointer",
            item=APPROVAL,
            assign={
                "asker": f"{{% $exists({_ITEM}) ? {_ITEM}.execution.S : '' %}}",
                "askedAt": f"{{% $exists({_ITEM}) ? {_ITEM}.asked_at.S : '' %}}",
            },
            during="reading what a person was asked",
        )
        question.next(asked)
        self.start: Final = question

"""The part of Training that waits for Rekognition to train the version."""

from __future__ import annotations

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import messages, names
from pipeline_stack.workflows.candidate import ABSENT, TRAINED, describe_version, one_of
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.resources import PipelineResources
from pipeline_stack.workflows.sending import send_message

# Rekognition may train for a day. Five minutes a turn: at 30 seconds a day of turns would pass the
# 25,000 events that an execution's history may hold.
TURN: Final = Duration.minutes(5)
TURNS: Final = 300  # 25 hours
TURNS_A_WORD: Final = 72  # 6 hours
_HOURS: Final = f"$string($round($turns * {TURN.to_minutes()} / 60))"


class AwaitTraining:
    """States that wait until version `$version` is trained; enter at `start`, or at `resume` if an earlier
    run began the training and told so. While it waits the operator hears of it every 6 hours.

    - `trained`: where the run goes on with `described` assigned.
    - `refused`: entered with `reason` assigned when the training failed.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        ending: Ending,
        resources: PipelineResources,
        trained: sfn.IChainable,
        refused: sfn.IChainable,
    ) -> None:
        wait = sfn.Wait.jsonata(
            scope,
            "Wait for training",
            time=sfn.WaitTime.duration(TURN),
            assign={"turns": "{% $turns + 1 %}"},
        )
        too_late = ending.failure(
            "Training does not end",
            error=names.TRAINING_DEADLINE,
            cause="'The model ' & $version & ' was still in training after 25 hours. The next run "
            "waits on for "
            "it; nothing is paid twice.'",
        )
        gone = ending.failure(
            "The version is gone",
            error=names.VERSION_MISSING,
            cause="'The version ' & $version & ' was there and is now ' & $described.status & ': somebody "
            "deleted it while this run waited. The next run trains again.'",
        )
        note = sfn.Pass.jsonata(
            scope,
            "Note the failed training",
            assign={
                "reason": "{% $exists($described.message) ? $described.message : "
                "'Rekognition gave no reason (status ' & $described.status & ').' %}"
            },
        )
        note.next(refused)
        still = send_message(
            scope,
            "Tell that it still trains",
            calls=ending.calls,
            topic=resources.topic,
            subject=messages.subject(
                ending.pipeline, f"$version & ' still trains, after ' & {_HOURS} & ' hours'"
            ),
            message=messages.message(
                f"'Rekognition has been training the model ' & $version & ' for ' & {_HOURS} & ' hours in "
                "this "
                "run. It takes up to 24 hours. There is nothing to do; the next word comes when it is "
                "over, or "
                f"in {TURNS_A_WORD * TURN.to_minutes() / 60:g} hours.'"
            ),
            kind="progress",
            tolerated=wait,
        )
        still.next(wait)
        over = (
            sfn.Choice.jsonata(scope, "Training over?")
            .when(sfn.Condition.jsonata(one_of(TRAINED)), trained)
            .when(
                sfn.Condition.jsonata(
                    f"{{% $described.status = 'TRAINING_IN_PROGRESS' and $turns >= {TURNS} %}}"
                ),
                too_late,
            )
            .when(
                sfn.Condition.jsonata(
                    "{% $described.status = 'TRAINING_IN_PROGRESS' and $turns > 0 "
                    f"and $turns % {TURNS_A_WORD} = 0 %}}"
                ),
                still,
            )
            .when(sfn.Condition.jsonata(one_of(("TRAINING_IN_PROGRESS",))), wait)
            .when(sfn.Condition.jsonata(one_of((ABSENT, "DELETING"))), gone)
            .otherwise(note)
        )
        look = describe_version(
            "Describe the version", calls=ending.calls, project=resources.project, then=over
        )
        wait.next(look)
        # Word of progress is not worth failing a run for that has just paid for a training.
        begun = send_message(
            scope,
            "Tell that training began",
            calls=ending.calls,
            topic=resources.topic,
            subject=messages.subject(ending.pipeline, "'training ' & $version"),
            message=messages.message(
                "'Rekognition trains the model ' & $version & '. That takes from half an hour to 24 hours' & "
                "($live.version = '' ? '.' : '; the live model ' & $live.version & ' serves on meanwhile.')"
            ),
            kind="progress",
            tolerated=wait,
        )
        begun.next(wait)
        begin = sfn.Pass.jsonata(scope, "Begin to wait", assign={"turns": 0})
        begin.next(begun)
        resume = sfn.Pass.jsonata(scope, "Resume the wait", assign={"turns": 0})
        resume.next(look)
        self.start: Final = begin
        self.resume: Final = resume

"""The part of Training that creates the model version and waits for Rekognition to train it."""

from __future__ import annotations

from typing import Any, Final

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.layout import EVALUATION_PREFIX
from pipeline_stack.workflows import messages, names
from pipeline_stack.workflows.calls import Handled, unless_redriven
from pipeline_stack.workflows.candidate import ABSENT, TRAINED, describe_version, one_of
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.registry import TRAINING_LOCK
from pipeline_stack.workflows.resources import PipelineResources

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
        still = ending.calls.publish(
            "Tell that it still trains",
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
        begun = ending.calls.publish(
            "Tell that training began",
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


class CreateVersion:
    """States that register the version and ask Rekognition to train it; enter at `start`.

    The record is written first: whatever happens to the call, a later run knows of the version.
    - `begun`: where the run goes on once Rekognition trains.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        pipeline: str,
        ending: Ending,
        resources: PipelineResources,
        begun: sfn.IChainable,
        existing: sfn.IChainable,
    ) -> None:
        bucket = resources.bucket
        no_slot = ending.outcome(
            "Wait for a training slot",
            outcome="waiting_for_capacity",
            subject=messages.subject(pipeline, "'no free training slot'"),
            message=messages.message(
                "'Rekognition would not begin another training: ' & $refusal",
                "'Nothing was paid. The next check tries again; a forced run is to be started again. "
                "An account trains at most two models at a time and keeps 100 in a project, unless AWS "
                "raised these quotas.'",
            ),
            report="{'version': $version, 'reason': 'Rekognition would not begin another training: "
            "' & $refusal}",
        )
        # An earlier attempt, its answer lost, may be what took the last slot.
        began = describe_version(
            "Did it begin after all?",
            calls=ending.calls,
            project=resources.project,
            then=sfn.Choice.jsonata(scope, "Does it train after all?")
            .when(sfn.Condition.jsonata(one_of((ABSENT,))), no_slot)
            .otherwise(existing),
        )
        create = ending.calls.rekognition(
            "Train the version",
            action="createProjectVersion",
            resources=[resources.project.project_resource_arn],
            parameters={
                "ProjectArn": resources.project.project_arn,
                "VersionName": unless_redriven("$version"),
                "OutputConfig": {
                    "S3Bucket": bucket.bucket_name,
                    "S3KeyPrefix": f"{{% '{EVALUATION_PREFIX}' & $version %}}",
                },
            },
            extra_statements=[
                # With the caller's rights Rekognition reads the bucket's settings and writes its results.
                iam.PolicyStatement(
                    actions=["s3:PutObject"], resources=[bucket.arn_for_objects(f"{EVALUATION_PREFIX}*")]
                )
            ],
            handled=[
                Handled(errors=[names.REKOGNITION_IN_USE], then=existing),
                Handled(
                    errors=[names.REKOGNITION_LIMIT, names.REKOGNITION_QUOTA],
                    then=began,
                    assign={"refusal": "{% $states.errorOutput.Cause %}"},
                ),
            ],
            during="asking Rekognition to train the model",
        )
        create.next(begun)
        self.start: Final = create


def register_items(ending: Ending) -> list[dict[str, Any]]:
    """What the registry learns before a version is created, or taken up again."""
    registry = ending.registry
    return [
        # A forced retrain leaves the set's earlier verdict in place until it is accepted.
        registry.update_part(
            "set", "{% $measured.digest %}", {"version": {"S": "{% $version %}"}}, keep_existing=True
        ),
        registry.put_part(
            "pointer",
            "unfinished",
            {"version": {"S": "{% $version %}"}, "digest": {"S": "{% $measured.digest %}"}},
        ),
        registry.update_part(
            "version",
            "{% $version %}",
            {
                "digest": {"S": "{% $measured.digest %}"},
                "pictures_total": {"N": "{% $string($measured.pictures.total) %}"},
                "new_pictures": {"N": "{% $string($measured.new_pictures) %}"},
                # Per label and side, what was left out, and warnings: one JSON text, for people and for
                # the message of a run that finishes this one's work.
                "report": {"S": "{% $string($report) %}"},
                "outcome": {"S": "training"},
                "registered_at": {"S": "{% $now() %}"},
                "execution": {"S": "{% $me %}"},
            },
        ),
    ]


def register(name: str, *, ending: Ending, then: sfn.IChainable) -> sfn.TaskStateBase:
    """A task that writes those items, only while the training lock is ours."""
    task = ending.registry.transact(
        name, lock=TRAINING_LOCK, items=register_items(ending), during="registering the version"
    )
    task.next(then)
    return task

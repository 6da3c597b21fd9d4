"""The part of Training that carries out what a person decided about a version."""

from __future__ import annotations

from typing import Any, Final

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import messages, names
from pipeline_stack.workflows.approval import APPROVAL, STANDING
from pipeline_stack.workflows.calls import Handled
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.overtaken import REFUSED, MeetOvertaken
from pipeline_stack.workflows.registry_items import TRAINING_LOCK
from pipeline_stack.workflows.report import with_warnings

# A check that finds a version waiting ends within seconds; an hour of one-minute turns is patient enough.
LOCK_TURNS: Final = 60


class CarryOutDecision:
    """States from `$decision`, with the training lock held, to the deployment or to the end; enter at
    `start`.

    It is carried out only while the question still is this run's, and the version still waits for the answer.
    `held` is entered when the lock is another's: unless the question was overtaken, the run waits, and tries
    `retake` again.
    - `approved`: where the run goes on with a version that may serve.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        pipeline: str,
        ending: Ending,
        approved: sfn.IChainable,
    ) -> None:
        registry = ending.registry

        def remembered(outcome: str, reason: str) -> list[dict[str, Any]]:
            decided = {
                "outcome": {"S": outcome},
                "decided_by": {"S": "{% $decidedBy %}"},
                "decided_at": {"S": "{% $now() %}"},
                "decided_in": {"S": "{% $me %}"},
                **({"reason": {"S": f"{{% {reason} %}}"}} if reason else {}),
            }
            return [
                registry.update_part("version", "{% $version %}", decided, only_if=("outcome", STANDING)),
                registry.delete_part("pointer", APPROVAL, only_if=("execution", "{% $me %}")),
            ]

        noted = {
            "report": with_warnings("['Approved by ' & $decidedBy & ($comment = '' ? '.' : ': ' & $comment)]")
        }
        why = {
            "refused": "'rejected by ' & $decidedBy & ($comment = '' ? '' : ': ' & $comment)",
            "approval_timed_out": "'nobody approved it within 7 days'",
        }
        ends = {
            outcome: ending.outcome(
                name,
                outcome=outcome,
                subject=messages.subject(pipeline, subject),
                message=messages.message(
                    f"'The model ' & $version & ' is not deployed: ' & {why[outcome]} & '.'",
                    "$question",
                    "'It is kept, and these pictures are not trained again until they change. To deploy it "
                    'after all, start Deployment with the input {"version": "\' & $version & \'"}.\'',
                ),
                report=f"{{'reason': {why[outcome]}}}",
            )
            for name, outcome, subject in (
                ("Refused", "refused", "$version & ' was refused by a person'"),
                ("Nobody answered", "approval_timed_out", "'nobody approved ' & $version"),
            )
        }
        turns = sfn.Choice.jsonata(scope, "Waited long enough for the training lock?")
        overtaken = MeetOvertaken(
            scope,
            pipeline=pipeline,
            ending=ending,
            recorded={
                "accepted": (approved, noted),
                **{outcome: (end, None) for outcome, end in ends.items()},
            },
            stands=turns,
        )
        cancelled = [Handled(errors=[names.TRANSACTION_CANCELED], then=overtaken.look, assign=REFUSED)]
        record_approval = registry.transact(
            "Record the approval",
            lock=TRAINING_LOCK,
            items=remembered("accepted", ""),
            assign=noted,
            handled=cancelled,
            during="recording the approval",
        )
        record_approval.next(approved)
        forgotten = registry.delete_part("pointer", "unfinished", only_if=("version", "{% $version %}"))
        records = {
            outcome: registry.transact(
                name,
                lock=TRAINING_LOCK,
                items=[*remembered(outcome, why[outcome]), forgotten],
                handled=cancelled,
                during="recording the decision",
            )
            for name, outcome in (
                ("Record the refusal", "refused"),
                ("Record that nobody answered", "approval_timed_out"),
            )
        }
        for outcome, record in records.items():
            record.next(ends[outcome])
        self.start: Final = (
            sfn.Choice.jsonata(scope, "What did the person decide?")
            .when(sfn.Condition.jsonata("{% $decision = 'approve' %}"), record_approval)
            .when(sfn.Condition.jsonata("{% $decision = 'reject' %}"), records["refused"])
            .otherwise(records["approval_timed_out"])
        )
        self.retake: Final = sfn.Wait.jsonata(
            scope,
            "Wait for the training lock",
            time=sfn.WaitTime.duration(Duration.minutes(1)),
            assign={"turns": "{% $turns + 1 %}"},
        )
        locked_out = ending.failure(
            "Another training does not end",
            error=names.TRAINING_LOCKED,
            cause="'Another Training run has held the lock for an hour, ' & $holder & ', and ' & $version & "
            "' could not be dealt with as ' & $decidedBy & ' decided. The next check asks once more.'",
        )
        turns.when(sfn.Condition.jsonata(f"{{% $turns >= {LOCK_TURNS} %}}"), locked_out)
        turns.otherwise(self.retake)
        self.held: Final = overtaken.check

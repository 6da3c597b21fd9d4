"""The clock that starts Training."""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

SCHEDULED_INPUT = {"source": "schedule"}
"""The input of a scheduled Training, which lets it tell a scheduled run from one that a person started."""


class Schedule(Construct):
    """A rule that starts Training.

    It agrees with the parameters that rule it, Enable-Automatic-Training and
    Automatic-Training-Poll-Frequency, from the stack's first minute; later Settings keeps it so.
    """

    training_rule: events.Rule

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        training: sfn.IStateMachine,
        undelivered: sqs.IQueue,
        initial_parameters: Mapping[str, str],
    ) -> None:
        super().__init__(scope, construct_id)
        self.training_rule = events.Rule(
            self,
            "TrainingRule",
            description="Looks for new labelled pictures. Ruled by the parameters Enable-Automatic-Training "
            "and Automatic-Training-Poll-Frequency.",
            enabled=initial_parameters["Enable-Automatic-Training"] == "true",
            schedule=events.Schedule.expression(
                rate_expression(int(initial_parameters["Automatic-Training-Poll-Frequency"]))
            ),
            targets=[
                targets.SfnStateMachine(
                    training,
                    input=events.RuleTargetInput.from_object(SCHEDULED_INPUT),
                    # A start that could not be delivered for an hour is better left to the next turn.
                    max_event_age=Duration.hours(1),
                    dead_letter_queue=undelivered,
                )
            ],
        )


def rate_expression(minutes: int) -> str:
    """EventBridge refuses `rate(1 minutes)` (User Guide, "Rate expressions")."""
    return f"rate({minutes} {'minute' if minutes == 1 else 'minutes'})"

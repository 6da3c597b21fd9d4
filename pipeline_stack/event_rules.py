"""What starts executions that neither a person nor the clock starts: things that happened."""

from collections.abc import Sequence

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.operator_parameters import OperatorParameters
from pipeline_stack.parameter_specs import OPERATOR_PARAMETERS

ENDED_BADLY = ["FAILED", "TIMED_OUT", "ABORTED"]


class EventRules(Construct):
    """A rule that hands changed parameters to Settings, and one that hands runs that ended badly to Ended
    runs. Both hand over the whole event."""

    rules: tuple[events.Rule, ...]

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        parameters: OperatorParameters,
        settings: sfn.IStateMachine,
        watched: Sequence[sfn.IStateMachine],
        ended_runs: sfn.IStateMachine,
        undelivered: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        settings_rule = events.Rule(
            self,
            "SettingsRule",
            description="Applies an operator parameter that was changed.",
            event_pattern=events.EventPattern(
                source=["aws.ssm"],
                detail_type=["Parameter Store Change"],
                detail={
                    # The name as it was put, with its leading slash (Systems Manager User Guide, "Setting up
                    # notifications or triggering actions based on Parameter Store events").
                    "name": [f"{parameters.path}/{spec.name}" for spec in OPERATOR_PARAMETERS],
                    "operation": ["Update"],
                },
            ),
            targets=[targets.SfnStateMachine(settings, dead_letter_queue=undelivered)],
        )
        ended_runs_rule = events.Rule(
            self,
            "EndedRunsRule",
            description="Tells of runs that ended badly and told nobody: timed out, aborted, failed.",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={
                    "status": ENDED_BADLY,
                    "stateMachineArn": [machine.state_machine_arn for machine in watched],
                },
            ),
            targets=[targets.SfnStateMachine(ended_runs, dead_letter_queue=undelivered)],
        )
        self.rules = (settings_rule, ended_runs_rule)

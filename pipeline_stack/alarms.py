"""The alarms: each says in words what happened, and ends with the entry of the runbook that says what to do.

No alarm computes: CloudWatch's own metrics and those of `measure_pipeline` are compared with a number. The
end of an alarm is told only where it means that something is in order again, and not merely that it has
not happened again. (A new alarm turns OK at once, so each that tells of it sends a message with the stack's
first deployment.)
"""

from collections.abc import Mapping
from enum import StrEnum

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.functions import PipelineFunction
from pipeline_stack.notifications import Notifications
from pipeline_stack.pipeline_meter import MEASURING_INTERVAL

_QUIET = cloudwatch.TreatMissingData.NOT_BREACHING
_PERIOD = Duration.minutes(5)


class Kind(StrEnum):
    """What alarms are about. docs/runbook.md has an entry for each, under this name."""

    RUN_FAILED = "RunFailed"
    RUN_TIMED_OUT = "RunTimedOut"
    RUN_THROTTLED = "RunThrottled"
    STRAY_MODELS = "StrayModels"
    MISSED_CHECKS = "MissedChecks"
    MESSAGES_UNDELIVERED = "MessagesUndelivered"
    EVENTS_UNDELIVERED = "EventsUndelivered"
    FUNCTION_FAILED = "FunctionFailed"


class Alarms(Construct):
    """Alarms on workflows, models, checks, messages, events and functions. All go to the alarm topic."""

    alarms: list[cloudwatch.Alarm]

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        workflows: Mapping[str, sfn.IStateMachine],
        recorder: PipelineFunction,
        meter: PipelineFunction,
        notifications: Notifications,
        undelivered: sqs.IQueue,
        runbook: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self.alarms = []
        self._runbook = runbook
        self._action = actions.SnsAction(notifications.alarm_topic)
        for name, machine in workflows.items():
            self._watch_runs(name, machine)
        self._watch_models_and_checks(meter)
        self._watch_topic("runs", notifications.topic)
        self._watch_topic("alarms", notifications.alarm_topic)
        self._watch_events(undelivered)
        # The functions that no workflow calls. An error of the two others fails its run, or is cured by the
        # workflow's own retries, or is an outcome (PicturesChanged), and is told as that.
        for name, function in (("record_outcome", recorder), ("measure_pipeline", meter)):
            self._watch_function(name, function)

    def _watch_runs(self, workflow: str, machine: sfn.IStateMachine) -> None:
        """No run, no datapoint, and nothing wrong."""
        for kind, metric, words in (
            (
                Kind.RUN_FAILED,
                machine.metric_failed(period=_PERIOD),
                f"A run of {workflow} failed. Its message, and the execution in the Step Functions console, "
                "say why.",
            ),
            (
                Kind.RUN_TIMED_OUT,
                machine.metric_timed_out(period=_PERIOD),
                f"A run of {workflow} took longer than it may, and Step Functions ended it.",
            ),
            (
                Kind.RUN_THROTTLED,
                machine.metric_throttled(period=_PERIOD),
                f"Step Functions slowed a run of {workflow} down, because this account makes more state "
                "transitions in this Region than its quota allows. Nothing is lost by it.",
            ),
        ):
            self._add(kind, about=workflow, metric=metric, words=words, missing=_QUIET)

    def _watch_models_and_checks(self, meter: PipelineFunction) -> None:
        self._add(
            Kind.STRAY_MODELS,
            metric=meter.metric("StrayModels", statistic="Maximum", period=MEASURING_INTERVAL),
            words="A model runs that is not the live one, and costs money, although no deployment is at "
            "work. The log of the function measure_pipeline names it.",
            # Two turns, so that a run that was stopped has the minutes in which its successor tidies up.
            turns=2,
            # That nobody measured says nothing about the models, and MissedChecks tells of it.
            missing=cloudwatch.TreatMissingData.IGNORE,
            tells_of_its_end=True,
        )
        missed = self._add(
            Kind.MISSED_CHECKS,
            metric=meter.metric("MissedChecks", statistic="Minimum", period=MEASURING_INTERVAL),
            threshold=3,
            words="No check for new pictures has ended well for three polling periods, though automatic "
            "training is enabled; or nobody measures it any more.",
            # Turns come a little early or late, so one period may have none and the next two.
            turns=3,
            # Without data its state is INSUFFICIENT_DATA, which is told below. As breaching it would be an
            # alarm of every new stack, until the first measurement.
            missing=cloudwatch.TreatMissingData.MISSING,
            tells_of_its_end=True,
        )
        # The only alarm that would notice that measuring itself has stopped.
        missed.add_insufficient_data_action(self._action)

    def _watch_topic(self, about: str, topic: sns.ITopic) -> None:
        """SNS has datapoints when something is published. Where nothing reaches anybody, this alarm's own
        message does not either: it helps where one of several subscribers fails, and on the dashboard."""
        self._add(
            Kind.MESSAGES_UNDELIVERED,
            about=about,
            metric=topic.metric_number_of_notifications_failed(period=_PERIOD),
            words=f"SNS could not deliver a message about {about} to a subscriber.",
            missing=_QUIET,
        )

    def _watch_events(self, undelivered: sqs.IQueue) -> None:
        """A queue that holds messages counts as active and has datapoints (SQS Developer Guide, "Available
        CloudWatch metrics"); one without datapoints is empty. In alarm until the queue is emptied."""
        self._add(
            Kind.EVENTS_UNDELIVERED,
            metric=undelivered.metric_approximate_number_of_messages_visible(period=_PERIOD),
            words="EventBridge could not deliver an event to a workflow, a function or a topic, and keeps it "
            "in the queue of undelivered events.",
            missing=_QUIET,
            tells_of_its_end=True,
        )

    def _watch_function(self, package: str, function: PipelineFunction) -> None:
        """Three errors in a quarter of an hour are the three attempts that Lambda makes at an event, or
        three turns of measuring in a row; fewer have been cured. A function that is not invoked has no
        datapoints."""
        self._add(
            Kind.FUNCTION_FAILED,
            about=package,
            metric=function.function.metric_errors(period=Duration.minutes(15)),
            threshold=3,
            words=f"The function {package} keeps failing. Its log says why.",
            missing=_QUIET,
        )

    def _add(
        self,
        kind: Kind,
        *,
        metric: cloudwatch.IMetric,
        words: str,
        missing: cloudwatch.TreatMissingData,
        about: str = "",
        threshold: int = 1,
        turns: int = 1,
        tells_of_its_end: bool = False,
    ) -> cloudwatch.Alarm:
        """An alarm at `threshold` and above, in each of `turns` periods in a row. Its name is what people
        read first, in a message or a chat, so it is a name and not generated."""
        alarm = cloudwatch.Alarm(
            self,
            f"{kind}-{about}" if about else str(kind),
            alarm_name="/".join(part for part in (Stack.of(self).stack_name, kind, about) if part),
            alarm_description=f"{words} What to do: {self._runbook}#{kind.lower()}",
            metric=metric,
            threshold=threshold,
            evaluation_periods=turns,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(self._action)
        if tells_of_its_end:
            alarm.add_ok_action(self._action)
        self.alarms.append(alarm)
        return alarm

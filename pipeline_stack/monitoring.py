"""How the pipeline is seen from outside: metrics, alarms, a dashboard, and chat for who wants it."""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.alarms import Alarms
from pipeline_stack.chat import Chat
from pipeline_stack.chat_settings import ChatSettings
from pipeline_stack.dashboard import Dashboard
from pipeline_stack.notifications import Notifications
from pipeline_stack.outcome_recorder import OutcomeRecorder
from pipeline_stack.pipeline_meter import PipelineMeter
from pipeline_stack.workflows.deployment_times import DeploymentTimes
from pipeline_stack.workflows.resources import PipelineResources


class Monitoring(Construct):
    """Changes nothing of what runs: it could be taken out, and the pipeline would do the same."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        resources: PipelineResources,
        workflows: Mapping[str, sfn.StateMachine],
        training_rule: events.Rule,
        notifications: Notifications,
        undelivered: sqs.IQueue,
        usd_per_unit_hour: float,
        chat: ChatSettings | None,
    ) -> None:
        """`workflows`: all of them by their names, Training and Deployment among them."""
        super().__init__(scope, construct_id)
        recorder = OutcomeRecorder(
            self,
            "OutcomeRecorder",
            registry=resources.registry,
            undelivered=undelivered,
            log_retention=resources.log_retention,
            removal_policy=resources.removal_policy,
        ).recorder
        meter = PipelineMeter(
            self,
            "PipelineMeter",
            registry=resources.registry,
            project=resources.project,
            training=workflows["Training"],
            deployment=workflows["Deployment"],
            training_rule=training_rule,
            usd_per_unit_hour=usd_per_unit_hour,
            usual_deployment=Duration.minutes(DeploymentTimes(settings=resources.change).usual_minutes),
            undelivered=undelivered,
            log_retention=resources.log_retention,
            removal_policy=resources.removal_policy,
        ).meter
        alarms = Alarms(
            self,
            "Alarms",
            workflows=workflows,
            recorder=recorder,
            meter=meter,
            notifications=notifications,
            undelivered=undelivered,
            runbook=resources.runbook,
        ).alarms
        Dashboard(self, "Dashboard", recorder=recorder, meter=meter, alarms=alarms, runbook=resources.runbook)
        if chat is not None:
            Chat(
                self,
                "Chat",
                settings=chat,
                alarm_topic=notifications.alarm_topic,
                undelivered=undelivered,
            )

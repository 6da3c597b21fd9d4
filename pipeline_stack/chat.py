"""Alarms, outcomes and questions in a chat channel, by Amazon Q Developer in chat applications (formerly AWS
Chatbot; CloudFormation's types still bear that name)."""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_chatbot as chatbot
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from pipeline_stack.chat_settings import ChatSettings
from pipeline_stack.event_patterns import published
from pipeline_stack.workflows.approval import STANDING
from pipeline_stack.workflows.approval_event import APPROVAL_REQUESTED
from pipeline_stack.workflows.outcome_event import DETAIL_TYPES

_NOTHING_FROM_THE_CHANNEL = "arn:aws:iam::aws:policy/AWSDenyAll"
"""Guardrail: what the members of a channel may do at most. Left out, it is AdministratorAccess
(CloudFormation's reference, "GuardrailPolicies")."""


class Chat(Construct):
    """A topic for the channel, rules that bring outcomes and questions into the form that a channel shows,
    and a configuration for each channel.

    The service shows messages that it knows, such as those of alarms, and "custom notifications"; it drops
    any other text without a word, so the topic of the e-mails is of no use to it. Workspace and team have to
    be authorised in its console first, by hand: CloudFormation refuses the configuration otherwise. The role
    has no permission at all, so an alarm comes without a picture of its metric.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: ChatSettings,
        alarm_topic: sns.ITopic,
        undelivered: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        topic = sns.Topic(self, "Topic", display_name=f"{Stack.of(self).stack_name}: chat", enforce_ssl=True)
        self._tell(
            "Rule",
            description="Tells the chat channel what a run ended in.",
            # What is not worth an e-mail is not worth anybody's attention in the channel either.
            pattern=published(self, DETAIL_TYPES, operator_told=[True]),
            kind=events.EventField.from_path("$.detail.outcome"),
            topic=topic,
            undelivered=undelivered,
        )
        # A rule of its own: each question is told, and has no `operator_told` for the other one to match.
        self._tell(
            "QuestionRule",
            description="Tells the chat channel that a model waits for a person.",
            pattern=published(self, [APPROVAL_REQUESTED]),
            kind=STANDING,
            topic=topic,
            undelivered=undelivered,
        )
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("chatbot.amazonaws.com"),
            description="Permits nothing: the channel is told, and cannot ask.",
        )
        self._configure(settings, role=role, topics=[topic, alarm_topic])

    def _tell(
        self,
        construct_id: str,
        *,
        description: str,
        pattern: events.EventPattern,
        kind: str,
        topic: sns.ITopic,
        undelivered: sqs.IQueue,
    ) -> None:
        message = _custom_notification(kind)
        events.Rule(
            self,
            construct_id,
            description=description,
            event_pattern=pattern,
            targets=[targets.SnsTopic(topic, message=message, dead_letter_queue=undelivered)],
        )

    def _configure(self, settings: ChatSettings, *, role: iam.IRole, topics: Sequence[sns.ITopic]) -> None:
        name = Stack.of(self).stack_name
        arns = [topic.topic_arn for topic in topics]
        if settings.slack is not None:
            chatbot.CfnSlackChannelConfiguration(
                self,
                "Slack",
                configuration_name=f"{name}-slack",
                slack_workspace_id=settings.slack.workspace_id,
                slack_channel_id=settings.slack.channel_id,
                iam_role_arn=role.role_arn,
                guardrail_policies=[_NOTHING_FROM_THE_CHANNEL],
                sns_topic_arns=arns,
                # What could not be shown is in /aws/chatbot/<name> of us-east-1, a log group of the service.
                logging_level="ERROR",
            )
        if settings.teams is not None:
            chatbot.CfnMicrosoftTeamsChannelConfiguration(
                self,
                "Teams",
                configuration_name=f"{name}-teams",
                teams_tenant_id=settings.teams.tenant_id,
                team_id=settings.teams.team_id,
                teams_channel_id=settings.teams.channel_id,
                iam_role_arn=role.role_arn,
                guardrail_policies=[_NOTHING_FROM_THE_CHANNEL],
                sns_topic_arns=arns,
                logging_level="ERROR",
            )


def _custom_notification(kind: str) -> events.RuleTargetInput:
    """The form of a custom notification (Administrator Guide, "Custom notifications"). Each value is either
    fixed or one field of the event as it is: joined ones would not be escaped for JSON, and messages have
    several lines."""
    return events.RuleTargetInput.from_object(
        {
            "version": "1.0",
            "source": "custom",
            "id": events.EventField.event_id,
            "content": {
                "textType": "client-markdown",
                "title": events.EventField.from_path("$.detail.subject"),
                "description": events.EventField.from_path("$.detail.message"),
            },
            "metadata": {
                "summary": events.EventField.from_path("$.detail.subject"),
                "eventType": kind,
                "relatedResources": [events.EventField.from_path("$.detail.execution")],
            },
        }
    )

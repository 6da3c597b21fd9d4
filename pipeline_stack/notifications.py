"""How people are told: one topic for what runs ended in, one for alarms."""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct


class Notifications(Construct):
    """Two topics, so that a subscriber who wants to be woken by faults is not woken by good news.

    E-mail subscriptions must be confirmed by their owners; SNS sends at most 10 e-mails a second to each.
    Neither topic is encrypted with a key of its own: the messages go out by e-mail, in the clear.
    """

    topic: sns.Topic
    """Outcomes, progress and changed settings. Only identities with a grant publish."""

    alarm_topic: sns.Topic
    """State changes of CloudWatch alarms, which may publish here."""

    def __init__(self, scope: Construct, construct_id: str, *, emails: Sequence[str]) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(
            self, "Topic", display_name=f"{Stack.of(self).stack_name}: runs", enforce_ssl=True
        )
        self.alarm_topic = sns.Topic(
            self, "AlarmTopic", display_name=f"{Stack.of(self).stack_name}: alarms", enforce_ssl=True
        )
        # A topic policy (here: TLS only) replaces the default one, under which alarms of the account publish.
        self.alarm_topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsOfThisAccount",
                actions=["sns:Publish"],
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                resources=[self.alarm_topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
        for email in emails:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))
            self.alarm_topic.add_subscription(subscriptions.EmailSubscription(email))

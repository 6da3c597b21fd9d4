"""Where events go that EventBridge could not deliver to the target of a rule."""

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from pipeline_stack.accepted_findings import accept


class UndeliveredEvents(Construct):
    """One queue for the targets of all rules: a message names its rule, its target and the reason in its
    attributes (EventBridge User Guide, "Using dead-letter queues"). An alarm watches it.

    Nothing reads it by itself: whether an event that comes days late should still be delivered is for a
    person to say. Rules may send to it by the queue's own policy, which the CDK writes for each.
    """

    queue: sqs.Queue

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.queue = sqs.Queue(
            self,
            "Resource",
            # As long as SQS keeps a message.
            retention_period=Duration.days(14),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
        )
        accept(
            self.queue,
            finding="AwsSolutions-SQS3",
            reason="This is a dead-letter queue itself, of rules and not of another queue, which is what "
            "cdk-nag looks for.",
        )

"""The function that turns outcome events into metrics and a log that can be asked."""

from aws_cdk import Duration, RemovalPolicy, Size
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from pipeline_stack.event_patterns import published
from pipeline_stack.functions import PipelineFunction
from pipeline_stack.model_registry import items_of_kind
from pipeline_stack.workflows.outcome_event import DETAIL_TYPES


class OutcomeRecorder(Construct):
    """A rule on outcome events and the function that it invokes. It writes which outcomes it has counted to
    the registry, and nothing else."""

    recorder: PipelineFunction

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        registry: dynamodb.ITable,
        undelivered: sqs.IQueue,
        log_retention: logs.RetentionDays,
        removal_policy: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        self.recorder = PipelineFunction(
            self,
            "Function",
            package="record_outcome",
            description="Counts what runs end in, and the scores and hours of trainings.",
            # One write to the registry, with its retries.
            timeout=Duration.minutes(1),
            memory=Size.mebibytes(256),
            environment={"REGISTRY_TABLE_NAME": registry.table_name},
            log_retention=log_retention,
            removal_policy=removal_policy,
        )
        self.recorder.role.add_to_policy(
            iam.PolicyStatement(
                actions=["dynamodb:PutItem"],
                resources=[registry.table_arn],
                conditions=items_of_kind("counted"),
            )
        )
        events.Rule(
            self,
            "Rule",
            description="Counts what a run ended in.",
            event_pattern=published(self, DETAIL_TYPES),
            targets=[targets.LambdaFunction(self.recorder.function, dead_letter_queue=undelivered)],
        )

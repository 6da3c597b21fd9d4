"""The function that measures what no service of AWS measures by itself."""

from aws_cdk import ArnFormat, Duration, RemovalPolicy, Size, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.accepted_findings import accept_wildcard
from pipeline_stack.functions import PipelineFunction
from pipeline_stack.model_registry import items_of_kind
from pipeline_stack.project import CustomLabelsProject

MEASURING_INTERVAL = Duration.minutes(5)
"""Some 9,000 invocations a month, a few cents, and what alarms on these metrics count in."""


class PipelineMeter(Construct):
    """A rule that invokes the function every few minutes. It reads models, executions, the training rule and
    the registry, and writes what the month has used to the registry."""

    meter: PipelineFunction

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        registry: dynamodb.ITable,
        project: CustomLabelsProject,
        training: sfn.StateMachine,
        deployment: sfn.StateMachine,
        training_rule: events.Rule,
        usd_per_unit_hour: float,
        usual_deployment: Duration,
        undelivered: sqs.IQueue,
        log_retention: logs.RetentionDays,
        removal_policy: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        self.meter = PipelineFunction(
            self,
            "Function",
            package="measure_pipeline",
            description="Measures strays, missed checks, inference units and their cost.",
            # A dozen calls, each with its retries.
            timeout=Duration.minutes(2),
            memory=Size.mebibytes(256),
            environment={
                "REGISTRY_TABLE_NAME": registry.table_name,
                "PROJECT_ARN": project.project_arn,
                "TRAINING_WORKFLOW_ARN": training.state_machine_arn,
                "TRAINING_RULE_NAME": training_rule.rule_name,
                "INFERENCE_UNIT_USD_PER_HOUR": str(usd_per_unit_hour),
                "USUAL_DEPLOYMENT_MINUTES": f"{usual_deployment.to_minutes():g}",
                **({"PROJECT_IS_ADOPTED": "true"} if project.is_adopted else {}),
            },
            log_retention=log_retention,
            removal_policy=removal_policy,
            # The next turn measures anew, and a repeated one would measure nothing else.
            retry_attempts=0,
        )
        self._allow_registry(registry)
        self._allow_reading(project, training, deployment, training_rule)
        events.Rule(
            self,
            "Rule",
            description="Measures models, their cost and missed checks.",
            schedule=events.Schedule.rate(MEASURING_INTERVAL),
            targets=[
                targets.LambdaFunction(
                    self.meter.function, dead_letter_queue=undelivered, max_event_age=MEASURING_INTERVAL
                )
            ],
        )

    def _allow_registry(self, registry: dynamodb.ITable) -> None:
        for action, kinds in {
            "dynamodb:GetItem": ("lock", "pointer", "setting", "usage"),
            "dynamodb:UpdateItem": ("usage",),
        }.items():
            self.meter.role.add_to_policy(
                iam.PolicyStatement(
                    actions=[action], resources=[registry.table_arn], conditions=items_of_kind(*kinds)
                )
            )

    def _allow_reading(
        self,
        project: CustomLabelsProject,
        training: sfn.StateMachine,
        deployment: sfn.StateMachine,
        training_rule: events.Rule,
    ) -> None:
        # Only Deployment executions hold the deployment lock.
        lock_holders = Stack.of(self).format_arn(
            service="states",
            resource="execution",
            resource_name=f"{deployment.state_machine_name}:*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        for actions, resource in (
            (["rekognition:DescribeProjectVersions"], project.project_resource_arn),
            (["states:ListExecutions", "states:DescribeStateMachine"], training.state_machine_arn),
            (["states:DescribeExecution"], lock_holders),
            (["events:DescribeRule"], training_rule.rule_arn),
        ):
            self.meter.role.add_to_policy(iam.PolicyStatement(actions=actions, resources=[resource]))
        accept_wildcard(
            self.meter.role,
            project.project_resource_arn,
            reason="A project's ARN ends in the time of its creation; this holds the stack's project only.",
        )
        accept_wildcard(
            self.meter.role,
            lock_holders,
            reason="Who holds a lock is an execution whose name is not known before; it is only described.",
        )

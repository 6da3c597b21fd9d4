"""The one way in which this stack makes a Lambda function."""

from collections.abc import Mapping

from aws_cdk import Duration, RemovalPolicy, Size, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from pipeline_stack.accepted_findings import ANY_RESOURCE, accept
from pipeline_stack.bundling import asset_code


class PipelineFunction(Construct):
    """A Python function with a role, a log group and a retention of its own.

    `package` is a folder of `lambdas/` whose `handler` module has a `handler` function. The role may write
    to this log group and send traces, nothing else, until it is granted more: the managed policy
    AWSLambdaBasicExecutionRole would let it write to every log group of the account.
    """

    function: lambda_.Function
    role: iam.Role
    log_group: logs.LogGroup

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        package: str,
        description: str,
        timeout: Duration,
        memory: Size,
        environment: Mapping[str, str],
        log_retention: logs.RetentionDays,
        removal_policy: RemovalPolicy,
        retry_attempts: int | None = None,
    ) -> None:
        """`retry_attempts`: of an asynchronous invocation that failed; Lambda's own two unless given."""
        super().__init__(scope, construct_id)
        self._package = package
        self.log_group = logs.LogGroup(self, "Logs", retention=log_retention, removal_policy=removal_policy)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.log_group.grant_write(self.role)
        self.function = lambda_.Function(
            self,
            "Resource",
            code=asset_code(package),
            handler=f"{package}.handler.handler",
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.X86_64,
            description=description,
            timeout=timeout,
            memory_size=int(memory.to_mebibytes()),
            environment={
                "POWERTOOLS_SERVICE_NAME": package,
                "POWERTOOLS_METRICS_NAMESPACE": self._namespace,
                "LOG_LEVEL": "INFO",
                **environment,
            },
            tracing=lambda_.Tracing.ACTIVE,
            log_group=self.log_group,
            role=self.role,
            retry_attempts=retry_attempts,
        )
        accept(
            self.role,
            finding=ANY_RESOURCE,
            reason="xray:PutTraceSegments and xray:PutTelemetryRecords have no resource-level permissions "
            "(Service Authorization Reference, AWS X-Ray). A test holds that nothing else is on '*'.",
        )

    @property
    def _namespace(self) -> str:
        return Stack.of(self).stack_name

    def metric(
        self, name: str, *, statistic: str, period: Duration, label: str | None = None, **dimensions: str
    ) -> cloudwatch.Metric:
        """A metric that the function writes through Powertools, which puts all of them into one namespace
        and adds the dimension `service`. `dimensions`: what the function adds to that.
        """
        return cloudwatch.Metric(
            namespace=self._namespace,
            metric_name=name,
            dimensions_map={"service": self._package, **dimensions},
            statistic=statistic,
            period=period,
            label=label,
        )

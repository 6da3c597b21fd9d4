"""The function that says in words why Rekognition could not train a set of pictures."""

from aws_cdk import Duration, RemovalPolicy, Size
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from pipeline_stack.evaluation_access import allow_evaluation_files
from pipeline_stack.functions import PipelineFunction


class FailureExplainer(Construct):
    """Reads what Rekognition left under `evaluation/`, and writes its report beside it."""

    function: lambda_.Function

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: s3.IBucket,
        log_retention: logs.RetentionDays,
        removal_policy: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        function = PipelineFunction(
            self,
            "Function",
            package="explain_failure",
            description="Translates why Rekognition could not train a set of pictures.",
            # Two manifests of up to 250,000 lines, read as a stream.
            timeout=Duration.minutes(5),
            memory=Size.mebibytes(1024),
            environment={"BUCKET_NAME": bucket.bucket_name},
            log_retention=log_retention,
            removal_policy=removal_policy,
        )
        self.function = function.function
        allow_evaluation_files(
            function.role,
            bucket=bucket,
            actions=["s3:GetObject", "s3:PutObject"],
            reason="Rekognition chooses the names of the files it writes under this prefix, in folders named "
            "after versions that come and go.",
        )

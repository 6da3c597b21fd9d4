"""The function that holds what Rekognition found in training against the operator's minimum."""

from aws_cdk import Duration, RemovalPolicy, Size
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from pipeline_stack.evaluation_access import allow_evaluation_files
from pipeline_stack.functions import PipelineFunction


class EvaluationJudge(Construct):
    """Reads evaluation files and nothing else, and writes nowhere."""

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
            package="judge_evaluation",
            description="Compares a trained model's evaluation with the minimum F1 score.",
            timeout=Duration.minutes(2),
            memory=Size.mebibytes(512),
            environment={"BUCKET_NAME": bucket.bucket_name},
            log_retention=log_retention,
            removal_policy=removal_policy,
        )
        self.function = function.function
        allow_evaluation_files(
            function.role,
            bucket=bucket,
            actions=["s3:GetObject"],
            reason="Rekognition chooses the names of the files it writes under this prefix.",
        )

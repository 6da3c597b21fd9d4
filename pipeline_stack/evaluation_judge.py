"""The function that holds what Rekognition found in training against the operator's minimum."""

from typing import Final

from aws_cdk import Duration, RemovalPolicy, Size
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from pipeline_stack.functions import PipelineFunction
from pipeline_stack.training_results import TrainingResults, allow_result_files

JUDGE_TIMEOUT: Final = Duration.minutes(10)


class EvaluationJudge(Construct):
    """Reads result files and nothing else, and writes nowhere."""

    function: lambda_.Function

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        results: TrainingResults,
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
            environment={"BUCKET_NAME": results.bucket.bucket_name},
            log_retention=log_retention,
            removal_policy=removal_policy,
        )
        self.function = function.function
        allow_result_files(
            function.role,
            results=results,
            actions=["s3:GetObject"],
            reason="Rekognition chooses the names of the files it writes under this prefix.",
        )

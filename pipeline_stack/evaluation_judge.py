"""The function that judges a trained model: by its own test, and against the model that is live."""

from typing import Final

from aws_cdk import Duration, RemovalPolicy, Size
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from pipeline_stack.functions import PipelineFunction
from pipeline_stack.training_results import TrainingResults, allow_result_files

JUDGE_TIMEOUT: Final = Duration.minutes(10)


class EvaluationJudge(Construct):
    """Reads result files and nothing else, and writes its own among them."""

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
            description="Judges a trained model by its evaluation, and against the model that is live.",
            # The snapshot of 250,000 test pictures is read twice; some GB, if each names all labels.
            timeout=JUDGE_TIMEOUT,
            # For a whole CPU, which 1,769 MB buy: the comparison adds up 2,000 resamples of 500 pictures, and
            # to choose these it holds the names of all.
            memory=Size.mebibytes(1769),
            environment={"BUCKET_NAME": results.bucket.bucket_name, "RESULTS_PREFIX": results.prefix},
            log_retention=log_retention,
            removal_policy=removal_policy,
        )
        self.function = function.function
        allow_result_files(
            function.role,
            results=results,
            actions=["s3:GetObject", "s3:PutObject"],
            reason="Rekognition chooses the names of the files it writes under this prefix, and our own lie "
            "in folders named after versions that come and go.",
        )

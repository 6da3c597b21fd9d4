"""The function that says in words why Rekognition could not train a set of pictures."""

from aws_cdk import Duration, RemovalPolicy, Size
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from pipeline_stack.functions import PipelineFunction
from pipeline_stack.training_results import TrainingResults, allow_result_files


class FailureExplainer(Construct):
    """Reads what Rekognition left among the results, and writes its report beside it."""

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
            package="explain_failure",
            description="Translates why Rekognition could not train a set of pictures.",
            # Two manifests of up to 250,000 lines, read as a stream.
            timeout=Duration.minutes(5),
            memory=Size.mebibytes(1024),
            environment={"BUCKET_NAME": results.bucket.bucket_name, "RESULTS_PREFIX": results.prefix},
            log_retention=log_retention,
            removal_policy=removal_policy,
        )
        self.function = function.function
        allow_result_files(
            function.role,
            results=results,
            actions=["s3:GetObject", "s3:PutObject"],
            reason="Rekognition chooses the names of the files it writes under this prefix, in folders named "
            "after versions that come and go.",
        )

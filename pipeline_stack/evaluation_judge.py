"""The function that holds what Rekognition found in training against the operator's minimum."""

from aws_cdk import Duration, RemovalPolicy, Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from pipeline_stack.accepted_findings import accept_wildcard
from pipeline_stack.functions import PipelineFunction
from pipeline_stack.layout import EVALUATION_PREFIX


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
        # ListBucket, because S3 otherwise answers 403 and not 404 where a file is missing. It takes the key
        # asked for as the prefix then.
        function.role.add_to_policy(
            iam.PolicyStatement(
                actions=["s3:ListBucket"],
                resources=[bucket.bucket_arn],
                conditions={"StringLike": {"s3:prefix": [f"{EVALUATION_PREFIX}*"]}},
            )
        )
        function.role.add_to_policy(
            iam.PolicyStatement(
                actions=["s3:GetObject"],
                resources=[bucket.arn_for_objects(f"{EVALUATION_PREFIX}*")],
            )
        )
        accept_wildcard(
            function.role,
            bucket.arn_for_objects(f"{EVALUATION_PREFIX}*"),
            reason="Rekognition chooses the names of the files it writes under this prefix.",
        )

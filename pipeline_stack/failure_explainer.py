"""The function that says in words why Rekognition could not train a set of pictures."""

from aws_cdk import Duration, RemovalPolicy, Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from pipeline_stack.accepted_findings import accept_wildcard
from pipeline_stack.functions import PipelineFunction
from pipeline_stack.layout import EVALUATION_PREFIX


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
                actions=["s3:GetObject", "s3:PutObject"],
                resources=[bucket.arn_for_objects(f"{EVALUATION_PREFIX}*")],
            )
        )
        accept_wildcard(
            function.role,
            bucket.arn_for_objects(f"{EVALUATION_PREFIX}*"),
            reason="Rekognition chooses the names of the files it writes under this prefix, in folders named "
            "after versions that come and go.",
        )

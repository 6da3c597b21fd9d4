"""The function that says in words why Rekognition could not train a set of pictures, or not all of it."""

from aws_cdk import Duration, RemovalPolicy, Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from pipeline_stack.accepted_findings import accept_wildcard
from pipeline_stack.encryption_keys import allow_with_key
from pipeline_stack.functions import PipelineFunction
from pipeline_stack.layout import MANIFESTS_PREFIX
from pipeline_stack.project import CustomLabelsProject
from pipeline_stack.training_results import TrainingResults, allow_result_files


class FailureExplainer(Construct):
    """Reads what Rekognition left among the results and keeps in its datasets, and the manifests that these
    were made from, and writes its reports among the results."""

    function: lambda_.Function

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: s3.IBucket,
        bucket_key: kms.IKey | None,
        project: CustomLabelsProject,
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
            # To list the 250,000 entries of a large dataset takes 8 minutes, at 5 calls a second (see
            # lambdas/explain_failure/dropped.py). What a failed training left behind is read in seconds.
            timeout=Duration.minutes(15),
            # For most of a CPU: manifests are read as streams, and need some 100 MB.
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
        _allow(
            function.role,
            "s3:GetObject",
            bucket.arn_for_objects(f"{MANIFESTS_PREFIX}*"),
            reason="A set's manifests lie in a folder named by its digest, unknown before it is built.",
        )
        allow_with_key(function.role, bucket_key, "kms:Decrypt")
        _allow(
            function.role,
            "rekognition:ListDatasetEntries",
            project.dataset_resource_arn,
            reason="Datasets come and go at run time, and their ARNs end in the time of their creation. The "
            "ARN holds this stack's project only.",
        )


def _allow(role: iam.Role, action: str, arn: str, *, reason: str) -> None:
    role.add_to_policy(iam.PolicyStatement(actions=[action], resources=[arn]))
    accept_wildcard(role, arn, reason=reason)

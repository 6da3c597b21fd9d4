"""The function that judges a trained model: by its own test, and against the model that is live."""

from typing import Final

from aws_cdk import Duration, RemovalPolicy, Size, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from pipeline_stack.accepted_findings import accept_wildcard
from pipeline_stack.data_access import DataAccess
from pipeline_stack.encryption_keys import allow_with_key
from pipeline_stack.functions import PipelineFunction
from pipeline_stack.layout import DATA_SOURCES_PREFIX, IMAGES_PREFIX, MANIFESTS_PREFIX
from pipeline_stack.model_registry import items_of_kind
from pipeline_stack.training_results import TrainingResults, allow_result_files

_READ: Final = {
    MANIFESTS_PREFIX: "A set's inventory lies in a folder named by its digest, unknown before it is built.",
    **dict.fromkeys(
        (IMAGES_PREFIX, DATA_SOURCES_PREFIX),
        "Any of the pictures may be one that a model gets wrong; its report shows those.",
    ),
}
JUDGE_TIMEOUT: Final = Duration.minutes(10)


class EvaluationJudge(Construct):
    """Reads result files, and for its report pictures, the inventories of sets, and what the registry knows
    of other versions. Writes its own among the result files."""

    function: lambda_.Function

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: s3.IBucket,
        bucket_key: kms.IKey | None,
        data: DataAccess,
        registry: dynamodb.ITable,
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
            environment={
                "BUCKET_NAME": results.bucket.bucket_name,
                "RESULTS_PREFIX": results.prefix,
                "DATA_BUCKET_NAME": bucket.bucket_name,
                "REGISTRY_TABLE_NAME": registry.table_name,
                "PIPELINE": Stack.of(self).stack_name,
            },
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
        _allow_report(function.role, bucket=bucket, registry=registry)
        allow_with_key(function.role, bucket_key, "kms:Decrypt")
        data.allow_reading_pictures(function.role)


def _allow_report(role: iam.Role, *, bucket: s3.IBucket, registry: dynamodb.ITable) -> None:
    """What only the report needs: without it there would be a verdict all the same."""
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["dynamodb:GetItem", "dynamodb:Query"],
            resources=[registry.table_arn],
            conditions=items_of_kind("version"),
        )
    )
    for prefix, reason in _READ.items():
        arn = bucket.arn_for_objects(f"{prefix}*")
        role.add_to_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=[arn]))
        accept_wildcard(role, arn, reason=reason)

"""The function that turns the labelled pictures into train and test manifests."""

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

_READ = (IMAGES_PREFIX, DATA_SOURCES_PREFIX)


class ManifestBuilder(Construct):
    """Lists and reads the labelled pictures, writes manifests, and deletes those of sets that the registry
    no longer names. It can change no picture, and read nothing but those prefixes and what `data` allows."""

    function: lambda_.Function

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: s3.IBucket,
        data: DataAccess,
        bucket_key: kms.IKey | None,
        registry: dynamodb.ITable,
        log_retention: logs.RetentionDays,
        removal_policy: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        function = PipelineFunction(
            self,
            "Function",
            package="build_manifest",
            description="Lists the labelled pictures and writes the manifests that a model is trained with.",
            # A listing of 250,000 pictures is some 270 requests. Once each, the first kilobytes of a picture
            # are read before its first training, and all of one that was uploaded in parts.
            timeout=Duration.minutes(15),
            # For a whole CPU, which 1,769 MB buy. 250,000 pictures take some 350 MB (make bench).
            memory=Size.mebibytes(3008),
            environment={
                "BUCKET_NAME": bucket.bucket_name,
                "REGISTRY_TABLE_NAME": registry.table_name,
                "DATA_LOCATIONS": Stack.of(self).to_json_string(
                    [f"{bucket.bucket_name}/{prefix}" for prefix in _READ]
                    + [str(place) for place in data.places]
                ),
                **({"ETAGS_ARE_CONTENT": "false"} if bucket_key else {}),
            },
            log_retention=log_retention,
            removal_policy=removal_policy,
        )
        self.function = function.function
        for statement in _bucket_statements(bucket):
            function.role.add_to_policy(statement)
        # Decrypt also for what is uploaded in parts.
        allow_with_key(function.role, bucket_key, "kms:Decrypt", "kms:GenerateDataKey")
        registry.grant(function.role, "dynamodb:BatchGetItem")
        data.allow_reading(function.role)
        for prefix in _READ:
            accept_wildcard(
                function.role,
                bucket.arn_for_objects(f"{prefix}*"),
                reason="Operators add pictures at any time; reading all of this prefix is the purpose.",
            )
        accept_wildcard(
            function.role,
            bucket.arn_for_objects(f"{MANIFESTS_PREFIX}*"),
            reason="A set's files lie in a folder named by its digest, unknown before it is built.",
        )


def _bucket_statements(bucket: s3.IBucket) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(
            actions=["s3:ListBucket"],
            resources=[bucket.bucket_arn],
            conditions={"StringLike": {"s3:prefix": [f"{prefix}*" for prefix in (*_READ, MANIFESTS_PREFIX)]}},
        ),
        iam.PolicyStatement(
            actions=["s3:GetObject"],
            resources=[bucket.arn_for_objects(f"{prefix}*") for prefix in _READ],
        ),
        iam.PolicyStatement(
            # AbortMultipartUpload: large manifests are uploaded in parts, which a failed upload takes back.
            actions=["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
            resources=[bucket.arn_for_objects(f"{MANIFESTS_PREFIX}*")],
        ),
    ]

"""Where Rekognition writes what it found in training, and what a function may do with these files."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from pipeline_stack.accepted_findings import accept_wildcard
from pipeline_stack.encryption_keys import EncryptionKeys, allow_with_key
from pipeline_stack.layout import EVALUATION_PREFIX
from pipeline_stack.training_options import OutputBucket


@dataclass(frozen=True, kw_only=True)
class TrainingResults:
    """A place in the dataset bucket, or in a bucket that the settings name."""

    bucket: s3.IBucket
    prefix: str
    bucket_key: kms.IKey | None
    """What the bucket encrypts with by itself."""
    training_key: kms.IKey | None
    """What Rekognition encrypts its results with; without it the bucket's own encryption holds."""
    is_elsewhere: bool
    """Whether this is not the dataset bucket."""

    @property
    def objects(self) -> str:
        """The ARN of all files there."""
        return self.bucket.arn_for_objects(f"{self.prefix}*")


def training_results(
    scope: Construct, *, dataset_bucket: s3.IBucket, keys: EncryptionKeys, output: OutputBucket | None
) -> TrainingResults:
    """The place that the settings choose: `evaluation/` of the dataset bucket unless they name a bucket."""
    if output is None:
        return TrainingResults(
            bucket=dataset_bucket,
            prefix=EVALUATION_PREFIX,
            bucket_key=keys.bucket,
            training_key=keys.training,
            is_elsewhere=False,
        )
    return TrainingResults(
        bucket=s3.Bucket.from_bucket_name(scope, "OutputBucket", output.bucket),
        prefix=output.prefix,
        bucket_key=keys.output_bucket,
        training_key=keys.training,
        is_elsewhere=True,
    )


def allow_result_files(
    role: iam.Role, *, results: TrainingResults, actions: Sequence[str], reason: str
) -> None:
    """Allow these S3 actions on the result files; `reason` is why a wildcard names them."""
    # ListBucket, because S3 otherwise answers 403 and not 404 where a file is missing. It takes the key
    # asked for as the prefix then.
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["s3:ListBucket"],
            resources=[results.bucket.bucket_arn],
            conditions={"StringLike": {"s3:prefix": [f"{results.prefix}*"]}},
        )
    )
    role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[results.objects]))
    accept_wildcard(role, results.objects, reason=reason)
    for key in (results.training_key, results.bucket_key):
        allow_with_key(role, key, "kms:Decrypt")
    if "s3:PutObject" in actions:
        allow_with_key(role, results.bucket_key, "kms:GenerateDataKey")

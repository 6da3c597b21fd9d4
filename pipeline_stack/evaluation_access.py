"""What a function may do with the files that Rekognition writes."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from pipeline_stack.accepted_findings import accept_wildcard
from pipeline_stack.layout import EVALUATION_PREFIX


def allow_evaluation_files(
    role: iam.Role, *, bucket: s3.IBucket, actions: Sequence[str], reason: str
) -> None:
    """Allow these S3 actions on the objects under `evaluation/`; `reason` is why a wildcard names them."""
    objects = bucket.arn_for_objects(f"{EVALUATION_PREFIX}*")
    # ListBucket, because S3 otherwise answers 403 and not 404 where a file is missing. It takes the key
    # asked for as the prefix then.
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["s3:ListBucket"],
            resources=[bucket.bucket_arn],
            conditions={"StringLike": {"s3:prefix": [f"{EVALUATION_PREFIX}*"]}},
        )
    )
    role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[objects]))
    accept_wildcard(role, objects, reason=reason)

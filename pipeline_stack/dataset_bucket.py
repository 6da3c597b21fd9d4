"""The bucket that holds the pictures, the manifests and what Rekognition found in training."""

from typing import Final, cast

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from pipeline_stack.accepted_findings import accept
from pipeline_stack.layout import IMAGES_PREFIX

KEEP_REPLACED_OBJECTS = Duration.days(90)
"""How long a replaced or deleted picture can be had back. Current objects never expire."""

ABANDON_UPLOADS = Duration.days(7)
"""Parts of an upload that was never completed are invisible, and billed until they are aborted."""

_ENCRYPTION: Final = "s3:x-amz-server-side-encryption"
_KEY: Final = "s3:x-amz-server-side-encryption-aws-kms-key-id"
_CUSTOMER_KEY: Final = "s3:x-amz-server-side-encryption-customer-algorithm"


class DatasetBucket(Construct):
    """Versioned, encrypted with SSE-S3 or with the customer's key, reached over TLS only, closed to the
    public, without ACLs.

    The prefixes are in `layout.py`. Every object's creation and deletion is an EventBridge event.
    """

    bucket: s3.Bucket

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        removal_policy: RemovalPolicy,
        key: kms.IKey | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Resource",
            versioned=True,
            encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=key,
            # One request to KMS for many objects instead of one for each: a set may have 250,000.
            bucket_key_enabled=True if key else None,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="NoncurrentVersionsAndIncompleteUploads",
                    noncurrent_version_expiration=KEEP_REPLACED_OBJECTS,
                    abort_incomplete_multipart_upload_after=ABANDON_UPLOADS,
                )
            ],
            removal_policy=removal_policy,
        )
        self._send_events_to_eventbridge()
        if key:
            self._refuse(PicturesUnderTheBucketsKeyOnly=_names_another_than(key))
        else:
            self._keep_etags_meaningful()
        # Neither Rekognition nor the pipeline could read them.
        self._refuse(PicturesWithoutCustomerKeys={"Null": {_CUSTOMER_KEY: "false"}})
        accept(
            self.bucket,
            finding="AwsSolutions-S1",
            reason="Server access logs would need a second bucket, are delivered late and incompletely, and "
            "answer no question of this pipeline: what a model was trained on is in the inventory of its "
            "set, and what was replaced is in the object versions. Who needs to know the reader of every "
            "object turns on CloudTrail data events for this bucket, which need nothing of the stack.",
        )

    def _send_events_to_eventbridge(self) -> None:
        """By the bucket's own property. `event_bridge_enabled=True` would make the same call from a Lambda
        behind a custom resource, with rights on every bucket's notifications."""
        resource = cast(s3.CfnBucket, self.bucket.node.default_child)
        resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(
                event_bridge_enabled=True
            )
        )

    def _keep_etags_meaningful(self) -> None:
        """Refuse labelled pictures that are not encrypted with SSE-S3.

        The pipeline takes the ETag of a picture uploaded in one part for the MD5 of its content: it names
        the set and draws the test split with it. That holds under SSE-S3 only; with KMS or a customer's
        key an ETag is random, so an upload of the same picture again would look like a change and be
        trained and paid for again. (S3 API reference, Object: "ETag".) An upload that names no
        encryption gets the bucket's, which is SSE-S3. `Null: false` reads "the header is there":
        `StringNotEquals` alone is also true of a request without it.
        """
        self._refuse(
            PicturesUnderSseS3Only={
                "StringNotEquals": {_ENCRYPTION: "AES256"},
                "Null": {_ENCRYPTION: "false"},
            }
        )

    def _refuse(self, **conditions: dict[str, dict[str, str]]) -> None:
        """Deny uploads of labelled pictures that meet a condition; the keywords name the statements."""
        for sid, condition in conditions.items():
            self.bucket.add_to_resource_policy(
                iam.PolicyStatement(
                    sid=sid,
                    effect=iam.Effect.DENY,
                    principals=[iam.AnyPrincipal()],
                    actions=["s3:PutObject"],
                    resources=[self.bucket.arn_for_objects(f"{IMAGES_PREFIX}*")],
                    conditions=condition,
                )
            )


def _names_another_than(key: kms.IKey) -> dict[str, dict[str, str]]:
    """The condition of an upload that asks for another encryption than the bucket's.

    The bucket's key is there because the pictures are to be under it, and under another one the roles of the
    pipeline could not read them. An upload that names no encryption gets the bucket's. One that names
    SSE-S3, or aws:kms without a key (which is a key of AWS's), has no key header, and a negated operator
    is true of a key that is not there.
    """
    return {"StringNotEquals": {_KEY: key.key_arn}, "Null": {_ENCRYPTION: "false"}}

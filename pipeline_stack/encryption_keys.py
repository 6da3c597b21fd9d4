"""The keys that encrypt the pictures and the trainings, where the settings ask for keys of the customer's."""

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from pipeline_stack.training_options import CREATE, TrainingOptions


class EncryptionKeys(Construct):
    """Keys of the customer's, each made here or brought; None where AWS's own encryption is used.

    Roles get their rights by their own policies. The policy of a key that is made here leaves it to those, as
    the CDK's default does; the owner of a key that is brought has to do the same (docs/settings.md).
    """

    bucket: kms.IKey | None
    """Of the dataset bucket."""

    training: kms.IKey | None
    """Of Rekognition's copies of the pictures, and of the results that it writes."""

    output_bucket: kms.IKey | None
    """Of the bucket for results that the settings name."""

    def __init__(self, scope: Construct, construct_id: str, *, options: TrainingOptions) -> None:
        super().__init__(scope, construct_id)
        made = self._make() if CREATE in (options.bucket_key, options.training_key) else None

        def key(construct_id: str, setting: str | None) -> kms.IKey | None:
            if setting is None or setting == CREATE:
                return made if setting == CREATE else None
            return kms.Key.from_key_arn(self, construct_id, setting)

        self.bucket = key("Bucket", options.bucket_key)
        self.training = key("Training", options.training_key)
        self.output_bucket = key("OutputBucket", options.output_bucket_key)

    def _make(self) -> kms.Key:
        stack = Stack.of(self).stack_name
        return kms.Key(
            self,
            "Resource",
            alias=f"alias/{stack}",
            description=f"Pictures and trainings of {stack}",
            enable_key_rotation=True,
            # Whatever becomes of the stack or of the setting: what is encrypted with it, the trained models
            # among it, is lost with it.
            removal_policy=RemovalPolicy.RETAIN,
        )


def allow_with_key(role: iam.IRole, key: kms.IKey | None, *actions: str) -> None:
    """Allow a role these KMS actions on one key, in the calls that S3 makes for it; nothing without a key."""
    if key is None:
        return
    via = {"StringEquals": {"kms:ViaService": f"s3.{Stack.of(role).region}.amazonaws.com"}}
    role.add_to_principal_policy(
        iam.PolicyStatement(actions=list(actions), resources=[key.key_arn], conditions=via)
    )

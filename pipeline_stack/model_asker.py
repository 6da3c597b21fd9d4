"""The function that asks a running model for the labels of held-out pictures."""

from aws_cdk import Duration, RemovalPolicy, Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from pipeline_stack.accepted_findings import accept_wildcard
from pipeline_stack.data_access import DataAccess
from pipeline_stack.functions import PipelineFunction
from pipeline_stack.layout import DATA_SOURCES_PREFIX, IMAGES_PREFIX
from pipeline_stack.project import CustomLabelsProject
from pipeline_stack.training_results import TrainingResults, allow_result_files

TIMEOUT = Duration.minutes(15)
"""Lambda's longest. 500 pictures, the most in a sample, take some four minutes at two a second; what is left
then is asked by another invocation."""


class ModelAsker(Construct):
    """Asks models of the project, about pictures that may be wherever labelled pictures may be, and writes
    what they answer among the results. `asker.metric` gives its metrics, which are of one version each."""

    asker: PipelineFunction

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: s3.IBucket,
        bucket_key: kms.IKey | None,
        data: DataAccess,
        project: CustomLabelsProject,
        results: TrainingResults,
        log_retention: logs.RetentionDays,
        removal_policy: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        self.asker = PipelineFunction(
            self,
            "Function",
            package="ask_model",
            description="Asks a running model for the labels of held-out pictures.",
            timeout=TIMEOUT,
            # It waits for answers; more memory, and with it more of a CPU, would not make it quicker.
            memory=Size.mebibytes(512),
            environment={"BUCKET_NAME": results.bucket.bucket_name},
            log_retention=log_retention,
            removal_policy=removal_policy,
        )
        role = self.asker.role
        allow_result_files(
            role,
            results=results,
            actions=["s3:GetObject", "s3:PutObject"],
            reason="Samples and answers lie in folders named after versions that come and go.",
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["rekognition:DetectCustomLabels"], resources=[project.version_resource_arn]
            )
        )
        accept_wildcard(
            role,
            project.version_resource_arn,
            reason="Versions come and go at run time, and their ARNs end in the time of their creation. The "
            "ARN holds this stack's project only.",
        )
        # Rekognition reads a picture in S3 with the rights of who asks (Custom Labels guide, "Analyzing an
        # image with a trained model").
        for prefix in (IMAGES_PREFIX, DATA_SOURCES_PREFIX):
            pictures = bucket.arn_for_objects(f"{prefix}*")
            role.add_to_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=[pictures]))
            accept_wildcard(
                role, pictures, reason="Any labelled picture may be held out; which, a digest decides."
            )
        if bucket_key is not None:
            # Without the condition that the call comes from S3: here Rekognition has S3 read for it.
            role.add_to_policy(iam.PolicyStatement(actions=["kms:Decrypt"], resources=[bucket_key.key_arn]))
        data.allow_reading_pictures(role)

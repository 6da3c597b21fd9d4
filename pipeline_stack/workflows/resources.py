"""What the workflows work on, handed over as constructs so that grants stay next to their use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns

from pipeline_stack.data_access import DataAccess
from pipeline_stack.model_settings import ModelSettings
from pipeline_stack.operator_parameters import OperatorParameters
from pipeline_stack.project import CustomLabelsProject
from pipeline_stack.training_results import TrainingResults


@dataclass(frozen=True, kw_only=True)
class PipelineResources:
    """The stack's resources that a workflow reads or changes."""

    bucket: s3.IBucket
    parameters: OperatorParameters
    project: CustomLabelsProject
    registry: dynamodb.ITable
    topic: sns.ITopic
    build_manifest: lambda_.IFunction
    judge_evaluation: lambda_.IFunction
    explain_failure: lambda_.IFunction
    ask_model: lambda_.IFunction
    log_retention: logs.RetentionDays
    removal_policy: RemovalPolicy
    quarantine: bool
    """Whether bad pictures are left out of a set instead of keeping it from being trained."""
    data: DataAccess
    runbook: str
    """Where docs/runbook.md is read: an URL, or the path in this repository."""
    results: TrainingResults
    bucket_key: kms.IKey | None
    """What the bucket is encrypted with; None with S3's own key."""
    tags: Mapping[str, str]
    """Of what the workflows make in Rekognition. CloudFormation tags what is in the stack."""
    version_description: str | None
    """Of each version that is trained; None for one that says what it was trained on."""
    change: ModelSettings
    """How one model takes another's place, and which are kept."""
    usd_per_unit_hour: float
    """What an inference unit costs an hour, for estimates."""

"""Error names that our state machines raise or match, in one place so that a typo cannot hide.

AWS SDK integrations name an error `<Service>.<Error>`, with `Exception` appended where the service's
own name lacks it (Step Functions Developer Guide, "AWS SDK service integrations").
"""

from __future__ import annotations

from typing import Final

REKOGNITION_IN_USE: Final = "Rekognition.ResourceInUseException"
REKOGNITION_EXISTS: Final = "Rekognition.ResourceAlreadyExistsException"
REKOGNITION_NOT_FOUND: Final = "Rekognition.ResourceNotFoundException"
REKOGNITION_LIMIT: Final = "Rekognition.LimitExceededException"
REKOGNITION_QUOTA: Final = "Rekognition.ServiceQuotaExceededException"

# The optimised DynamoDB integration and the SDK one write the service's name differently.
CONDITION_FAILED: Final = (
    "DynamoDB.ConditionalCheckFailedException",
    "DynamoDb.ConditionalCheckFailedException",
)
TRANSACTION_CANCELED: Final = "DynamoDb.TransactionCanceledException"
EXECUTION_GONE: Final = ("Sfn.ExecutionDoesNotExistException", "StepFunctions.ExecutionDoesNotExistException")
EXECUTION_EXISTS: Final = "Sfn.ExecutionAlreadyExistsException"
PARAMETER_GONE: Final = ("Ssm.ParameterNotFoundException",)
PARAMETER_VERSION_GONE: Final = ("Ssm.ParameterVersionNotFoundException",)

# Raised by lambdas/*/errors.py, all but StorageUnavailable, which another attempt may cure. A test holds
# the lists together.
PICTURES_CHANGED: Final = "PicturesChanged"
PERMANENT_FUNCTION_ERRORS: Final = (
    PICTURES_CHANGED,
    "RequestInvalid",
    "DataSourceInvalid",
    "DatasetUnreadable",
    "LabelFileUnreadable",
    "SettingsMissing",
    "StorageDenied",
    "StorageRefused",
    "ImageUnreadable",
    "EvaluationMissing",
    "EvaluationUnreadable",
    "SampleMissing",
    "SampleUnreadable",
)

# Errors of our own: what an operator reads on a red execution. docs/runbook.md has an entry for each.
INVALID_INPUT: Final = "InvalidInput"
INVALID_PARAMETERS: Final = "InvalidParameters"
WORDED_BY_CAUSE: Final = (
    INVALID_PARAMETERS,
    "DataSourceInvalid",
    "DatasetUnreadable",
    "LabelFileUnreadable",
)
"""Errors of which another cause is news: who mended the first and made another must hear of it."""
PROJECT_MISSING: Final = "ProjectMissing"
DATASET_DEADLINE: Final = "DatasetDeadlineExceeded"
DATASET_FAILED: Final = "DatasetFailed"
FOREIGN_DATASETS: Final = "ForeignDatasets"
TRAINING_FAILED: Final = "TrainingFailed"
TRAINING_LOCKED: Final = "TrainingLocked"
TRAINING_DEADLINE: Final = "TrainingDeadlineExceeded"
VERSION_MISSING: Final = "VersionMissing"
VERSION_NOT_DELETED: Final = "VersionNotDeleted"
DEPLOYMENT_FAILED: Final = "DeploymentFailed"
DEPLOYMENT_LOCKED: Final = "DeploymentLocked"
VERSION_NOT_DEPLOYABLE: Final = "VersionNotDeployable"
MODEL_START_FAILED: Final = "ModelStartFailed"
MODEL_START_DEADLINE: Final = "ModelStartDeadlineExceeded"
SMOKE_TEST_FAILED: Final = "SmokeTestFailed"
CANARIES_FAILED: Final = "CanariesFailed"
DEPLOYMENT_GIVEN_UP: Final = "DeploymentGivenUp"
SETTINGS_LOCKED: Final = "SettingsLocked"
MESSAGE_NOT_SENT: Final = "MessageNotSent"

# ruff: noqa: N818 - the workflows match on these names, and operators read them: they say what
# happened, so the suffix "Error" would add nothing.
"""Everything that `explain_failure` raises on purpose.

Lambda reports the class name as the error name: renaming a class here is a change of interface. No
imports, so that the workflow's definition may take the names from here.

    ExplainFailureError
    ├── RequestInvalid        the event is not what the workflow sends
    ├── SettingsMissing       the function's environment is incomplete
    ├── StorageDenied         S3 or Rekognition refused for want of a permission
    ├── StorageUnavailable    throttled, timed out or failed on AWS's side: try again
    └── StorageRefused        any other refusal: a missing bucket, a bad request
"""


class ExplainFailureError(Exception):
    """Base of all."""


class RequestInvalid(ExplainFailureError):
    """The event is not a request that this function understands."""


class SettingsMissing(ExplainFailureError):
    """The stack did not give the function its environment variables."""


class StorageDenied(ExplainFailureError):
    """AWS denied access; trying again cannot help before somebody grants it."""


class StorageUnavailable(ExplainFailureError):
    """AWS could not serve the call now; trying again can help."""


class StorageRefused(ExplainFailureError):
    """AWS refused the call for another reason, which trying again does not change."""

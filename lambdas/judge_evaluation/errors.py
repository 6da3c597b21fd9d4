# ruff: noqa: N818 - the workflows match on these names, and operators read them: they say what
# happened, so the suffix "Error" would add nothing.
"""Everything that `judge_evaluation` raises on purpose.

Lambda reports the class name as the error name, on which the Training workflow's Retry and Catch
match: renaming a class here is a change of interface. No imports, so that the workflow's
definition may take the names from here.

    JudgeEvaluationError
    ├── RequestInvalid        the event is not what the workflow sends
    ├── SettingsMissing       the function was deployed without its environment variables
    ├── EvaluationMissing     the version has no F1, or a file of its evaluation is not there
    ├── EvaluationUnreadable  there is one, but it is not an evaluation
    ├── StorageDenied         S3 refused for want of a permission
    ├── StorageUnavailable    throttled, timed out or failed on AWS's side: try again
    └── StorageRefused        any other refusal: a missing bucket, a bad request
"""


class JudgeEvaluationError(Exception):
    """Base of all."""


class RequestInvalid(JudgeEvaluationError):
    """The event is not a request that this function understands."""


class SettingsMissing(JudgeEvaluationError):
    """An environment variable is absent or blank."""


class EvaluationMissing(JudgeEvaluationError):
    """There is no evaluation of this version, or not all of it, so nothing can be said about it."""


class EvaluationUnreadable(JudgeEvaluationError):
    """The evaluation is there, but does not have the form that Rekognition documents."""


class StorageDenied(JudgeEvaluationError):
    """AWS denied access; trying again cannot help before somebody grants it."""


class StorageUnavailable(JudgeEvaluationError):
    """AWS could not serve the call now; trying again can help."""


class StorageRefused(JudgeEvaluationError):
    """AWS refused the call for another reason, which trying again does not change."""

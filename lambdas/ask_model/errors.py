# ruff: noqa: N818 - the workflows match on these names, and operators read them: they say what
# happened, so the suffix "Error" would add nothing.
"""Everything that `ask_model` raises on purpose.

Lambda reports the class name as the error name, on which the workflows' Retry and Catch match: renaming a
class here is a change of interface. No imports, so that the workflows' definitions may take the names from
here. What one picture or one answer lacks is no error of the run: see `model.py`.

    AskModelError
    ├── RequestInvalid       the event is not what the workflows send
    ├── SampleMissing        there is no sample of held-out pictures for this version
    ├── SampleUnreadable     there is one, but not in the form that judge_evaluation writes
    ├── StorageDenied        AWS refused for want of a permission
    ├── StorageUnavailable   throttled, timed out or failed on AWS's side: try again
    └── StorageRefused       any other refusal: a missing bucket, a bad request
"""


class AskModelError(Exception):
    """Base of all."""


class RequestInvalid(AskModelError):
    """The event is not a request that this function understands."""


class SampleMissing(AskModelError):
    """No held-out pictures were sampled for the version: it was trained by hand, or by an older release."""


class SampleUnreadable(AskModelError):
    """The sample is there, but does not have the documented form."""


class StorageDenied(AskModelError):
    """AWS denied access; trying again cannot help before somebody grants it."""


class StorageUnavailable(AskModelError):
    """AWS could not serve the call now; trying again can help."""


class StorageRefused(AskModelError):
    """AWS refused the call for another reason, which trying again does not change."""

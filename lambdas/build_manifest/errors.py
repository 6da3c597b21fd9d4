# ruff: noqa: N818 - the workflows match on these names, and operators read them: they say what
# happened, so the suffix "Error" would add nothing.
"""Everything that `build_manifest` raises on purpose.

Lambda reports the class name as the error name, on which the Training workflow's Retry and Catch
match: renaming a class here is a change of interface. No imports, so that the workflow's
definition may take the names from here.

    BuildManifestError
    ├── RequestInvalid       the event is not what the workflow sends
    ├── DataSourceInvalid    the source of labels is none, or is somewhere that may not be read
    ├── DatasetUnreadable    a dataset to copy from does not exist, or is being changed
    ├── LabelFileUnreadable  a file of labels cannot be used as a whole; single bad lines never raise
    ├── SettingsMissing      an environment variable of the function is missing
    ├── PicturesChanged      somebody changed the pictures while they were being read: start over
    ├── ImageUnreadable      one picture cannot be read at all
    ├── StorageDenied        S3 or DynamoDB refused for want of a permission
    ├── StorageUnavailable   throttled, timed out or failed on AWS's side: try again
    └── StorageRefused       any other refusal: a missing bucket or table, a bad request
"""


class BuildManifestError(Exception):
    """Base of all."""


class RequestInvalid(BuildManifestError):
    """The event is not a request that this function understands."""


class DataSourceInvalid(BuildManifestError):
    """The source of the labelled pictures is not one of those that are allowed."""


class DatasetUnreadable(BuildManifestError):
    """A dataset that is to be copied from is not there, or not in a state in which it can be read."""


class LabelFileUnreadable(BuildManifestError):
    """The file is not there, empty, not UTF-8, of no known format, or too large to be read."""

    def __init__(self, source: str, *, found: str, allowed: str, fix: str) -> None:
        super().__init__(f"{source}: {found}. Allowed: {allowed}. {fix}")
        self.source = source
        self.found = found


class SettingsMissing(BuildManifestError):
    """The function was deployed without a setting that it needs."""


class PicturesChanged(BuildManifestError):
    """The pictures are no longer those that were measured; measure again."""


class ImageUnreadable(BuildManifestError):
    """A picture that is part of the set cannot be read, for instance because it is archived."""


class StorageDenied(BuildManifestError):
    """AWS denied access; trying again cannot help before somebody grants it."""


class StorageUnavailable(BuildManifestError):
    """AWS could not serve the call now; trying again can help."""


class StorageRefused(BuildManifestError):
    """AWS refused the call for another reason, which trying again does not change."""

# ruff: noqa: N818 - the workflows match on these names, and operators read them: they say what
# happened, so the suffix "Error" would add nothing.
"""Everything that `build_manifest` raises on purpose.

Lambda reports the class name as the error name, on which the Training workflow's Retry and Catch
match: renaming a class here is a change of interface. No imports, so that the workflow's
definition may take the names from here.

    BuildManifestError
    ├── RequestInvalid       the event is not what the workflow sends
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

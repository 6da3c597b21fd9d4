# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
"""What is raised when a file of labels as a whole cannot be used. Single bad lines never raise."""

from ..errors import BuildManifestError


class LabelFileUnreadable(BuildManifestError):  # noqa: N818 - as in the other errors.py
    """The file is empty, not UTF-8, of no known format, or too large to be read."""

    def __init__(self, source: str, *, found: str, allowed: str, fix: str) -> None:
        super().__init__(f"{source}: {found}. Allowed: {allowed}. {fix}")
        self.source = source

"""The function's settings, read from its environment in one place."""

from collections.abc import Mapping
from dataclasses import dataclass

from .errors import SettingsMissing


@dataclass(frozen=True, kw_only=True)
class Settings:
    bucket: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings.

        Raises:
            SettingsMissing: the variable is absent or blank.
        """
        bucket = environment.get("BUCKET_NAME", "").strip()
        if not bucket:
            raise SettingsMissing(
                "The function explain_failure lacks the environment variable BUCKET_NAME (the name of the "
                "dataset bucket). The stack sets it: deploy it again, and undo changes made to the function "
                "by hand."
            )
        return cls(bucket=bucket)

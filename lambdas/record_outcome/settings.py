"""The function's settings, read from its environment in one place."""

from collections.abc import Mapping
from dataclasses import dataclass

from .errors import SettingsMissing


@dataclass(frozen=True, kw_only=True)
class Settings:
    registry_table: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings.

        Raises:
            SettingsMissing: the variable is absent or blank.
        """
        table = environment.get("REGISTRY_TABLE_NAME", "").strip()
        if not table:
            raise SettingsMissing(
                "The function record_outcome lacks the environment variable REGISTRY_TABLE_NAME (the name of "
                "the model registry's table). The stack sets it: deploy it again, and undo changes made to "
                "the function by hand."
            )
        return cls(registry_table=table)

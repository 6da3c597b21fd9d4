"""The function's settings, read from its environment in one place."""

from collections.abc import Mapping
from dataclasses import dataclass

from .errors import SettingsMissing

_VARIABLES = {
    "BUCKET_NAME": "the name of the bucket for results",
    "RESULTS_PREFIX": "the prefix of the results in it",
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    bucket: str
    prefix: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings.

        Raises:
            SettingsMissing: a variable is absent or blank; the message names all of them.
        """
        missing = [name for name in _VARIABLES if not environment.get(name, "").strip()]
        if missing:
            expected = "; ".join(f"{name} ({_VARIABLES[name]})" for name in missing)
            raise SettingsMissing(
                f"The function judge_evaluation lacks environment variables: {expected}. "
                "The stack sets them: deploy it again, and undo changes made to the function by hand."
            )
        return cls(bucket=environment["BUCKET_NAME"], prefix=environment["RESULTS_PREFIX"])

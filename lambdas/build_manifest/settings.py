"""The function's settings, read from its environment in one place."""

from collections.abc import Mapping
from dataclasses import dataclass

from .errors import SettingsMissing

_VARIABLES = {
    "BUCKET_NAME": "the name of the dataset bucket",
    "DATA_LOCATIONS": "where files of labels and their pictures may be, a JSON list of bucket/prefix",
    "REGISTRY_TABLE_NAME": "the name of the model registry's table",
    "AWS_REGION": "the Region, which Lambda sets by itself",
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    bucket: str
    data_locations: str
    registry_table: str
    region: str
    etags_are_content: bool
    """Not in a bucket that is encrypted with KMS."""

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
                f"The function build_manifest lacks environment variables: {expected}. "
                "The stack sets them: deploy it again, and undo changes made to the function by hand."
            )
        return cls(
            bucket=environment["BUCKET_NAME"],
            data_locations=environment["DATA_LOCATIONS"],
            registry_table=environment["REGISTRY_TABLE_NAME"],
            region=environment["AWS_REGION"],
            etags_are_content=environment.get("ETAGS_ARE_CONTENT") != "false",
        )

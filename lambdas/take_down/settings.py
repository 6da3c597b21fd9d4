"""The function's settings, read from its environment in one place."""

from collections.abc import Mapping
from dataclasses import dataclass

from .errors import SettingsMissing

_VARIABLES = {
    "PROJECT_NAME": "the name of the Rekognition project",
    "RULE_NAMES": "the rules that start workflows, with commas",
    "WORKFLOW_ARNS": "the ARNs of the workflows, with commas",
    "GIVE_UP_AFTER_MINUTES": "how long CloudFormation can wait, a number",
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    project_name: str
    rules: tuple[str, ...]
    workflows: tuple[str, ...]
    seconds: float
    """How long a deletion may take, before it is better to say what is in the way."""
    keeps_contents: bool
    """Whether versions and datasets stay in Rekognition."""
    registry_table: str | None
    """Of a pipeline in an adopted project: where it wrote down what it made."""

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
                f"The function take_down lacks environment variables: {expected}. The stack sets them: undo "
                "changes made to the function by hand, then delete the stack again."
            )
        return cls(
            project_name=environment["PROJECT_NAME"],
            rules=tuple(environment["RULE_NAMES"].split(",")),
            workflows=tuple(environment["WORKFLOW_ARNS"].split(",")),
            seconds=float(environment["GIVE_UP_AFTER_MINUTES"]) * 60,
            keeps_contents=environment.get("KEEPS_CONTENTS") == "true",
            registry_table=environment.get("REGISTRY_TABLE_NAME") or None,
        )

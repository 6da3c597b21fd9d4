"""The function's settings, read from its environment in one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from .errors import SettingsMissing

_VARIABLES = {
    "REGISTRY_TABLE_NAME": "the name of the model registry's table",
    "PROJECT_ARN": "the ARN of the Rekognition project",
    "TRAINING_WORKFLOW_ARN": "the ARN of the workflow Training",
    "TRAINING_RULE_NAME": "the name of the rule that starts Training",
    "INFERENCE_UNIT_USD_PER_HOUR": "the price of an inference unit, a number",
    "USUAL_DEPLOYMENT_MINUTES": "what a deployment stays below that does what it should, a number",
}

_NUMBERS = ("INFERENCE_UNIT_USD_PER_HOUR", "USUAL_DEPLOYMENT_MINUTES")


@dataclass(frozen=True, kw_only=True)
class Settings:
    registry_table: str
    project_arn: str
    training_workflow_arn: str
    training_rule_name: str
    usd_per_unit_hour: float
    usual_deployment: timedelta
    project_is_adopted: bool
    """Whether people made the project, and not the stack."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings.

        Raises:
            SettingsMissing: a variable is absent or blank, or no number where it has to be one; the
                message names all of them.
        """
        numbers = {name: _number(environment.get(name, "")) for name in _NUMBERS}
        missing = [
            name
            for name in _VARIABLES
            if not environment.get(name, "").strip() or numbers.get(name, 0) is None
        ]
        price, minutes = (numbers[name] for name in _NUMBERS)
        if missing or price is None or minutes is None:
            expected = "; ".join(f"{name} ({_VARIABLES[name]})" for name in missing)
            raise SettingsMissing(
                f"The function measure_pipeline lacks environment variables: {expected}. "
                "The stack sets them: deploy it again, and undo changes made to the function by hand."
            )
        return cls(
            registry_table=environment["REGISTRY_TABLE_NAME"],
            project_arn=environment["PROJECT_ARN"],
            training_workflow_arn=environment["TRAINING_WORKFLOW_ARN"],
            training_rule_name=environment["TRAINING_RULE_NAME"],
            usd_per_unit_hour=price,
            usual_deployment=timedelta(minutes=minutes),
            project_is_adopted=environment.get("PROJECT_IS_ADOPTED") == "true",
        )


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None

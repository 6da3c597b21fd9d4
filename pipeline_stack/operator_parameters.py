"""The parameters that an operator sets while the pipeline runs, in Systems Manager Parameter Store.

The values in the template are initial values: CloudFormation writes a parameter again, initial value and
all, only when something of its definition or the stack's tags change. `tools/keeping_deployment.py` puts
back what operators have typed.
"""

from collections.abc import Mapping

from aws_cdk import aws_ssm as ssm
from constructs import Construct

from pipeline_stack.parameter_specs import OPERATOR_PARAMETERS

SYSTEM_PARAMETER = "For-System-Use-Only"
"""Where the pipeline tells people what it serves. Nothing reads it: the registry is the truth."""

SYSTEM_PARAMETER_INITIAL_VALUE = '{"previous_trained_images": 0, "live_model": null}'

SYSTEM_PARAMETER_PATTERN = r"^\{[^{}]([^{}]|\{[^{}]*\}[^{}])*\}$"
"""One JSON object, with objects in it at most one deep, and never two braces in a row: Parameter Store
refuses values that hold `{{` or `}}`, which it keeps for references to other parameters. So a member that
is an object must not come last, or a blank must follow it."""


class OperatorParameters(Construct):
    """The parameters of operators under `path`, and the one that the pipeline writes for people to read.

    Their names carry the stack's name because operators type them; everything else is generated.
    """

    path: str
    """Without a trailing slash: `/TrainingPipeline-dev`."""

    parameters: dict[str, ssm.StringParameter]
    """By the last part of the name, such as `Minimum-F1-Score`."""

    system: ssm.StringParameter

    def __init__(
        self, scope: Construct, construct_id: str, *, path: str, initial_values: Mapping[str, str]
    ) -> None:
        super().__init__(scope, construct_id)
        self.path = path
        self.parameters = {
            spec.name: ssm.StringParameter(
                self,
                spec.name,
                parameter_name=f"{path}/{spec.name}",
                description=spec.description,
                allowed_pattern=spec.pattern,
                string_value=initial_values.get(spec.name, spec.default),
            )
            for spec in OPERATOR_PARAMETERS
        }
        self.system = ssm.StringParameter(
            self,
            SYSTEM_PARAMETER,
            parameter_name=f"{path}/{SYSTEM_PARAMETER}",
            description="Written by the pipeline for people to read: the live model and how many pictures "
            "it was trained on. Changing it changes nothing.",
            allowed_pattern=SYSTEM_PARAMETER_PATTERN,
            string_value=SYSTEM_PARAMETER_INITIAL_VALUE,
        )

"""Asking Rekognition to run a version, with room to scale where the operator gives it some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.project import CustomLabelsProject
from pipeline_stack.workflows.calls import Calls, Handled, unless_redriven
from pipeline_stack.workflows.operator_settings import number_of

UNITS: Final = {
    "units": f"{{% {number_of('Minimum-Inference-Units')} %}}",
    "maximum": f"{{% {number_of('Maximum-Inference-Units')} %}}",
}
"""What to ask for, from the operator's parameters."""

# Without MaxInferenceUnits Rekognition does not scale a model (API reference, StartProjectVersion); what it
# makes of a maximum that is the minimum is not said, so none is given then.
SCALES: Final = "$maximum > $units"
WANTED_MAXIMUM: Final = f"({SCALES} ? $maximum : 0)"


def start_model(
    scope: Construct,
    name: str,
    *,
    calls: Calls,
    project: CustomLabelsProject,
    arn: str,
    assign: Mapping[str, Any],
    handled: Sequence[Handled],
    during: str,
    then: sfn.IChainable,
) -> sfn.Choice:
    """States that start the version `arn`, an expression, with `$units`, and up to `$maximum` of them when it
    is busy; on to `then`.

    Two tasks, because an argument cannot be left out of one.
    """

    def task(task_name: str, more: Mapping[str, str]) -> sfn.TaskStateBase:
        start = calls.rekognition(
            task_name,
            action="startProjectVersion",
            resources=[project.version_resource_arn],
            parameters={
                "ProjectVersionArn": unless_redriven(arn),
                "MinInferenceUnits": "{% $units %}",
                **more,
            },
            assign=assign,
            handled=list(handled),
            during=during,
        )
        start.next(then)
        return start

    plain = task(name, {})
    scaling = task(f"{name}, which may scale", {"MaxInferenceUnits": "{% $maximum %}"})
    return (
        sfn.Choice.jsonata(scope, f"{name} with room to scale?")
        .when(sfn.Condition.jsonata(f"{{% {SCALES} %}}"), scaling)
        .otherwise(plain)
    )

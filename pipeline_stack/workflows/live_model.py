"""The live pointer, and what people read of it in `For-System-Use-Only`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from pipeline_stack.operator_parameters import OperatorParameters
from pipeline_stack.workflows import names
from pipeline_stack.workflows.calls import Calls, Handled, unless_redriven
from pipeline_stack.workflows.registry import Registry

# The pointer's item as a plain object; fields that are not there are left out.
POINTER: Final = (
    "{% $exists($states.result.Item) ? {"
    "'version': $states.result.Item.version.S, "
    "'pictures': $number($states.result.Item.pictures.N), "
    "'f1': $number($states.result.Item.f1.N), "
    "'deployed_at': $states.result.Item.deployed_at.S, "
    "'previous': $states.result.Item.previous.S"
    "} : {'version': ''} %}"
)

# The inference units that the live model had before a restart that is under way, else 0.
RESTARTING: Final = (
    "{% $exists($states.result.Item.restarting) ? $number($states.result.Item.restarting.N) : 0 %}"
)

# Before the pointer was read.
UNREAD: Final = {"version": "?"}

# What a failed run says of the model that serves.
WHAT_IS_LIVE: Final = (
    "($live.version = '?' ? 'Nothing was changed.' : $live.version = '' ? 'No model is live.' "
    ": 'The live model is ' & $live.version & '.')"
)

# What the parameter should say. `previous_trained_images` stands last so that the text never holds two
# closing braces in a row, which Parameter Store may take for a reference.
SYSTEM_VALUE: Final = (
    "$string({'live_model': $live.version = '' ? null : $live, "
    "'previous_trained_images': $exists($live.pictures) ? $live.pictures : 0})"
)


def read_live_pointer(
    name: str,
    *,
    registry: Registry,
    then: sfn.IChainable,
    assign: Mapping[str, Any] | None = None,
    tolerated: sfn.IChainable | None = None,
) -> tasks.DynamoGetItem:
    """A task that fills `live` and `formerUnits` from the pointer, read consistently; goes on to `then`."""
    task = registry.get(
        name,
        kind="pointer",
        item="live",
        assign={"live": POINTER, "formerUnits": RESTARTING, **(assign or {})},
        during="reading the live pointer",
        tolerated=tolerated,
    )
    task.next(then)
    return task


class WriteSystemParameter:
    """States that make `For-System-Use-Only` say what the registry says; enter at `start`.

    It is read first and written only where it differs: each write is a change event and a version.
    """

    def __init__(
        self, scope: Construct, *, calls: Calls, parameters: OperatorParameters, then: sfn.IChainable
    ) -> None:
        parameter = parameters.system
        arn = parameter.parameter_arn
        name = f"{parameters.path}/For-System-Use-Only"
        write = calls.aws(
            "Write For-System-Use-Only",
            service="ssm",
            action="putParameter",
            prefix="Ssm",
            resources=[arn],
            parameters={
                "Name": name,
                "Value": unless_redriven(SYSTEM_VALUE),
                "Type": "String",
                "Overwrite": True,
            },
            during="writing For-System-Use-Only",
        )
        write.next(then)
        differs = (
            sfn.Choice.jsonata(scope, "Is For-System-Use-Only out of date?")
            .when(sfn.Condition.jsonata("{% $systemValue != " + SYSTEM_VALUE + " %}"), write)
            .otherwise(then)
        )
        read = calls.aws(
            "Read For-System-Use-Only",
            service="ssm",
            action="getParameter",
            prefix="Ssm",
            resources=[arn],
            parameters={"Name": name},
            assign={"systemValue": "{% $states.result.Parameter.Value %}"},
            handled=[Handled(errors=names.PARAMETER_GONE, then=write)],
            during="reading For-System-Use-Only",
        )
        read.next(differs)
        self.start: Final = read

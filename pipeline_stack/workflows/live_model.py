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


def pointer_of(item: str) -> str:
    """An expression: the pointer's `item`, another, as a plain object without what is not there."""
    return (
        f"{{'version': {item}.version.S, 'pictures': $number({item}.pictures.N), 'f1': $number({item}.f1.N), "
        f"'deployed_at': {item}.deployed_at.S, 'previous': {item}.previous.S}}"
    )


POINTER: Final = (
    f"{{% $exists($states.result.Item) ? {pointer_of('$states.result.Item')} : {{'version': ''}} %}}"
)

# The inference units that the live model had before a restart that is under way, else 0.
RESTARTING: Final = (
    "{% $exists($states.result.Item.restarting) ? $number($states.result.Item.restarting.N) : 0 %}"
)

# Whether a way back to the former model was begun and not finished; see `way_back`.
GOING_BACK: Final = (
    "{% $exists($states.result.Item.going_back) ? $states.result.Item.going_back.S != '' : false %}"
)

# Before the pointer was read.
UNREAD: Final = {"version": "?"}

# What a failed run says of the model that serves.
WHAT_IS_LIVE: Final = (
    "($live.version = '?' ? 'Nothing was changed.' : $live.version = '' ? 'No model is live.' "
    ": 'The live model is ' & $live.version & '.')"
)

SYSTEM: Final = "For-System-Use-Only"
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
    """A task that fills `live`, `formerUnits` and `goingBack` from the pointer, read consistently; goes on to
    `then`."""
    task = registry.get(
        name,
        kind="pointer",
        item="live",
        assign={"live": POINTER, "formerUnits": RESTARTING, "goingBack": GOING_BACK, **(assign or {})},
        during="reading the live pointer",
        tolerated=tolerated,
    )
    task.next(then)
    return task


def write_system_parameter(
    name: str,
    *,
    calls: Calls,
    parameters: OperatorParameters,
    then: sfn.IChainable,
    tolerated: sfn.IChainable | None = None,
) -> sfn.TaskStateBase:
    """A task that makes `For-System-Use-Only` say what `$live` says; on to `then`.

    Callers find the live model by it: it is written before a model that they may still be sent to is stopped.
    """
    task = calls.aws(
        name,
        service="ssm",
        action="putParameter",
        prefix="Ssm",
        resources=[parameters.system.parameter_arn],
        parameters={
            "Name": f"{parameters.path}/{SYSTEM}",
            "Value": unless_redriven(SYSTEM_VALUE),
            "Type": "String",
            "Overwrite": True,
        },
        during=f"writing {SYSTEM}",
        tolerated=tolerated,
    )
    task.next(then)
    return task


def tell_callers(
    name: str, *, calls: Calls, parameters: OperatorParameters, then: sfn.IChainable
) -> sfn.TaskStateBase:
    """The same right after the pointer moved. Should it fail, the end of the run tries once more, and says
    so."""
    return write_system_parameter(name, calls=calls, parameters=parameters, then=then, tolerated=then)


class WriteSystemParameter:
    """States that make `For-System-Use-Only` say what the registry says; enter at `start`.

    It is read first and written only where it differs: each write is a change event and a version.
    """

    def __init__(
        self, scope: Construct, *, calls: Calls, parameters: OperatorParameters, then: sfn.IChainable
    ) -> None:
        write = write_system_parameter(f"Write {SYSTEM}", calls=calls, parameters=parameters, then=then)
        differs = (
            sfn.Choice.jsonata(scope, "Is For-System-Use-Only out of date?")
            .when(sfn.Condition.jsonata("{% $systemValue != " + SYSTEM_VALUE + " %}"), write)
            .otherwise(then)
        )
        read = calls.aws(
            f"Read {SYSTEM}",
            service="ssm",
            action="getParameter",
            prefix="Ssm",
            resources=[parameters.system.parameter_arn],
            parameters={"Name": f"{parameters.path}/{SYSTEM}"},
            assign={"systemValue": "{% $states.result.Parameter.Value %}"},
            handled=[Handled(errors=names.PARAMETER_GONE, then=write)],
            during=f"reading {SYSTEM}",
        )
        read.next(differs)
        self.start: Final = read

"""Which change of a parameter is to be applied next: every version in its order, none twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from pipeline_stack.operator_parameters import OPERATOR_PARAMETERS, OperatorParameters
from pipeline_stack.workflows import names
from pipeline_stack.workflows.calls import Calls, Handled
from pipeline_stack.workflows.registry import Registry

# The first time a parameter is looked at, changes up to here are told one by one; of a parameter with a
# longer past, from before there was a Settings workflow, only the last is news.
_FIRST_CHANGES: Final = 10
_ITEM: Final = "$states.result.Item"
_FIRST: Final = f"($newest.version <= {_FIRST_CHANGES} ? 1 : $newest.version - 1)"
_FOUND: Final = "{% {'version': $states.result.Parameter.Version, 'value': $states.result.Parameter.Value} %}"


class NextChange:
    """States that find the change to apply; enter at `start`, again after each.

    An event says that a parameter changed, not to what, and it may come late, twice or out of order. So it
    only rings the bell: the parameter's own versions are the truth, and the registry knows up to which one
    they were applied. `known` is what is in force, `newest` the parameter now, `change` the next version.
    - `found`: where the run goes on with a change.
    - `none`: where it goes on when all were applied.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        calls: Calls,
        registry: Registry,
        parameters: OperatorParameters,
        found: sfn.IChainable,
        none: sfn.IChainable,
    ) -> None:
        arns = [parameters.parameters[spec.name].parameter_arn for spec in OPERATOR_PARAMETERS]

        def read(
            name: str, *, version: str = "", assign: Mapping[str, Any], gone: Handled
        ) -> tasks.CallAwsService:
            # A version is asked for as `name:version` (Systems Manager API reference, GetParameter).
            selector = f" & ':' & $string({version})" if version else ""
            return calls.aws(
                name,
                service="ssm",
                action="getParameter",
                prefix="Ssm",
                resources=arns,
                parameters={"Name": f"{{% '{parameters.path}/' & $parameter{selector} %}}"},
                assign=assign,
                handled=[gone],
                during="reading the parameter",
            )

        lost = [*names.PARAMETER_GONE, *names.PARAMETER_VERSION_GONE]
        older = read(
            "Read the next change",
            version="$known.version + 1",
            assign={"change": _FOUND},
            # Parameter Store keeps a hundred versions: one that fell out is nothing to anybody.
            gone=Handled(errors=lost, then=found, assign={"change": "{% $newest %}"}),
        )
        older.next(found)
        take_newest = sfn.Pass.jsonata(scope, "Take the newest change", assign={"change": "{% $newest %}"})
        take_newest.next(found)
        which = (
            sfn.Choice.jsonata(scope, "Is there a change to apply?")
            .when(sfn.Condition.jsonata("{% $known.version = $newest.version %}"), none)
            .when(sfn.Condition.jsonata("{% $known.version + 1 = $newest.version %}"), take_newest)
            .otherwise(older)
        )
        first = read(
            "Read the value before",
            version=_FIRST,
            assign={"known": _FOUND},
            gone=Handled(
                errors=lost,
                then=which,
                assign={"known": "{% {'version': $newest.version - 1, 'value': ''} %}"},
            ),
        )
        first.next(which)
        applied_before = (
            sfn.Choice.jsonata(scope, "Was it ever applied?")
            # A version from the future belongs to a parameter that was deleted and made again.
            .when(
                sfn.Condition.jsonata("{% $known.version = 0 or $known.version > $newest.version %}"), first
            )
            .otherwise(which)
        )
        known = registry.get(
            "Read what is in force",
            kind="setting",
            item="{% $parameter %}",
            assign={
                "known": f"{{% $exists({_ITEM}) ? {{'version': $number({_ITEM}.version.N), "
                f"'value': {_ITEM}.value.S}} : {{'version': 0, 'value': ''}} %}}"
            },
            during="reading the setting in force",
        )
        known.next(applied_before)
        newest = read(
            "Read the parameter",
            assign={"newest": _FOUND},
            gone=Handled(errors=names.PARAMETER_GONE, then=none),
        )
        newest.next(known)
        self.start: Final = newest

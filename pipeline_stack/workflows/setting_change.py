"""Which change of a parameter is to be applied next: every version in its order, none twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from pipeline_stack.operator_parameters import OperatorParameters
from pipeline_stack.parameter_specs import OPERATOR_PARAMETERS
from pipeline_stack.workflows import names
from pipeline_stack.workflows.calls import Calls, Handled
from pipeline_stack.workflows.registry import Registry

# The first time a parameter is looked at, changes up to here are told one by one; of a parameter with a
# longer past, from before there was a Settings workflow, only the last is news.
_FIRST_CHANGES: Final = 10
_ITEM: Final = "$states.result.Item"
_FIRST: Final = f"($newest.version <= {_FIRST_CHANGES} ? 1 : $newest.version - 1)"
_PARAMETER: Final = "$states.result.Parameter"
_FOUND: Final = f"{{% {{'version': {_PARAMETER}.Version, 'value': {_PARAMETER}.Value}} %}}"
_KNOWN: Final = (
    f"{{% {{'version': {_PARAMETER}.Version, 'value': {_PARAMETER}.Value, 'seen': {_PARAMETER}.Value, "
    "'changed_at': ''} %}"
)
_NEVER: Final = "{'version': 0, 'value': '', 'seen': '', 'changed_at': ''}"
_MOMENT: Final = Duration.seconds(10)


class NextChange:
    """States that find the change to apply; enter at `start`, again after each.

    An event says that a parameter changed, not to what, and it may come late, twice or out of order. So it
    only rings the bell: the parameter's own versions are the truth, and the registry knows up to which one
    they were applied. `known` is what is in force, `newest` the parameter now, `change` the next version.

    Parameter Store does not say whether a read just after a write sees it. So a run that an event started
    and that finds nothing looks once more after a moment: `lookAgain` has to be true at first.
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
        found_one = {"lookAgain": False}
        moment = sfn.Wait.jsonata(
            scope,
            "Wait for the change to show",
            time=sfn.WaitTime.duration(_MOMENT),
            assign={"lookAgain": False},
        )
        which = (
            sfn.Choice.jsonata(scope, "Is there a change to apply?", assign=found_one)
            # Made anew by hand, and changed as often as before.
            .when(
                sfn.Condition.jsonata(
                    "{% $known.version = $newest.version and $known.seen != $newest.value %}"
                ),
                take_newest,
                assign=found_one,
            )
            .when(sfn.Condition.jsonata("{% $known.version = $newest.version and $lookAgain %}"), moment)
            .when(sfn.Condition.jsonata("{% $known.version = $newest.version %}"), none)
            .when(
                sfn.Condition.jsonata("{% $known.version + 1 = $newest.version %}"),
                take_newest,
                assign=found_one,
            )
            .otherwise(older)
        )
        first = read(
            "Read the value before",
            version=_FIRST,
            assign={"known": _KNOWN},
            gone=Handled(
                errors=lost,
                then=which,
                assign={"known": f"{{% $merge([{_NEVER}, {{'version': $newest.version - 1}}]) %}}"},
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
                "known": f"{{% $exists({_ITEM}) ? {{'version': $number({_ITEM}.version.N), 'value': "
                f"{_ITEM}.value.S, 'seen': {_ITEM}.seen.S, 'changed_at': {_ITEM}.changed_at.S}} "
                f": {_NEVER} %}}"
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
        moment.next(newest)
        self.start: Final = newest

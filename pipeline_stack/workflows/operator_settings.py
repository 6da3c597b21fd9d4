"""Reading and checking the operator's parameters inside a workflow.

Parameter Store's own pattern already refuses garbage as it is typed. The check here is for what got
past it (a parameter made anew by hand has no pattern), and names the parameter, the value and what is
allowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from pipeline_stack.operator_parameters import OperatorParameters
from pipeline_stack.parameter_specs import OPERATOR_PARAMETERS, ParameterSpec
from pipeline_stack.workflows import names
from pipeline_stack.workflows.ending import Ending

# GetParameters takes ten names a call.
PAGE_SIZE: Final = 10


def value_of(name: str) -> str:
    """An expression: a parameter's value, as text."""
    return f"$values.`{name}`"


def number_of(name: str) -> str:
    """An expression: a parameter's value, as a number."""
    return f"$number({value_of(name)})"


def problem_with(spec: ParameterSpec) -> str:
    """An expression: the parameter and what is wrong with it, or nothing (a `?` without a `:`)."""
    value = value_of(spec.name)
    return (
        f"$exists({value}) "
        f"? ($contains({value}, /{spec.pattern}/) = false "
        f"? {{'name': '{spec.name}', "
        f"'words': '{spec.name} is \"' & {value} & '\"; allowed is {spec.allowed}.'}}) "
        f": {{'name': '{spec.name}', 'words': '{spec.name} does not exist.'}}"
    )


class ReadSettings:
    """States that fill `values` (text by name) and end the run if one is wrong; enter at `start`.
    `notes` must be there: it is filled with what the operator is to know of values that were not taken.

    In place of a value that is not allowed the one that Settings found in force before is taken, and the
    run's report says so. Only without such a one does the run end.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        ending: Ending,
        parameters: OperatorParameters,
        wanted: Sequence[str],
        then: sfn.IChainable,
    ) -> None:
        specs = [spec for spec in OPERATOR_PARAMETERS if spec.name in wanted]
        refused = ending.failure(
            "Name the invalid parameters",
            error=names.INVALID_PARAMETERS,
            cause=f"$join($problems.words, ' ') & ' Set it in Parameter Store, under {parameters.path}.'",
        )
        problems = "{% [" + ", ".join(problem_with(spec) for spec in specs) + "] %}"
        check = sfn.Pass.jsonata(scope, "Check the parameters", assign={"problems": problems})
        # What is in force was allowed once; a release may have narrowed what is.
        check_again = sfn.Pass.jsonata(scope, "Check what is in force", assign={"problems": problems})
        check_again.next(
            sfn.Choice.jsonata(scope, "Is what is in force valid?")
            .when(sfn.Condition.jsonata("{% $count($problems) = 0 %}"), then)
            .otherwise(refused)
        )
        in_force = self._take_what_is_in_force(scope, ending=ending, then=check_again)
        check.next(
            sfn.Choice.jsonata(scope, "Are the parameters valid?")
            .when(sfn.Condition.jsonata("{% $count($problems) = 0 %}"), then)
            .otherwise(in_force)
        )

        previous: sfn.INextable | None = None
        for index in range(0, len(specs), PAGE_SIZE):
            page = specs[index : index + PAGE_SIZE]
            found = "$states.result.Parameters.{$substringAfter(Name, '" + parameters.path + "/'): Value}"
            known = "{}" if index == 0 else "$values"
            read = ending.calls.aws(
                "Read the parameters" if index == 0 else f"Read the parameters from {index + 1}",
                service="ssm",
                action="getParameters",
                prefix="Ssm",
                resources=[parameters.parameters[spec.name].parameter_arn for spec in page],
                parameters={"Names": [f"{parameters.path}/{spec.name}" for spec in page]},
                assign={"values": f"{{% $merge($append([{known}], {found})) %}}"},
                during="reading the operator's parameters",
            )
            if previous is None:
                self.start: sfn.IChainable = read
            else:
                previous.next(read)
            previous = read
        if previous is None:
            raise ValueError(f"wanted names no operator parameter: {list(wanted)}")
        previous.next(check)

    @staticmethod
    def _take_what_is_in_force(
        scope: Construct, *, ending: Ending, then: sfn.IChainable
    ) -> tasks.CallAwsService:
        replaceable = "$problems[$lookup($inForce, name) != '']"
        notes = f"{replaceable}.(words & ' ' & $lookup($inForce, name) & ' stays in force.')"
        replace = sfn.Pass.jsonata(
            scope,
            "Take what is in force instead",
            assign={
                "values": "{% $merge($append([$values], "
                + replaceable
                + ".{name: $lookup($inForce, name)})) %}",
                "notes": f"{{% $append($notes, [{notes}]) %}}",
                "report": "{% $merge([$report, {'warnings': $append($report.warnings, [" + notes + "])}]) %}",
            },
        )
        replace.next(then)
        task = ending.registry.query(
            "Read the settings in force",
            kind="setting",
            assign={"inForce": "{% $merge($append([{}], $states.result.Items.{name.S: value.S})) %}"},
            during="reading the settings in force",
        )
        task.next(replace)
        return task

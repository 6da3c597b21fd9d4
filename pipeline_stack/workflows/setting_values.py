"""Which values an operator parameter may have, and what is said of one that it may not."""

from __future__ import annotations

import json
from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.parameter_specs import OPERATOR_PARAMETERS
from pipeline_stack.workflows import messages, names

_WORDS: Final = json.dumps({spec.name: spec.allowed for spec in OPERATOR_PARAMETERS})


def allowed(value: str) -> str:
    """An expression: whether `value`, an expression, may be put into `$parameter`."""
    tests = "".join(
        f"$parameter = '{spec.name}' ? $contains({value}, /{spec.pattern}/) : "
        for spec in OPERATOR_PARAMETERS
    )
    return f"({tests}false)"


def refusal(scope: Construct, *, pipeline: str, report: str, later: str) -> sfn.Pass:
    """What got past Parameter Store's pattern changes nothing: the value before stays in force."""
    before = f"({allowed('$known.value')} ? $known.value : '')"
    return sfn.Pass.jsonata(
        scope,
        "Refuse the value",
        assign={
            "outcome": "refused",
            "inForce": f"{{% {before} %}}",
            "report": report.replace("$inForce", before),
            "subject": messages.subject(pipeline, "$parameter & ' was refused'"),
            "message": messages.letter(
                "$parameter & ' was set to \"' & $substring($change.value, 0, 200) & '\", which is not "
                f"allowed. Allowed is ' & $lookup({_WORDS}, $parameter) & '.'",
                f"{before} = '' ? 'There is no earlier value that is allowed: until one is set, runs "
                "that "
                f"need it fail with {names.INVALID_PARAMETERS}.' "
                f": 'The old setting, ' & {before} & ', stays in force.'",
                "'Put an allowed value into the parameter, in Parameter Store.'",
                later,
            ),
        },
    )

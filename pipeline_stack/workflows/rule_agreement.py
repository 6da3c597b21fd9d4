"""The part of Settings that makes the schedule agree with its parameters when no parameter has changed."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.operator_parameters import OperatorParameters
from pipeline_stack.parameter_specs import OPERATOR_PARAMETERS
from pipeline_stack.workflows import messages
from pipeline_stack.workflows.calls import Calls

FREQUENCY: Final = "Automatic-Training-Poll-Frequency"
ENABLED: Final = "Enable-Automatic-Training"
_SPECS: Final = {spec.name: spec for spec in OPERATOR_PARAMETERS}


class MakeRuleAgree:
    """States that read both parameters and give the rule their rate and state, by way of `to_rule`, which
    comes back to `after_rule`; enter at `start`, on to `then`.

    A value that is missing or not allowed leaves its side of the rule as it is.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        pipeline: str,
        calls: Calls,
        parameters: OperatorParameters,
        to_rule: sfn.IChainable,
        then: sfn.IChainable,
    ) -> None:
        agreed = sfn.Pass.jsonata(
            scope,
            "Say what the schedule is",
            assign={
                "outcome": "{% $changed ? 'applied' : 'unchanged' %}",
                "subject": messages.subject(
                    pipeline, "$changed ? 'the schedule was put right' : 'settings unchanged'"
                ),
                "message": "{% $changed ? 'The schedule agrees with the parameters again.' : "
                "'The schedule agrees with the parameters.' %}",
                "report": "{% {'frequency': $frequency, 'enabled': $enabled} %}",
            },
        )
        agreed.next(then)

        def valid(name: str) -> str:
            value = f"$states.result.Parameters[Name = '{parameters.path}/{name}'].Value"
            return f"{{% $exists({value}) and $contains({value}, /{_SPECS[name].pattern}/) ? {value} : '' %}}"

        read = calls.aws(
            "Read what rules the schedule",
            service="ssm",
            action="getParameters",
            prefix="Ssm",
            resources=[parameters.parameters[name].parameter_arn for name in (FREQUENCY, ENABLED)],
            parameters={"Names": [f"{parameters.path}/{name}" for name in (FREQUENCY, ENABLED)]},
            assign={"frequency": valid(FREQUENCY), "enabled": valid(ENABLED)},
            during="reading what rules the schedule",
        )
        read.next(to_rule)
        self.start: Final = read
        self.after_rule: Final = agreed

"""The part of Training that meets a question which was overtaken while a person thought.

A person may deploy the version by hand meanwhile, or delete it, and the next check goes on from there, with a
question of its own perhaps. The answer to the old one then changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import messages
from pipeline_stack.workflows.approval import APPROVAL
from pipeline_stack.workflows.ending import Ending

_ITEM: Final = "$states.result.Item"
_BECAME: Final = (
    "($standing = 'deployed' ? 'it was deployed by hand meanwhile' "
    ": $standing = 'rolled_back' ? 'it was deployed by hand meanwhile, and taken back' "
    ": 'it was deleted meanwhile, or another run dealt with it')"
)
REFUSED: Final = {
    "overtaken": "{% $contains($states.errorOutput.Cause, 'ConditionalCheckFailed') %}",
    "refusal": {"error": "{% $states.errorOutput.Error %}", "cause": "{% $states.errorOutput.Cause %}"},
}
"""What a transaction that was cancelled leaves for `look`."""


class MeetOvertaken:
    """States that find out what became of `$version`; the run ends there if its question was overtaken.

    - `look`: entered with `overtaken` and `refusal` assigned, as by `REFUSED`. An earlier attempt may have
      recorded the decision and its answer been lost: then on to that outcome of `recorded`, which has for
      each where it goes on and what it assigns.
    - `check`: entered without the lock. If the question still stands, on to `stands`.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        pipeline: str,
        ending: Ending,
        recorded: Mapping[str, tuple[sfn.IChainable, Mapping[str, Any] | None]],
        stands: sfn.IChainable,
    ) -> None:
        superseded = ending.outcome(
            "Overtaken",
            outcome="superseded",
            subject=messages.subject(pipeline, "'the question about ' & $version & ' was overtaken'"),
            message=messages.message(
                f"'Nothing was done about the model ' & $version & ': ' & {_BECAME} & '.'",
                "$decision = 'none' ? '' : 'So the answer of ' & $decidedBy & ', ' & $decision & "
                "', changes nothing.'",
                "'For-System-Use-Only says which model is live. To have another one serve, start Deployment "
                "with its version.'",
            ),
            report=f"{{'version': $version, 'reason': 'The question was overtaken: ' & {_BECAME} & '.'}}",
        )
        withdraw = ending.registry.delete(
            "Withdraw the question",
            kind="pointer",
            item=APPROVAL,
            attribute="execution",
            equals="{% $me %}",
            during="withdrawing the question",
            then=superseded,
        )
        unrecorded = ending.failure(
            "The decision could not be recorded", error="{% $refusal.error %}", cause="$refusal.cause"
        )
        became = sfn.Choice.jsonata(scope, "Was the decision recorded after all?")
        for outcome, (then, assign) in recorded.items():
            became.when(
                sfn.Condition.jsonata(f"{{% $decidedIn = $me and $standing = '{outcome}' %}}"),
                then,
                assign=dict(assign) if assign else None,
            )
        became.when(sfn.Condition.jsonata("{% $overtaken %}"), withdraw).otherwise(unrecorded)
        look = ending.registry.get(
            "Read what became of the version",
            kind="version",
            item="{% $version %}",
            assign={
                "standing": f"{{% $exists({_ITEM}.outcome) ? {_ITEM}.outcome.S : 'unknown' %}}",
                "decidedIn": f"{{% $exists({_ITEM}.decided_in) ? {_ITEM}.decided_in.S : '' %}}",
            },
            during="reading what became of the version",
        )
        look.next(became)
        self.look: Final = look
        still = (
            sfn.Choice.jsonata(scope, "Does the question still stand?")
            .when(
                sfn.Condition.jsonata("{% $asker != $me %}"),
                look,
                assign={"overtaken": True, "refusal": {"error": "", "cause": ""}},
            )
            .otherwise(stands)
        )
        check = ending.registry.get(
            "Read whose question stands",
            kind="pointer",
            item=APPROVAL,
            assign={"asker": f"{{% $exists({_ITEM}) ? {_ITEM}.execution.S : '' %}}"},
            during="reading whose question stands",
        )
        check.next(still)
        self.check: Final = check

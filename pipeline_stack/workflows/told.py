"""The message about a run's end: sent once, to people who can do something with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import names
from pipeline_stack.workflows.calls import Calls
from pipeline_stack.workflows.registry import Registry
from pipeline_stack.workflows.registry_items import raw_expiry
from pipeline_stack.workflows.sending import send_message

# Long enough for any question about a run; Step Functions itself forgets executions after 90 days.
RUNS_KEPT_DAYS: Final = 90
# A fault that meets every scheduled check alike is worth one message a day, not one a check: at one check
# a minute it would be 1,440. Alarms and outcome events have each of them.
REPEAT_AFTER_HOURS: Final = 24

# At the end of a red execution's cause: for whoever reads it, and for EndedRuns, should the registry have
# been what failed.
TOLD: Final = "The operator was told."

_ITEM: Final = "$states.result.Item"
# Which parameters are invalid is said in the cause; causes that AWS words differ from run to run.
_WHAT: Final = (
    "$outcome & ' ' & $errorName & ' ' & $version & "
    f"($errorName in {list(names.WORDED_BY_CAUSE)} ? ' ' & $substring($cause, 0, 1000) : '')"
)


class Told:
    """States that decide whether the operator is told of `$subject` and `$message`, do so and remember it;
    enter at `start`, on to `then`.

    `publish` makes, from the state that it is to lead to, those that come between: `telling` is assigned
    then, and not 'yes' if nobody is to be told now.

    Under the condition `quiet` nobody is told. A scheduled run that ends as the last message said, badly,
    for want of capacity or of a comparison, or for what is wrong with the pictures, is told again only after
    a day. A message
    that is refused ends the run red: alarms have a topic of their own.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        calls: Calls,
        registry: Registry,
        workflow: str,
        topic: sns.ITopic,
        quiet: str,
        publish: Callable[[sfn.IChainable], sfn.IChainable],
        then: sfn.IChainable,
    ) -> None:
        nobody_told = sfn.Fail.jsonata(
            scope,
            "Nobody could be told",
            error=names.MESSAGE_NOT_SENT,
            cause=(
                "{% 'The run ended as ' & $outcome & ', but its message was refused: ' & $cause & "
                "'. Message: ' & $substring($message, 0, 8000) %}"
            ),
        )
        run = registry.put_part(
            "run",
            "{% $me %}",
            {
                "execution": {"S": "{% $me %}"},
                "outcome": {"S": "{% $outcome %}"},
                "told_at": {"S": "{% $now() %}"},
                "expires": raw_expiry(RUNS_KEPT_DAYS),
            },
        )
        said = registry.put_part(
            "said", workflow.lower(), {"what": {"S": f"{{% {_WHAT} %}}"}, "at": {"S": "{% $now() %}"}}
        )
        remember = registry.write(
            "Remember that it was told",
            items=[run, said],
            during="remembering that the operator was told",
            tolerated=then,
        )
        remember.next(then)
        tell = send_message(
            scope,
            "Tell the operator",
            calls=calls,
            topic=topic,
            subject="{% $subject %}",
            message="{% $message %}",
            kind="outcome",
            assign={"toldNote": f" {TOLD}"},
            failure=nobody_told,
        )
        tell.next(remember)
        known = registry.write(
            "Remember that it was known",
            items=[run],
            assign={"toldNote": f" {TOLD}"},
            during="remembering that the operator knows",
            tolerated=then,
        )
        known.next(then)
        decided = publish(
            sfn.Choice.jsonata(scope, "Is the operator to be told?")
            .when(sfn.Condition.jsonata("{% $telling = 'yes' %}"), tell)
            .when(sfn.Condition.jsonata("{% $telling = 'known' %}"), known)
            .otherwise(then)
        )
        repeated = sfn.Pass.jsonata(
            scope,
            "Was the same said today?",
            assign={
                "telling": f"{{% $said.what = ({_WHAT}) and "
                f"$toMillis($said.at) > $millis() - {REPEAT_AFTER_HOURS * 3_600_000} ? 'known' : 'yes' %}}"
            },
        )
        repeated.next(decided)
        last = registry.get(
            "Read what was said last",
            kind="said",
            item=workflow.lower(),
            assign={
                "said": f"{{% $exists({_ITEM}) ? {{'what': {_ITEM}.what.S, 'at': {_ITEM}.at.S}} "
                ": {'what': '', 'at': '1970-01-01T00:00:00Z'} %}"
            },
            during="reading what was said last",
            tolerated=decided,
        )
        last.next(repeated)
        self.start: Final = (
            sfn.Choice.jsonata(scope, "Is it worth a message?", assign={"telling": "yes"})
            .when(sfn.Condition.jsonata(f"{{% {quiet} %}}"), decided, assign={"telling": "no"})
            .when(
                sfn.Condition.jsonata(
                    "{% $source = 'schedule' "
                    "and $outcome in ['failed', 'waiting_for_capacity', 'waiting_for_comparison', "
                    "'preflight_failed'] %}"
                ),
                last,
                assign={"telling": "yes"},
            )
            .otherwise(decided)
        )

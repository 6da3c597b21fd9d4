"""Making the rule that starts Training agree with the parameters that rule it."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_events as events
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows.calls import Calls, unless_redriven

# EventBridge refuses `rate(1 minutes)` (User Guide, "Rate expressions").
_RATE: Final = "('rate(' & $frequency & ($frequency = '1' ? ' minute)' : ' minutes)'))"
_STATE: Final = "($enabled = 'true' ? 'ENABLED' : 'DISABLED')"


class ApplyToRule:
    """States that give the rule the rate `$frequency` (minutes, as text) and the state `$enabled` ('true' or
    'false'); an empty text leaves that side as it is. Enter at `start`, on to `then`.

    PutRule resets what it is not given, so the rate is put together with the state and the description
    that are there now; its targets and tags it leaves alone (EventBridge API reference, PutRule). The
    state has calls of its own. Only the holder of the settings lock comes here, so nothing changes between
    the read and the write. `changed` says in the end whether anything was changed.
    """

    def __init__(self, scope: Construct, *, calls: Calls, rule: events.IRule, then: sfn.IChainable) -> None:
        name, arn = rule.rule_name, rule.rule_arn

        def switch(state_name: str, action: str) -> sfn.TaskStateBase:
            task = calls.aws(
                state_name,
                service="eventbridge",
                action=action,
                iam_action=f"events:{action[0].upper()}{action[1:]}",
                prefix="EventBridge",
                resources=[arn],
                parameters={"Name": unless_redriven(f"'{name}'")},
                assign={"changed": True},
                during="switching the schedule",
            )
            task.next(then)
            return task

        on = switch("Switch the schedule on", "enableRule")
        off = switch("Switch the schedule off", "disableRule")
        state = (
            sfn.Choice.jsonata(scope, "Is the schedule switched as asked?")
            .when(sfn.Condition.jsonata(f"{{% $enabled = '' or $rule.state = {_STATE} %}}"), then)
            .when(sfn.Condition.jsonata("{% $enabled = 'true' %}"), on)
            .otherwise(off)
        )
        put = calls.aws(
            "Put the new rate",
            service="eventbridge",
            action="putRule",
            iam_action="events:PutRule",
            prefix="EventBridge",
            resources=[arn],
            parameters={
                "Name": unless_redriven(f"'{name}'"),
                "ScheduleExpression": f"{{% {_RATE} %}}",
                "State": "{% $rule.state %}",
                "Description": "{% $rule.description %}",
            },
            assign={"changed": True},
            during="putting the schedule's new rate",
        )
        put.next(state)
        rate = (
            sfn.Choice.jsonata(scope, "Is the rate as asked?")
            .when(sfn.Condition.jsonata(f"{{% $frequency = '' or $rule.rate = {_RATE} %}}"), state)
            .otherwise(put)
        )
        read = calls.aws(
            "Read the schedule",
            service="eventbridge",
            action="describeRule",
            iam_action="events:DescribeRule",
            prefix="EventBridge",
            resources=[arn],
            parameters={"Name": name},
            assign={
                "rule": "{% {'rate': $states.result.ScheduleExpression, 'state': $states.result.State, "
                "'description': $exists($states.result.Description) ? $states.result.Description : ''} %}",
                "changed": False,
            },
            during="reading the schedule",
        )
        read.next(rate)
        self.start: Final = read

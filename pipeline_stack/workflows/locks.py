"""Taking one of the registry's locks."""

from __future__ import annotations

from typing import Final

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import names, retries
from pipeline_stack.workflows.calls import CALL_TIMEOUT, Calls, unless_redriven
from pipeline_stack.workflows.registry import Registry
from pipeline_stack.workflows.registry_items import text

_NEW_MILLIS: Final = 60_000


class TakeLock:
    """States that take a lock, or find it held by an execution that still runs.

    A lock names the execution that holds it; nothing expires. If the holder no longer runs (it was
    stopped, or timed out, or its release was refused), the lock is taken over, on condition that it is
    still that holder's: of two that try, one wins. Enter at `start`.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        lock: str,
        registry: Registry,
        calls: Calls,
        taken: sfn.IChainable,
        held: sfn.IChainable,
    ) -> None:
        holder = {"holder": text(unless_redriven("$me")), "taken_at": text("{% $now() %}")}
        aliases = {"#holder": "holder"}
        during = f"taking the {lock} lock"

        take_over = registry.put(
            f"Take the {lock} lock over",
            kind="lock",
            item=lock,
            attributes=holder,
            # Or ours: an earlier attempt may have succeeded and its answer been lost.
            condition="#holder = :old OR #holder = :me",
            aliases=aliases,
            values={":old": "{% $holder %}", ":me": "{% $me %}"},
            during=during,
            if_refused=(lost_race := sfn.Pass.jsonata(scope, f"Somebody else took the {lock} lock")),
        )
        take_over.next(taken)
        running = (
            sfn.Choice.jsonata(scope, f"Does the {lock} lock's holder run?")
            .when(sfn.Condition.jsonata("{% $holderStatus in ['RUNNING', 'PENDING_REDRIVE'] %}"), held)
            .otherwise(take_over)
        )
        describe = describe_own_execution(
            scope, f"Look at the {lock} lock's holder", arn="$holder", assign="holderStatus"
        )
        # DescribeExecution is eventually consistent (Step Functions API reference): one that has just begun
        # may not be found yet.
        forgotten = (
            sfn.Choice.jsonata(scope, f"Can the {lock} lock's holder have just begun?")
            .when(sfn.Condition.jsonata(f"{{% $toMillis($takenAt) > $millis() - {_NEW_MILLIS} %}}"), held)
            .otherwise(take_over)
        )
        describe.add_catch(forgotten, errors=list(names.EXECUTION_GONE))
        describe.add_catch(
            calls.failure,
            errors=[sfn.Errors.ALL],
            assign={
                "errorName": "{% $states.errorOutput.Error %}",
                "cause": "{% $states.errorOutput.Cause %}",
                "during": during,
            },
        )
        describe.next(running)
        who = registry.get(
            f"Who holds the {lock} lock?",
            kind="lock",
            item=lock,
            assign={
                "holder": "{% $exists($states.result.Item) ? $states.result.Item.holder.S : '' %}",
                "takenAt": "{% $exists($states.result.Item.taken_at) ? $states.result.Item.taken_at.S "
                ": '1970-01-01T00:00:00Z' %}",
            },
            during=during,
        )
        take = registry.put(
            f"Take the {lock} lock",
            kind="lock",
            item=lock,
            attributes=holder,
            condition="attribute_not_exists(#holder) OR #holder = :me",
            aliases=aliases,
            values={":me": "{% $me %}"},
            during=during,
            if_refused=who,
        )
        take.next(taken)
        lost_race.next(who)
        who.next(
            sfn.Choice.jsonata(scope, f"Was the {lock} lock just released?")
            .when(sfn.Condition.jsonata("{% $holder = '' %}"), take)
            .otherwise(describe)
        )
        self.start: Final = take


def describe_own_execution(scope: Construct, name: str, *, arn: str, assign: str) -> sfn.CustomState:
    """A task, yet without catchers, that fills the variable `assign` with the status of an execution of this
    very machine.

    Raw, because the typed task would put the right to describe this machine's own executions into the default
    policy that the machine depends on: a cycle. `allow_describing` grants it instead.
    """
    task = sfn.CustomState(
        scope,
        name,
        state_json={
            "Type": "Task",
            "Resource": f"arn:{Stack.of(scope).partition}:states:::aws-sdk:sfn:describeExecution",
            "Arguments": {"ExecutionArn": f"{{% {arn} %}}"},
            "Assign": {assign: "{% $states.result.Status %}"},
            "TimeoutSeconds": CALL_TIMEOUT.to_seconds(),
        },
    )
    retries.CONTROL_PLANE.apply(task, prefixes=("Sfn",))
    return task


def allow_describing(machine: sfn.StateMachine) -> None:
    """Let a machine describe its own executions, the only holders of its lock, in a policy of its own."""
    stack = Stack.of(machine)
    policy = iam.Policy(
        machine,
        "DescribeLockHolders",
        statements=[
            iam.PolicyStatement(
                actions=["states:DescribeExecution"],
                resources=[
                    stack.format_arn(
                        service="states",
                        resource="execution",
                        resource_name=f"{machine.state_machine_name}:*",
                        arn_format=ArnFormat.COLON_RESOURCE_NAME,
                    )
                ],
            )
        ],
    )
    machine.role.attach_inline_policy(policy)

"""The part of Deployment that waits for its turn, and lets a bake know that a person waits."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import names
from pipeline_stack.workflows.calls import Handled, unless_redriven
from pipeline_stack.workflows.deployment_times import LONG_WAIT, DeploymentTimes
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.locks import TakeLock, describe_own_execution
from pipeline_stack.workflows.registry_items import DEPLOYMENT_LOCK, raw_key

_HELD: Final = "(#holder = :holder)"


class AwaitDeploymentLock:
    """States that take the deployment lock as soon as nobody holds it; enter at `start` with `turns` 0, on to
    `then`.

    A person who deploys says so on the lock that another execution holds, as `wanted_by`: one that only
    watches its model then makes room at once (`ask_whether_wanted`), so that a rollback never waits for that.
    The next holder's lock is another item, without the note.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        ending: Ending,
        times: DeploymentTimes,
        table: dynamodb.ITable,
        then: sfn.IChainable,
    ) -> None:
        wait = sfn.Wait.jsonata(
            scope,
            "Wait for the deployment lock",
            time=sfn.WaitTime.seconds(LONG_WAIT),
            assign={"turns": "{% $turns + 1 %}"},
        )
        locked_out = ending.failure(
            "Another deployment does not end",
            error=names.DEPLOYMENT_LOCKED,
            cause=f"'Another deployment has held the lock for {times.lock_minutes} minutes: ' & $holder & '. "
            "Stop it, or wait for it, and start this one again.'",
        )
        want = ending.calls.aws(
            "Say that a person waits",
            service="dynamodb",
            action="updateItem",
            prefix="DynamoDb",
            resources=[table.table_arn],
            parameters={
                "TableName": table.table_name,
                "Key": raw_key("lock", DEPLOYMENT_LOCK),
                "UpdateExpression": "SET #wanted = :me",
                "ConditionExpression": _HELD,
                "ExpressionAttributeNames": {"#wanted": "wanted_by", "#holder": "holder"},
                "ExpressionAttributeValues": {
                    ":me": {"S": unless_redriven("$me")},
                    ":holder": {"S": "{% $holder %}"},
                },
            },
            # Released meanwhile, or somebody else's: the next turn sees.
            handled=[Handled(errors=names.CONDITION_FAILED, then=wait)],
            during="asking for the deployment lock",
            # It will end by itself: who cannot hurry it waits.
            tolerated=wait,
        )
        want.next(wait)
        held = (
            sfn.Choice.jsonata(scope, "Waited long enough for the lock?")
            .when(sfn.Condition.jsonata(f"{{% $turns >= {times.lock_turns} %}}"), locked_out)
            .when(sfn.Condition.jsonata("{% $nested or $reconcile %}"), wait)
            .otherwise(want)
        )
        lock = TakeLock(
            scope, lock=DEPLOYMENT_LOCK, registry=ending.registry, calls=ending.calls, taken=then, held=held
        )
        wait.next(lock.start)
        self.start: Final = lock.start


def ask_whether_wanted(name: str, *, ending: Ending, then: sfn.IChainable) -> sfn.TaskStateBase:
    """A task that fills `wantedBy` with the execution that a person started and that waits for the lock; with
    '' if there is none. On to `then`, also if it cannot be asked now."""
    task = ending.registry.get(
        name,
        kind="lock",
        item=DEPLOYMENT_LOCK,
        assign={
            "wantedBy": "{% $exists($states.result.Item.wanted_by) ? $states.result.Item.wanted_by.S : '' %}"
        },
        during="looking whether somebody waits for the deployment lock",
        tolerated=then,
    )
    task.next(then)
    return task


def make_room(
    scope: Construct, name: str, *, question: str, yielded: sfn.IChainable, otherwise: sfn.IChainable
) -> sfn.CustomState:
    """States for when `wantedBy` is somebody: on to `yielded` if that execution still waits, else to
    `otherwise`.

    One that was stopped, or gave up, leaves its note on the lock.
    """
    look = describe_own_execution(scope, name, arn="$wantedBy", assign="waiterStatus")
    # Whether it waits is not known then; a watch that ends early does less harm than a person who waits.
    look.add_catch(yielded, errors=[sfn.Errors.ALL])
    look.next(
        sfn.Choice.jsonata(scope, question)
        .when(sfn.Condition.jsonata("{% $waiterStatus = 'RUNNING' %}"), yielded)
        .otherwise(otherwise)
    )
    return look

"""What all our state machines share: JSONata, logs, tracing, a timeout."""

from __future__ import annotations

from aws_cdk import Duration, Fn, Stack
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows.resources import PipelineResources


def workflow_machine(
    scope: Construct, *, start: sfn.IChainable, timeout: Duration, resources: PipelineResources
) -> tuple[sfn.StateMachine, logs.LogGroup]:
    """A Standard state machine and its log group.

    Execution data is logged on purpose: inputs and results hold keys, labels and scores, no secrets,
    and on call they are what explains a red run. Every wiring must be done before: the definition is
    rendered here, and a later `.next()` would be lost without a word.
    """
    stack = Stack.of(scope)
    log_group = logs.LogGroup(
        scope,
        "Logs",
        # Under this prefix a log group needs no entry of its own in the account's resource policy, which
        # holds 5,120 characters (Step Functions Developer Guide, "Logging"). The part of the stack's id
        # keeps a retained group out of the way of the same stack made anew.
        log_group_name=f"/aws/vendedlogs/states/{stack.stack_name}-{scope.node.id}-"
        + Fn.select(0, Fn.split("-", Fn.select(2, Fn.split("/", stack.stack_id)))),
        retention=resources.log_retention,
        removal_policy=resources.removal_policy,
    )
    machine = sfn.StateMachine(
        scope,
        "Resource",
        definition_body=sfn.DefinitionBody.from_chainable(start),
        query_language=sfn.QueryLanguage.JSONATA,
        timeout=timeout,
        tracing_enabled=True,
        logs=sfn.LogOptions(destination=log_group, level=sfn.LogLevel.ALL, include_execution_data=True),
    )
    return machine, log_group

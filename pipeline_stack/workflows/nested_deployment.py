"""Starting Deployment from Training and waiting for its result, whatever happens to the call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from pipeline_stack.workflows import names, retries
from pipeline_stack.workflows.calls import Calls, Handled, unless_redriven
from pipeline_stack.workflows.ending import Ending


def executions_of(machine: sfn.StateMachine, stack: Stack) -> str:
    """What the ARNs of the machine's executions begin with."""
    return stack.format_arn(
        service="states",
        resource="execution",
        resource_name=f"{machine.state_machine_name}:",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )


def look_at_execution(
    name: str,
    *,
    calls: Calls,
    stack: Stack,
    machine: sfn.StateMachine,
    arn: str,
    gone: Handled,
    during: str,
) -> tasks.CallAwsService:
    """A task that describes an execution of `machine`, by an expression of its ARN, as `child`."""
    return calls.aws(
        name,
        service="sfn",
        action="describeExecution",
        iam_action="states:DescribeExecution",
        prefix="Sfn",
        resources=[f"{executions_of(machine, stack)}*"],
        parameters={"ExecutionArn": f"{{% {arn} %}}"},
        assign={
            "child": "{% {'arn': $states.result.ExecutionArn, 'status': $states.result.Status, "
            "'error': $exists($states.result.Error) ? $states.result.Error : '', "
            "'cause': $exists($states.result.Cause) ? $states.result.Cause : '', "
            "'output': $exists($states.result.Output) ? $states.result.Output : '{}'} %}"
        },
        handled=[gone],
        during=during,
    )


class NestedDeployment:
    """States that run one Deployment; enter at `start`, leave to `then` with its output in `deployed`.

    The nested execution has a name that follows from this one, so an attempt repeated while it runs
    joins it. If the call fails in any way (an answer lost, the name used up, the child itself failed),
    we look at the child: what it did decides, and its error is the one that the operator reads. How
    Step Functions words a child's failure is thus of no account. `longest` is
    `DeploymentTimes.nested_timeout`. `refused` is where the run goes on after a failure, with `errorName`,
    `cause` and `during` assigned; by default it fails.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        name: str,
        noun: str,
        ending: Ending,
        calls: Calls,
        deployment: sfn.StateMachine,
        longest: Duration,
        execution_name: str,
        payload: Mapping[str, Any],
        then: sfn.IChainable,
        tolerated_error: str = "",
        refused: sfn.IChainable | None = None,
    ) -> None:
        failed = ending.failure(
            f"The {noun} failed",
            error="{% $child.error != '' ? $child.error : '" + names.DEPLOYMENT_FAILED + "' %}",
            cause="'The deployment ended as ' & $child.status & ': ' & "
            "($child.cause != '' ? $child.cause : $startCause) & ' Its execution: ' & $child.arn & '.'",
            then=refused,
        )
        never_started = ending.failure(
            f"The {noun} did not start",
            error="{% $startError %}",
            cause=f"'While starting the {noun}: ' & $startCause",
            then=refused,
        )
        stack = Stack.of(scope)
        executions = executions_of(deployment, stack)
        child_arn = f"'{executions}' & $childName"
        decide = (
            sfn.Choice.jsonata(scope, f"Did the {noun} end well?")
            .when(
                sfn.Condition.jsonata("{% $child.status = 'SUCCEEDED' %}"),
                then,
                assign={"deployed": "{% $parse($child.output) %}"},
            )
            .when(
                sfn.Condition.jsonata(f"{{% $child.error != '' and $child.error = '{tolerated_error}' %}}"),
                then,
                assign={"deployed": {}},
            )
            .otherwise(failed)
        )
        look = look_at_execution(
            f"Look at the {noun}",
            calls=calls,
            stack=stack,
            machine=deployment,
            arn=child_arn,
            # No child: it never started, and the start's own error is the one that explains.
            gone=Handled(errors=names.EXECUTION_GONE, then=never_started),
            during=f"looking at the {noun}",
        )
        wait = sfn.Wait.jsonata(
            scope, f"Wait for the {noun}", time=sfn.WaitTime.duration(Duration.minutes(1))
        )
        wait.next(look)
        look.next(
            sfn.Choice.jsonata(scope, f"Does the {noun} still run?")
            .when(sfn.Condition.jsonata("{% $child.status = 'RUNNING' %}"), wait)
            .otherwise(decide)
        )
        run = tasks.StepFunctionsStartExecution.jsonata(
            scope,
            name,
            state_machine=deployment,
            integration_pattern=sfn.IntegrationPattern.RUN_JOB,
            associate_with_parent=True,
            name=unless_redriven("$childName"),
            input=sfn.TaskInput.from_object(dict(payload)),
            assign={"deployed": "{% $states.result.Output %}"},
            task_timeout=sfn.Timeout.duration(longest),
        )
        retries.NESTED_START.apply(run, prefixes=("StepFunctions",))
        run.add_catch(
            look,
            errors=[sfn.Errors.ALL],
            assign={
                "startError": "{% $states.errorOutput.Error %}",
                "startCause": "{% $states.errorOutput.Cause %}",
            },
        )
        run.next(then)
        begin = sfn.Pass.jsonata(
            scope,
            f"Name the {noun}",
            assign={"childName": execution_name, "startError": "", "startCause": ""},
        )
        begin.next(run)
        self.start: Final = begin

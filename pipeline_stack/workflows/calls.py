"""Makes the tasks of a workflow: each with a timeout, a Retry policy and a Catch to the failure path.

CDK checks none of the three, so no workflow builds a task by hand. SDK integrations are asked for with
their exact IAM action and resource, because CDK derives both from the method name and sometimes
guesses wrong (`s3:listObjectsV2` is no IAM action, for one).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from pipeline_stack.workflows import names, retries
from pipeline_stack.workflows.function_errors import FUNCTION_ERROR_WORDS

# One API call answers within seconds; a minute leaves room for the slowest of them.
CALL_TIMEOUT: Final = Duration.minutes(1)


def unless_redriven(expression: str) -> str:
    """An argument that refuses to be evaluated in a redriven execution.

    A redrive repeats the failed state with the variables of long ago, while another run may hold the
    lock by now. A redriven run may finish waiting, but every call that changes something takes an
    argument through here and so ends in the failure path instead.
    `$states.context.Execution.RedriveCount` is absent until the first redrive, and a comparison with
    nothing is false.
    """
    return (
        "{% $states.context.Execution.RedriveCount > 0 "
        "? $error('This execution was redriven: start a new one instead.') : " + expression + " %}"
    )


@dataclass(frozen=True, kw_only=True)
class Handled:
    """An error that a task expects: where the workflow goes on, and what it remembers."""

    errors: Sequence[str]
    then: sfn.IChainable
    assign: Mapping[str, Any] = field(default_factory=dict)


class Calls:
    """Builds the tasks of one workflow.

    `failure` is where every unexpected error goes, with the variables `errorName`, `cause` and `during`
    (what the run was doing, in words) assigned.
    """

    def __init__(self, scope: Construct, *, failure: sfn.IChainable) -> None:
        self._scope = scope
        self.failure = failure

    def finish(
        self,
        task: sfn.TaskStateBase,
        *,
        during: str,
        prefixes: tuple[str, ...],
        handled: Sequence[Handled] = (),
        policy: retries.RetryPolicy = retries.CONTROL_PLANE,
        permanent: tuple[str, ...] = (),
        failure: sfn.IChainable | None = None,
        tolerated: sfn.IChainable | None = None,
        cause: str = "{% $states.errorOutput.Cause %}",
    ) -> None:
        """Give a task its retriers and catchers.

        `failure` overrides the workflow's failure path, and so does what is `handled` if the last of it are
        all errors; with `tolerated` an error changes nothing: the
        run goes on there, and what it had to say of itself so far is kept.
        """
        policy.apply(task, prefixes=prefixes, permanent=permanent)
        for expected in handled:
            task.add_catch(
                expected.then,
                errors=list(expected.errors),
                # Nothing to remember must render nothing: an empty Assign is refused by the ASL schema.
                assign=dict(expected.assign) if expected.assign else None,
            )
        if any(sfn.Errors.ALL in expected.errors for expected in handled):
            return
        if tolerated:
            task.add_catch(tolerated, errors=[sfn.Errors.ALL])
            return
        task.add_catch(
            failure or self.failure,
            errors=[sfn.Errors.ALL],
            assign={"errorName": "{% $states.errorOutput.Error %}", "cause": cause, "during": during},
        )

    def aws(
        self,
        name: str,
        *,
        service: str,
        action: str,
        prefix: str,
        resources: list[str],
        during: str,
        parameters: Mapping[str, Any] | None = None,
        iam_action: str | None = None,
        assign: Mapping[str, Any] | None = None,
        handled: Sequence[Handled] = (),
        failure: sfn.IChainable | None = None,
        tolerated: sfn.IChainable | None = None,
        extra_statements: list[iam.PolicyStatement] | None = None,
        policy: retries.RetryPolicy = retries.CONTROL_PLANE,
    ) -> tasks.CallAwsService:
        """A call of one API; `action` in camelCase, `prefix` as the service is named in error strings."""
        task = tasks.CallAwsService.jsonata(
            self._scope,
            name,
            service=service,
            action=action,
            iam_action=iam_action or f"{service}:{action[0].upper()}{action[1:]}",
            iam_resources=resources,
            additional_iam_statements=extra_statements,
            parameters=dict(parameters or {}),
            assign=dict(assign) if assign else None,
            task_timeout=sfn.Timeout.duration(CALL_TIMEOUT),
        )
        self.finish(
            task,
            during=during,
            prefixes=(prefix,),
            handled=handled,
            failure=failure,
            tolerated=tolerated,
            policy=policy,
        )
        return task

    def rekognition(
        self,
        name: str,
        *,
        action: str,
        resources: list[str],
        during: str,
        parameters: Mapping[str, Any],
        assign: Mapping[str, Any] | None = None,
        handled: Sequence[Handled] = (),
        failure: sfn.IChainable | None = None,
        tolerated: sfn.IChainable | None = None,
        extra_statements: list[iam.PolicyStatement] | None = None,
    ) -> tasks.CallAwsService:
        """A call of Rekognition."""
        return self.aws(
            name,
            service="rekognition",
            action=action,
            prefix="Rekognition",
            resources=resources,
            during=during,
            parameters=parameters,
            assign=assign,
            handled=handled,
            failure=failure,
            tolerated=tolerated,
            extra_statements=extra_statements,
        )

    def function(
        self,
        name: str,
        *,
        function: lambda_.IFunction,
        longest: Duration,
        payload: Mapping[str, Any],
        during: str,
        assign: Mapping[str, Any],
        handled: Sequence[Handled] = (),
        failure: sfn.IChainable | None = None,
    ) -> tasks.LambdaInvoke:
        """An invocation of one of our functions; `longest` is the function's own timeout."""
        task = tasks.LambdaInvoke.jsonata(
            self._scope,
            name,
            lambda_function=function,
            payload=sfn.TaskInput.from_object(dict(payload)),
            retry_on_service_exceptions=False,
            assign=dict(assign),
            task_timeout=sfn.Timeout.duration(longest.plus(CALL_TIMEOUT)),
        )
        self.finish(
            task,
            during=during,
            prefixes=("Lambda",),
            handled=handled,
            policy=retries.FUNCTION,
            permanent=names.PERMANENT_FUNCTION_ERRORS,
            failure=failure,
            cause=FUNCTION_ERROR_WORDS,
        )
        return task

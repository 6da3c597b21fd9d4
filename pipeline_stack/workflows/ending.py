"""How a run ends: lock released, operator told once, result or error on the execution."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import messages, names
from pipeline_stack.workflows.calls import Calls
from pipeline_stack.workflows.registry import Registry, expires_in_days, text

# Long enough for any question about a run; Step Functions itself forgets executions after 90 days.
RUNS_KEPT_DAYS: Final = 90
STARTED_BY_PARENT: Final = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"


class Ending:
    """The last states of a workflow, built first because every task's Catch leads here.

    - `conclude`: enter with `outcome`, `subject`, `message` and `report` assigned; ends green.
    - `fail`: enter with `errorName`, `cause` and `during` assigned; ends red, after the same steps.
    Variables that must exist from the first state on: `me`, `nested`, `report`. `advice` is
    an expression: what serves now and what happens next, for the message of a failure.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        pipeline: str,
        workflow: str,
        lock: str,
        topic: sns.ITopic,
        table: dynamodb.ITable,
        advice: str,
    ) -> None:
        self._scope = scope
        words = f"{messages.FAILURE_WORDS} & ' ' & {advice}"
        explain = sfn.Pass.jsonata(
            scope,
            "Explain the failure",
            assign={
                "outcome": "failed",
                "words": messages.expression(words),
                "subject": messages.subject(pipeline, f"'{workflow} FAILED (' & $errorName & ')'"),
                "message": messages.message(f"'{workflow} failed with ' & $errorName & '.'", words),
            },
        )
        calls = Calls(scope, failure=explain)
        registry = Registry(scope, calls=calls, table=table)

        nobody_told = sfn.Fail.jsonata(
            scope,
            "Nobody could be told",
            error=names.MESSAGE_NOT_SENT,
            cause=(
                "{% 'The run ended as ' & $outcome & ', but its message was refused: ' & $cause & "
                "'. Message: ' & $substring($message, 0, 8000) %}"
            ),
        )
        failed = sfn.Fail.jsonata(scope, "Failed", error="{% $errorName %}", cause="{% $words %}")
        succeeded = sfn.Succeed.jsonata(
            scope, "Done", outputs="{% $merge([{'outcome': $outcome}, $report]) %}"
        )
        verdict = (
            sfn.Choice.jsonata(scope, "Did the run fail?")
            .when(sfn.Condition.jsonata("{% $outcome = 'failed' %}"), failed)
            .otherwise(succeeded)
        )
        remember = registry.put(
            "Remember that it was told",
            kind="run",
            item="{% $me %}",
            attributes={
                "execution": text("{% $me %}"),
                "outcome": text("{% $outcome %}"),
                "told_at": text("{% $now() %}"),
                "expires": expires_in_days(RUNS_KEPT_DAYS),
            },
            during="remembering that the operator was told",
            tolerated=verdict,
        )
        remember.next(verdict)
        tell = calls.publish(
            "Tell the operator",
            topic=topic,
            subject="{% $subject %}",
            message="{% $message %}",
            kind="outcome",
            failure=nobody_told,
        )
        tell.next(remember)
        told_by_parent = (
            sfn.Choice.jsonata(scope, "Does a parent tell?", comment="A nested run reports to its parent.")
            .when(sfn.Condition.jsonata("{% $nested %}"), verdict)
            .otherwise(tell)
        )
        self.conclude: Final = registry.delete(
            f"Release the {lock} lock",
            kind="lock",
            item=lock,
            attribute="holder",
            equals="{% $me %}",
            during=f"releasing the {lock} lock",
            then=told_by_parent,
            # A lock whose holder has ended is free to take: failing to release it harms nobody.
            tolerated=told_by_parent,
        )
        explain.next(self.conclude)
        self.fail: Final = explain
        self.calls: Final = calls
        self.registry: Final = registry
        self.table: Final = table

    def failure(self, name: str, *, error: str, cause: str, then: sfn.IChainable | None = None) -> sfn.Pass:
        """A state that fails the run with an error of our own; `cause` is an expression's body."""
        state = sfn.Pass.jsonata(
            self._scope,
            name,
            assign={"errorName": error, "cause": messages.expression(cause), "during": ""},
        )
        state.next(then or self.fail)
        return state

    def outcome(self, name: str, *, outcome: str, subject: str, message: str, report: str = "{}") -> sfn.Pass:
        """A state that ends the run well; `report` is merged into the result."""
        state = sfn.Pass.jsonata(
            self._scope,
            name,
            assign={
                "outcome": outcome,
                "subject": subject,
                "message": message,
                "report": f"{{% $merge([$report, {report}]) %}}",
            },
        )
        state.next(self.conclude)
        return state

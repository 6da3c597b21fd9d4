"""How a run ends: lock released, outcome published, operator told once, result or error on the execution."""

from __future__ import annotations

from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import messages
from pipeline_stack.workflows.calls import Calls
from pipeline_stack.workflows.outcome_event import outcome_event
from pipeline_stack.workflows.registry import Registry
from pipeline_stack.workflows.resources import PipelineResources
from pipeline_stack.workflows.told import Told

STARTED_BY_PARENT: Final = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"

# Variables that `Ending` reads, as they are before anything was assigned to them.
AT_FIRST: Final = {
    "errorName": "",
    "cause": "",
    "during": "",
    "words": "",
    "toldNote": "",
    "version": "",
    "notes": [],
}


class Ending:
    """The last states of a workflow, built first because every task's Catch leads here.

    - `conclude`: enter with `outcome`, `subject`, `message` and `report` assigned; ends green.
    - `fail`: enter with `errorName`, `cause` and `during` assigned; ends red, after the same steps.
    Variables that must exist from the first state on: `me`, `nested`, `report`, `source` (who started the
    run) and those of `AT_FIRST`. `advice` is an expression: what serves now and what happens next, for
    the message of a failure. `quiet` is a condition under which a run has nothing to say to a person,
    `reported` one under which its outcome was told and published already, or will be by somebody else.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        workflow: str,
        lock: str,
        resources: PipelineResources,
        advice: str,
        quiet: str = "false",
        reported: str = "$nested",
    ) -> None:
        self._scope = scope
        self.pipeline: Final = Stack.of(scope).stack_name
        words = f"{messages.FAILURE_WORDS} & ' ' & {advice}"
        explain = sfn.Pass.jsonata(
            scope,
            "Explain the failure",
            assign={
                "outcome": "failed",
                "words": messages.expression(words),
                "subject": messages.subject(self.pipeline, f"'{workflow} FAILED (' & $errorName & ')'"),
                "message": messages.message(
                    f"'{workflow} failed with ' & $errorName & '.'",
                    words,
                    messages.what_to_do(resources.runbook, "$errorName"),
                ),
            },
        )
        calls = Calls(scope, failure=explain)
        registry = Registry(scope, calls=calls, table=resources.registry)

        failed = sfn.Fail.jsonata(scope, "Failed", error="{% $errorName %}", cause="{% $words & $toldNote %}")
        succeeded = sfn.Succeed.jsonata(
            scope, "Done", outputs="{% $merge([{'outcome': $outcome}, $report]) %}"
        )
        verdict = (
            sfn.Choice.jsonata(scope, "Did the run fail?")
            .when(sfn.Condition.jsonata("{% $outcome = 'failed' %}"), failed)
            .otherwise(succeeded)
        )

        def publish(then: sfn.IChainable) -> sfn.IChainable:
            return outcome_event(
                scope,
                "Publish the outcome",
                calls=calls,
                pipeline=self.pipeline,
                workflow=f"'{workflow}'",
                detail={
                    "started_by": "{% $source %}",
                    "operator_told": "{% $telling = 'yes' %}",
                    "report": "{% $report %}",
                    "error": "{% $outcome = 'failed' ? {'name': $errorName, 'cause': $words} : null %}",
                },
                then=then,
            )

        told = Told(
            scope,
            calls=calls,
            registry=registry,
            workflow=workflow,
            topic=resources.topic,
            quiet=quiet,
            publish=publish,
            then=verdict,
        )
        elsewhere = (
            sfn.Choice.jsonata(scope, "Is it told elsewhere?", comment="A nested run reports to its parent.")
            .when(sfn.Condition.jsonata(f"{{% {reported} %}}"), verdict)
            .otherwise(told.start)
        )
        self.conclude: Final = registry.delete(
            f"Release the {lock} lock",
            kind="lock",
            item=lock,
            attribute="holder",
            equals="{% $me %}",
            during=f"releasing the {lock} lock",
            then=elsewhere,
            # A lock whose holder has ended is free to take: failing to release it harms nobody.
            tolerated=elsewhere,
        )
        explain.next(self.conclude)
        self.fail: Final = explain
        self.calls: Final = calls
        self.registry: Final = registry
        self.table: Final = resources.registry

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

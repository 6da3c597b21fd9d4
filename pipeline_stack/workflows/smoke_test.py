"""The part of Deployment that tries a model out before anybody depends on it."""

from __future__ import annotations

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.evaluation_judge import JUDGE_TIMEOUT
from pipeline_stack.model_asker import TIMEOUT as ASK_TIMEOUT
from pipeline_stack.workflows import names
from pipeline_stack.workflows.asking import BUSY, JUDGED, in_numbers, payload_of_questions
from pipeline_stack.workflows.calls import Calls, Handled
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.registry import Registry
from pipeline_stack.workflows.registry_items import DEPLOYMENT_LOCK
from pipeline_stack.workflows.report import with_warnings
from pipeline_stack.workflows.resources import PipelineResources
from pipeline_stack.workflows.switch import roll_back

# Nobody uses the model yet, so all that AWS's own sample reckons a unit to do may be asked of it.
_PER_SECOND_AND_UNIT: Final = 5
# One that has just come to RUNNING may say for a moment that it is not ready (one minute a turn).
_TURNS: Final = 3


class SmokeTest:
    """States that ask the running `$version` about held-out pictures; enter at `start`.

    - `then`: where the run goes on with a model that answers as in its own test, or that could not be tried
      out through no fault of its own, which `report.warnings` says then.
    - `failed`: entered with `errorName`, `cause`, `during` if it does not, and its record says `rolled_back`.
    What the settings ask for, what there is no sample for, and what the input calls `untested`, decides
    whether it is asked at all; `sampled` says so.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        ending: Ending,
        calls: Calls,
        registry: Registry,
        resources: PipelineResources,
        then: sfn.IChainable,
        failed: sfn.IChainable,
    ) -> None:
        limits = resources.change.smoke_test
        give_up = self._go_on_without(scope, then)
        record = registry.transact(
            "Record the failed smoke test",
            lock=DEPLOYMENT_LOCK,
            items=[roll_back(registry, reason="$cause")],
            during="recording the failed smoke test",
        )
        record.next(failed)
        fail = ending.failure(
            "The smoke test failed",
            error=names.SMOKE_TEST_FAILED,
            cause="'The model ' & $version & ' was tried out before it went live, and failed: ' & "
            f"{in_numbers('smoke')} & '. Asked for are an agreement of {limits.minimum_agreement:g}, no "
            f"error, and answers within {limits.slowest_answer_ms} ms (smoke_test in cdk.json). It is "
            "stopped, and no check deploys it again.'",
            then=record,
        )
        wait = sfn.Wait.jsonata(
            scope,
            "Wait until the model is ready",
            time=sfn.WaitTime.duration(Duration.minutes(1)),
            assign={"turns": "{% $turns + 1 %}"},
        )
        verdict = (
            sfn.Choice.jsonata(scope, "Did the smoke test go well?")
            .when(sfn.Condition.jsonata(f"{{% $smoke.not_ready and $turns < {_TURNS} %}}"), wait)
            .when(sfn.Condition.jsonata("{% $smoke.not_ready %}"), fail)
            # Nobody else uses it yet.
            .when(sfn.Condition.jsonata(f"{{% {BUSY.format('smoke')} %}}"), fail)
            .when(
                sfn.Condition.jsonata(f"{{% {JUDGED.format('smoke')} = 0 %}}"),
                give_up,
                assign={
                    "noTest": "{% 'none of its held-out pictures could be asked about (' & "
                    "$join($keys($smoke.errors), ', ') & ')' %}"
                },
            )
            .when(
                sfn.Condition.jsonata(
                    f"{{% $smoke.failed > 0 or $smoke.agreement < {limits.minimum_agreement} "
                    f"or ($type($smoke.slowest_ms) = 'number' ? $smoke.slowest_ms > "
                    f"{limits.slowest_answer_ms} : false) %}}"
                ),
                fail,
            )
            .otherwise(then)
        )
        no_sample = sfn.Choice.jsonata(scope, "Was a sample looked for already?")
        ask = calls.function(
            "Try the model out",
            function=resources.ask_model,
            longest=ASK_TIMEOUT,
            payload=payload_of_questions(
                resources, purpose="smoke", per_second_and_unit=_PER_SECOND_AND_UNIT
            ),
            assign={"smoke": "{% $states.result.Payload %}", "sampled": True},
            handled=[
                Handled(
                    errors=["SampleMissing", "SampleUnreadable"],
                    then=no_sample,
                    assign={"noTest": "there is no sample of held-out pictures"},
                )
            ],
            during="trying the model out",
        )
        ask.next(verdict)
        wait.next(ask)
        draw = self._draw(calls, resources, ask=ask, give_up=give_up)
        no_sample.when(sfn.Condition.jsonata("{% $drawn %}"), give_up).otherwise(draw)
        begin = sfn.Pass.jsonata(
            scope, "Begin the smoke test", assign={"turns": 0, "drawn": False, "sampled": False}
        )
        if limits.pictures_per_label == 0:
            begin.next(then)
        else:
            begin.next(
                sfn.Choice.jsonata(scope, "Is the model to be tried out?")
                .when(sfn.Condition.jsonata("{% $untested %}"), then)
                .otherwise(ask)
            )
        self.start: Final = begin

    @staticmethod
    def _draw(
        calls: Calls, resources: PipelineResources, *, ask: sfn.IChainable, give_up: sfn.IChainable
    ) -> sfn.TaskStateBase:
        """For a version that no Training of this release judged: by hand, or before."""
        task = calls.function(
            "Draw a sample for the smoke test",
            function=resources.judge_evaluation,
            longest=JUDGE_TIMEOUT,
            payload={
                "mode": "sample",
                "version": "{% $version %}",
                "f1": "{% $exists($described.f1) ? $described.f1 : null %}",
                "summary": "{% $exists($described.summary) ? $described.summary : null %}",
                "snapshot": "{% $exists($described.tested) ? $described.tested : null %}",
                "digest": "{% $exists($record.digest) ? $record.digest.S : null %}",
                # It is not judged here.
                "minimum_f1": 0,
                "minimum_support": resources.change.minimum_label_support,
                "execution_id": "{% $me %}",
            },
            assign={"drawn": True},
            handled=[
                Handled(
                    errors=[sfn.Errors.ALL],
                    then=give_up,
                    assign={
                        "noTest": "{% 'no sample of held-out pictures could be drawn (' & "
                        "$states.errorOutput.Error & ')' %}"
                    },
                )
            ],
            during="drawing a sample of held-out pictures",
        )
        task.next(ask)
        return task

    @staticmethod
    def _go_on_without(scope: Construct, then: sfn.IChainable) -> sfn.Pass:
        state = sfn.Pass.jsonata(
            scope,
            "Go on without a smoke test",
            assign={
                "report": with_warnings(
                    "['The model ' & $version & ' went live without having been tried out: ' & $noTest & '.']"
                )
            },
        )
        state.next(then)
        return state

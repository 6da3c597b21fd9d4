"""The part of Training that judges a trained version and remembers the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import messages
from pipeline_stack.workflows.approval import STANDING, question_part
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.operator_settings import number_of, value_of
from pipeline_stack.workflows.registry_items import TRAINING_LOCK
from pipeline_stack.workflows.resources import PipelineResources

JUDGE_TIMEOUT: Final = Duration.minutes(2)


class Judge:
    """States from a trained version to a recorded verdict; enter at `start`.

    - `accepted`: where the run goes on with a version that may serve.
    - `ask`: where it goes on with one that a person has to approve first.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        pipeline: str,
        ending: Ending,
        resources: PipelineResources,
        accepted: sfn.IChainable,
        ask: sfn.IChainable,
    ) -> None:
        registry = ending.registry

        def record(outcome: str, reason: str) -> Mapping[str, Any]:
            return registry.update_part(
                "version",
                "{% $version %}",
                {
                    "outcome": {"S": outcome},
                    "reason": {"S": f"{{% {reason} %}}"},
                    "f1": {"N": "{% $string($verdict.f1) %}"},
                    "minimum_f1": {"N": "{% $string($verdict.minimum_f1) %}"},
                    "labels": {"S": "{% $string($verdict.labels) %}"},
                    "billed_training_seconds": {
                        "N": "{% $exists($described.billed_seconds) ? "
                        "$string($described.billed_seconds) : '0' %}"
                    },
                    "judged_at": {"S": "{% $now() %}"},
                    "judged_by": {"S": "{% $me %}"},
                },
            )

        trained = registry.put_part(
            "pointer",
            "{% $trainedItem %}",
            {"version": {"S": "{% $version %}"}, "digest": {"S": "{% $digest %}"}},
        )
        of_set = registry.put_part("set", "{% $digest %}", {"version": {"S": "{% $version %}"}})
        against = (
            "'F1 ' & $string($round($verdict.f1, 3)) & ' against a minimum of ' & "
            "$string($verdict.minimum_f1)"
        )
        rejected = ending.outcome(
            "Rejected",
            outcome="rejected",
            subject=messages.subject(pipeline, f"$version & ' was rejected: ' & {against}"),
            message=messages.message(
                "'The model ' & $version & ' was trained and does not meet the minimum: ' & "
                f"{against} & '. ' & "
                "($live.version = '' ? 'No model is live.' : 'The live model, ' & $live.version & ', serves "
                "on.')",
                "$worst = '' ? '' : 'Weakest labels: ' & $worst",
                "'These pictures are not trained again until they change. Better or more pictures "
                "of the weak "
                "labels usually help; Minimum-F1-Score is the bar.'",
            ),
            report=f"{{'reason': {against}}}",
        )
        record_rejection = registry.transact(
            "Record the rejection",
            lock=TRAINING_LOCK,
            items=[record("rejected", against), trained, registry.delete_part("pointer", "unfinished")],
            during="recording the verdict",
        )
        record_rejection.next(rejected)
        record_acceptance = registry.transact(
            "Record the acceptance",
            lock=TRAINING_LOCK,
            items=[record("accepted", against), trained, of_set],
            during="recording the verdict",
        )
        record_acceptance.next(accepted)
        record_question = registry.transact(
            "Record that a person decides",
            lock=TRAINING_LOCK,
            items=[record(STANDING, against), trained, of_set, question_part(ending)],
            during="recording the verdict",
        )
        record_question.next(ask)
        approval = (
            sfn.Choice.jsonata(scope, "Has a person to approve it?")
            .when(
                sfn.Condition.jsonata(f"{{% {value_of('Require-Approval')} = 'true' %}}"),
                record_question,
                assign={"question": f"{{% 'It met the minimum: ' & {against} & '.' %}}"},
            )
            .otherwise(record_acceptance)
        )
        good_enough = (
            sfn.Choice.jsonata(scope, "Good enough?")
            .when(sfn.Condition.jsonata("{% $verdict.accepted %}"), approval)
            .otherwise(record_rejection)
        )
        judge = ending.calls.function(
            "Judge the version",
            function=resources.judge_evaluation,
            longest=JUDGE_TIMEOUT,
            payload={
                "version": "{% $version %}",
                "f1": "{% $exists($described.f1) ? $described.f1 : null %}",
                "summary": "{% $exists($described.summary) ? $described.summary : null %}",
                "minimum_f1": f"{{% {number_of('Minimum-F1-Score')} %}}",
                "execution_id": "{% $me %}",
            },
            assign={
                "verdict": "{% $states.result.Payload %}",
                # The function lists the weakest label first; one without a test picture has no F1.
                "worst": "{% $join([$states.result.Payload.labels[$type(f1) = 'number'][[0..2]]"
                ".(label & ' ' & $string($round(f1, 3)))], ', ') %}",
                "report": "{% $merge([$report, {'version': $version, 'f1': $states.result.Payload.f1, "
                "'minimum_f1': $states.result.Payload.minimum_f1, "
                "'billed_training_seconds': "
                "$exists($described.billed_seconds) ? $described.billed_seconds : 0, "
                "'warnings': $append($report.warnings, $states.result.Payload.warnings)}]) %}",
            },
            during="judging the model",
        )
        judge.next(good_enough)
        self.start: Final = judge

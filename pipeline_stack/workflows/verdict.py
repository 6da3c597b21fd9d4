"""The part of Training that judges a trained version and remembers the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import messages, names
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.operator_settings import number_of
from pipeline_stack.workflows.registry_items import TRAINING_LOCK
from pipeline_stack.workflows.resources import PipelineResources

JUDGE_TIMEOUT: Final = Duration.minutes(2)

# Reasons that are the pictures' own, by the words and codes that are documented (Custom Labels guide,
# "Debugging a failed model training", "Debugging dataset errors"). Only these are held against the data
# until it changes. Any other reason, and none, may be a fault: such a training is tried again, which
# costs nothing, since Rekognition bills for trainings that succeed.
_THE_DATA: Final = (
    "/too (few|many)|insufficient|enough labeled|overlap|unusable|multiple S3 buckets|exceeds the maximum|"
    "TOO_(FEW|MANY)|INSUFFICIENT|MULTIPLE_S3_BUCKETS|EXCEEDS_MAXIMUM|TOO_LARGE/i"
)
_NOT_THE_DATA: Final = (
    "/INSUFFICIENT_(PERMISSION|PRIVILEGE)|insufficient (permission|privilege)|too many requests/i"
)


class Judge:
    """States from a trained version to a recorded verdict; enter at `start`.

    - `accepted`: where the run goes on with a version that may serve.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        pipeline: str,
        ending: Ending,
        resources: PipelineResources,
        accepted: sfn.IChainable,
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
            "trained",
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
        good_enough = (
            sfn.Choice.jsonata(scope, "Good enough?")
            .when(sfn.Condition.jsonata("{% $verdict.accepted %}"), record_acceptance)
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


class RecordRefusal:
    """States that remember why Rekognition refused a set, and end the run red; enter at `start`.

    Enter with `reason`, and `refusedAs` (the error's name) assigned. If the reason is the data, the set
    is not tried again until it changes; if not, the version is simply no longer unfinished.
    """

    def __init__(self, scope: Construct, *, ending: Ending) -> None:
        registry = ending.registry
        fail = ending.failure(
            "Explain the refusal",
            error="{% $refusedAs %}",
            cause="'Rekognition could not train ' & $version & ': ' & $reason & ' ' & ($dataIsTheReason "
            "? 'The same pictures are not tried again until they change, or until you start Training with "
            "the input {\"force\": true}.' : 'The pictures are not known to be "
            "the reason: the next run tries again.')",
        )

        def record(outcome: str) -> list[Mapping[str, Any]]:
            return [
                registry.update_part(
                    "set", "{% $digest %}", {"version": {"S": "{% $version %}"}}, keep_existing=True
                ),
                registry.update_part(
                    "version",
                    "{% $version %}",
                    {
                        "digest": {"S": "{% $digest %}"},
                        "outcome": {"S": outcome},
                        "reason": {"S": "{% $reason %}"},
                        "report": {"S": "{% $string($report) %}"},
                        "judged_at": {"S": "{% $now() %}"},
                        "judged_by": {"S": "{% $me %}"},
                    },
                ),
                registry.delete_part("pointer", "unfinished"),
            ]

        states = {}
        for name, outcome in (
            ("Remember that the data failed", "failed"),
            ("Remember the fault", "faulted"),
        ):
            states[outcome] = registry.transact(
                name, lock=TRAINING_LOCK, items=record(outcome), during="recording the failed training"
            )
            states[outcome].next(fail)
        whose = (
            sfn.Choice.jsonata(scope, "Is the data the reason?")
            .when(sfn.Condition.jsonata("{% $dataIsTheReason %}"), states["failed"])
            .otherwise(states["faulted"])
        )

        def enter(name: str, error: str) -> sfn.Pass:
            state = sfn.Pass.jsonata(
                scope,
                name,
                assign={
                    "refusedAs": error,
                    "dataIsTheReason": f"{{% $contains($reason, {_THE_DATA}) "
                    f"and $contains($reason, {_NOT_THE_DATA}) = false %}}",
                    "report": "{% $merge([$report, {'version': $version, 'reason': $reason}]) %}",
                },
            )
            state.next(whose)
            return state

        self.training: Final = enter("Weigh the failed training", names.TRAINING_FAILED)
        self.dataset: Final = enter("Weigh the refused dataset", names.DATASET_FAILED)

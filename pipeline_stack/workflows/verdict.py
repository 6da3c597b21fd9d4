"""The part of Training that judges a trained version and remembers the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.evaluation_judge import JUDGE_TIMEOUT
from pipeline_stack.workflows import messages
from pipeline_stack.workflows.approval import STANDING, question_part
from pipeline_stack.workflows.calls import unless_redriven
from pipeline_stack.workflows.champion import AskChampion
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.evaluation_request import PAYLOAD_OF_REPORT, payload_of_evaluation
from pipeline_stack.workflows.operator_settings import number_of, value_of
from pipeline_stack.workflows.registration import trained_set
from pipeline_stack.workflows.registry_items import TRAINING_LOCK
from pipeline_stack.workflows.resources import PipelineResources

# Where a person is asked, it is not said yet what becomes of a doubt.
_REASON_OF_REJECTION: Final = (
    "$verdict.reason & ($verdict.verdict = 'borderline' ? ' In doubt the live model is kept.' : '')"
)
_FAILED: Final = "$verdict.rules[result in ['failed', 'borderline']]"
_SHORT: Final = (
    "$lookup({'minimum_f1': 'F1 ' & $string($round($verdict.f1, 3)) & ' against a minimum of ' & "
    "$string($verdict.minimum_f1), 'label_floor': 'labels below their floor', "
    "'champion': $verdict.verdict = 'borderline' ? 'in doubt the live model is kept' "
    ": 'worse than the live model', 'champion_label': 'labels worse than with the live model'}, "
    f"{_FAILED}[0].rule)"
)
_QUESTION: Final = (
    "($verdict.verdict = 'borderline' ? 'Whether it is as good as the live model is in doubt. ' "
    ": 'It met every rule. ') & $verdict.reason"
)
# The comparison without its labels, of which there may be many.
_COMPARED: Final = (
    "($type({0}) = 'object' ? $sift({0}, function($value, $name) {{ $name != 'labels' }}) : null)"
)


class Judge:
    """States from a trained version to a recorded verdict; enter at `start`.

    - `accepted`: where the run goes on with a version that may serve.
    - `ask`: where it goes on, if the operator requires approval, with one that a person has to approve first:
      it may serve, or the comparison is in doubt. Where nobody is asked, doubt keeps the live model.
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
        trained, of_set = trained_set(ending)

        def record(outcome: str) -> Mapping[str, Any]:
            return registry.update_part("version", "{% $version %}", recorded_verdict(outcome))

        record_rejection = registry.transact(
            "Record the rejection",
            lock=TRAINING_LOCK,
            items=[record("rejected"), trained, registry.delete_part("pointer", "unfinished")],
            during="recording the verdict",
        )
        record_rejection.next(_rejected(ending, pipeline))
        record_acceptance = registry.transact(
            "Record the acceptance",
            lock=TRAINING_LOCK,
            items=[record("accepted"), trained, of_set],
            during="recording the verdict",
        )
        record_acceptance.next(accepted)
        record_question = registry.transact(
            "Record that a person decides",
            lock=TRAINING_LOCK,
            items=[record(STANDING), trained, of_set, question_part(ending)],
            during="recording the verdict",
        )
        record_question.next(ask)
        approval = (
            sfn.Choice.jsonata(scope, "Has a person to approve it?")
            .when(
                sfn.Condition.jsonata(f"{{% {value_of('Require-Approval')} = 'true' %}}"),
                record_question,
                assign={"question": f"{{% {_QUESTION} %}}"},
            )
            .when(sfn.Condition.jsonata("{% $verdict.verdict = 'borderline' %}"), record_rejection)
            .otherwise(record_acceptance)
        )
        good_enough = (
            sfn.Choice.jsonata(scope, "Good enough?")
            .when(sfn.Condition.jsonata("{% $verdict.verdict != 'rejected' %}"), approval)
            .otherwise(record_rejection)
        )
        judge = ending.calls.function(
            "Judge the version",
            function=resources.judge_evaluation,
            longest=JUDGE_TIMEOUT,
            payload={
                "mode": unless_redriven("'judge'"),
                **payload_of_evaluation(resources),
                "tolerance": f"{{% {number_of('Champion-Tolerance')} %}}",
                "sample": "{% $drawn.sample %}",
                "champion": "{% $champion %}",
                **PAYLOAD_OF_REPORT,
            },
            assign=_JUDGED,
            during="judging the model",
        )
        judge.next(good_enough)
        compare = AskChampion(scope, pipeline=pipeline, ending=ending, resources=resources, then=judge)
        self.start: Final = compare.start


_PAYLOAD: Final = "$states.result.Payload"
_JUDGED: Final = {
    "verdict": f"{{% {_PAYLOAD} %}}",
    # The function lists the weakest label first; one without a test picture has no F1.
    "worst": f"{{% $join([{_PAYLOAD}.labels[$type(f1) = 'number'][[0..2]]"
    ".(label & ' ' & $string($round(f1, 3)))], ', ') %}",
    "report": f"{{% $merge([$report, {{'version': $version, 'f1': {_PAYLOAD}.f1, "
    f"'minimum_f1': {_PAYLOAD}.minimum_f1, 'rules': [{_PAYLOAD}.rules], "
    f"'comparison': {_COMPARED.format(_PAYLOAD + '.comparison')}, "
    "'billed_training_seconds': "
    "$exists($described.billed_seconds) ? $described.billed_seconds : 0, "
    f"'warnings': $append($append($report.warnings, $drawn.warnings), {_PAYLOAD}.warnings)}}, "
    f"$type({_PAYLOAD}.report) = 'string' ? {{'evaluation_report': {_PAYLOAD}.report}} : {{}}]) %}}",
}


def recorded_verdict(outcome: str) -> dict[str, Any]:
    """The attributes of a version's row that hold `$verdict`, with the standing that follows from it.

    Readers of the registry go by these names.
    """
    return {
        "outcome": {"S": outcome},
        "reason": {"S": f"{{% {_REASON_OF_REJECTION if outcome == 'rejected' else '$verdict.reason'} %}}"},
        "f1": {"N": "{% $string($verdict.f1) %}"},
        "minimum_f1": {"N": "{% $string($verdict.minimum_f1) %}"},
        "labels": {"S": "{% $string($verdict.labels) %}"},
        "rules": {"S": "{% $string([$verdict.rules]) %}"},
        "failed_rules": {"S": f"{{% $join([{_FAILED}.rule], ' ') %}}"},
        "comparison": {"S": f"{{% $string({_COMPARED.format('$verdict.comparison')}) %}}"},
        "billed_training_seconds": {
            "N": "{% $exists($described.billed_seconds) ? $string($described.billed_seconds) : '0' %}"
        },
        # Empty where no report could be made: the verdict stands all the same.
        "evaluation_report": {"S": "{% $type($verdict.report) = 'string' ? $verdict.report : '' %}"},
        "judged_at": {"S": "{% $now() %}"},
        "judged_by": {"S": "{% $me %}"},
    }


def _rejected(ending: Ending, pipeline: str) -> sfn.Pass:
    return ending.outcome(
        "Rejected",
        outcome="rejected",
        subject=messages.subject(pipeline, f"$version & ' was rejected: ' & {_SHORT}"),
        message=messages.message(
            f"'The model ' & $version & ' was trained and rejected. ' & {_REASON_OF_REJECTION} & ' ' & "
            "($live.version = '' ? 'No model is live.' : 'The live model, ' & $live.version & ', serves "
            "on.')",
            "$worst = '' ? '' : 'Weakest labels: ' & $worst",
            messages.RULES,
            messages.EVALUATION,
            "'These pictures are not trained again until they change. Better or more pictures of the weak "
            "labels usually help; Minimum-F1-Score, Minimum-Label-F1-Score and Champion-Tolerance are the "
            'bars. To deploy it all the same, start Deployment with {"version": "\' & $version & \'"}.\'',
        ),
        report=f"{{'reason': {_REASON_OF_REJECTION}}}",
    )

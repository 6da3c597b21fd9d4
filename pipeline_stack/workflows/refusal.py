"""The part of Training that explains, and remembers, that Rekognition could not train a set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import names
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.preflight_rules import rules_name
from pipeline_stack.workflows.registry_items import TRAINING_LOCK
from pipeline_stack.workflows.resources import PipelineResources

EXPLAIN_TIMEOUT: Final = Duration.minutes(15)
_FILE: Final = "{{% $exists($files.{0}) ? $files.{0} : null %}}"
_REFUSED_MANIFESTS: Final = (
    "{% $merge(["
    + ", ".join(
        f"'{kind}' in $refusedKinds ? {{'{side}': {{'Bucket': $measured.bucket, "
        f"'Name': $measured.manifests.{name}}}}} : {{}}"
        for kind, side, name in (("TRAIN", "training", "train"), ("TEST", "testing", "test"))
    )
    + "]) %}"
)


class RecordRefusal:
    """States that find out why Rekognition refused a set, remember it, and end the run red.

    Enter at `training` with `reason` and `described` assigned, at `dataset` with `reason` and
    `refusedKinds`, or at `dropped` with `reason` and `explanation`, which is found out already. If the
    reason is the data, the set is not tried again until it changes; if not, the version is simply no
    longer unfinished. An explanation that fails does not hide what it was to explain: the run ends with
    Rekognition's own words then, and the set is tried again, which costs nothing until it succeeds.
    """

    def __init__(self, scope: Construct, *, ending: Ending, resources: PipelineResources) -> None:
        registry = ending.registry
        fail = ending.failure(
            "Explain the refusal",
            error="{% $refusedAs %}",
            cause="'Rekognition could not train ' & $version & ': ' & $reason & ' ' & "
            "($explanation.words = '' ? '' : $explanation.words & ' ') & ($explanation.data_is_the_reason "
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
                        "rules": {"S": f"{{% {rules_name(resources)} %}}"},
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
            .when(sfn.Condition.jsonata("{% $explanation.data_is_the_reason %}"), states["failed"])
            .otherwise(states["faulted"])
        )

        unexplained = sfn.Pass.jsonata(
            scope,
            "Go on without an explanation",
            assign={
                "explanation": "{% {'words': 'What exactly is wrong could not be found out: ' & "
                "$substring($cause, 0, 1000), 'data_is_the_reason': false} %}"
            },
        )
        unexplained.next(whose)
        explain = ending.calls.function(
            "Find out what is wrong",
            function=resources.explain_failure,
            longest=EXPLAIN_TIMEOUT,
            payload={
                "version": "{% $version %}",
                "said": "{% $status %}",
                **{name: _FILE.format(name) for name in ("summary", "training", "testing", "manifests")},
                "execution_id": "{% $me %}",
            },
            assign={
                "explanation": "{% $states.result.Payload %}",
                "report": "{% $merge([$report, $type($states.result.Payload.report) = 'string' "
                "? {'failure_report': $states.result.Payload.report} : {}]) %}",
            },
            during="finding out what is wrong with the pictures",
            failure=unexplained,
        )
        explain.next(whose)

        def enter(name: str, error: str, then: sfn.IChainable, files: Any) -> sfn.Pass:
            state = sfn.Pass.jsonata(
                scope,
                name,
                assign={
                    "refusedAs": error,
                    "files": files,
                    # The end of a failure's cause, which says what happens next, must not be cut off.
                    "reason": "{% $substring($reason, 0, 500) %}",
                    "status": "{% $reason %}",
                    "report": "{% $merge([$report, {'version': $version, 'reason': $reason}]) %}",
                },
            )
            state.next(then)
            return state

        self.training: Final = enter(
            "Weigh the failed training", names.TRAINING_FAILED, explain, "{% $described.files %}"
        )
        # A dataset that was not made has no entries to list: what can be told is told by its manifest.
        self.dataset: Final = enter(
            "Weigh the refused dataset", names.DATASET_FAILED, explain, {"manifests": _REFUSED_MANIFESTS}
        )
        self.dropped: Final = enter("Weigh what was left out", names.DATASET_FAILED, whose, {})

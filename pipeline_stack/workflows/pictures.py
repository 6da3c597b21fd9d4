"""The part of Training that looks at the pictures and decides whether they are worth a training."""

from __future__ import annotations

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import messages, names
from pipeline_stack.workflows.calls import Handled
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.preflight_rules import rules_name
from pipeline_stack.workflows.resources import PipelineResources
from pipeline_stack.workflows.training_input import PAYLOAD
from pipeline_stack.workflows.weighing import NOT_ENOUGH

BUILD_TIMEOUT: Final = Duration.minutes(15)

MEASURED: Final = {
    "measured": "{% $states.result.Payload %}",
    "report": "{% $merge([$report, {'pictures': $states.result.Payload.pictures, "
    "'model_type': $states.result.Payload.model_type, 'data_source': $states.result.Payload.data_source, "
    "'new_pictures': $states.result.Payload.new_pictures, 'skipped': $states.result.Payload.skipped, "
    "'warnings': $append($append($notes, $checkNotes), $states.result.Payload.warnings)}]) %}",
}


def pictures_changed(then: sfn.IChainable) -> Handled:
    """The error of a function that met pictures changing under it, counted in `measures`."""
    return Handled(
        errors=[names.PICTURES_CHANGED],
        then=then,
        assign={"measures": "{% $measures + 1 %}", "checkNotes": []},
    )


# Verdicts on a version that no check takes up again.
FOUND_WANTING: Final = ("rejected", "refused", "approval_timed_out", "rolled_back")
_VERDICT: Final = (
    "'These very pictures were tried before, as ' & $record.version & "
    # One that was deployed by hand may never have been judged.
    "($exists($record.judged_at) ? ' at ' & $record.judged_at) & ': ' & "
    "$record.outcome & ', ' & $record.reason"
)


class DecideOnPictures:
    """States from the measured bucket to "train this": enter at `start`.

    - `train`: where the run goes on, with `measured` and `version` (its name) assigned.
    - `changed`: entered when the pictures changed while they were being read.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        pipeline: str,
        ending: Ending,
        resources: PipelineResources,
        train: sfn.IChainable,
        changed: sfn.IChainable,
    ) -> None:
        rules = rules_name(resources)
        nothing = ending.outcome(
            "Nothing to train",
            outcome="nothing_to_train",
            subject=messages.subject(pipeline, "'nothing to train'"),
            message=messages.message("'The check found no reason to train.'", "$reason"),
            report="{'reason': $reason}",
        )
        tried = ending.outcome(
            "Already tried",
            outcome="already_tried",
            subject=messages.subject(pipeline, "'these pictures were already tried'"),
            message=messages.message(
                "'Nothing was trained.'",
                _VERDICT,
                "'They are tried again when they change, or if you start Training with the input '"
                " & '{\"force\": true}' & '.'",
            ),
            report=f"$merge([{{'version': $record.version, 'reason': {_VERDICT}}}, "
            "$exists($record.f1) ? {'f1': $record.f1, 'minimum_f1': $record.minimum_f1} : {}])",
        )
        # A forced retrain gets a name of its own, the same for each attempt of this execution.
        name_version = sfn.Pass.jsonata(
            scope,
            "Name the version",
            assign={
                "version": "{% $force and $tried != '' "
                "? $measured.version_name & '-' & $substring($hash($me, 'SHA-256'), 0, 8) "
                ": $measured.version_name %}",
                "digest": "{% $measured.digest %}",
            },
        )
        name_version.next(train)
        enough = (
            sfn.Choice.jsonata(scope, "Enough to train?")
            .when(sfn.Condition.jsonata("{% $reason = '' %}"), name_version)
            .otherwise(nothing)
        )
        weigh = sfn.Pass.jsonata(scope, "Weigh the pictures", assign={"reason": NOT_ENOUGH})
        weigh.next(enough)
        unsound = ending.outcome(
            "Already checked",
            outcome="already_tried",
            subject=messages.subject(pipeline, "'these pictures already failed their check'"),
            message=messages.message(
                "'Nothing was trained: the check of these very pictures found ' & $failedCheck.reason & '.'",
                "'They are checked again when they change, or Minimum-Images-Per-Label, or quarantine in "
                "cdk.json.'",
            ),
            report="{'reason': 'The check of these very pictures found ' & $failedCheck.reason & '.'}",
        )
        sound = (
            sfn.Choice.jsonata(scope, "Did they fail their check?")
            .when(sfn.Condition.jsonata(f"{{% $force = false and $failedCheck.rules = {rules} %}}"), unsound)
            .otherwise(weigh)
        )
        checked = ending.registry.get(
            "Read the check of this set",
            kind="check",
            item="{% $measured.digest %}",
            assign={
                "failedCheck": "{% $exists($states.result.Item) ? {'rules': $states.result.Item.rules.S, "
                "'reason': $states.result.Item.reason.S} : {} %}"
            },
            during="reading the check of this set",
        )
        checked.next(sound)
        tried_before = (
            sfn.Choice.jsonata(scope, "Tried and found wanting?")
            .when(
                sfn.Condition.jsonata(
                    f"{{% $force = false and ($record.outcome in {list(FOUND_WANTING)} "
                    "or ($record.outcome = 'failed' "
                    # Other rules may leave out what it failed for.
                    f"and ($exists($record.rules) = false or $record.rules = {rules}))) %}}"
                ),
                tried,
            )
            .otherwise(checked)
        )
        record = ending.registry.get(
            "Read the verdict on this set",
            kind="version",
            item="{% $tried %}",
            assign={
                "record": "{% $exists($states.result.Item) ? {"
                "'version': $tried, 'outcome': $states.result.Item.outcome.S, "
                "'judged_at': $states.result.Item.judged_at.S, 'reason': $states.result.Item.reason.S, "
                "'rules': $states.result.Item.rules.S, "
                "'f1': $number($states.result.Item.f1.N), "
                "'minimum_f1': $number($states.result.Item.minimum_f1.N)} : {} %}"
            },
            during="reading the verdict on this set",
        )
        record.next(tried_before)
        known = (
            sfn.Choice.jsonata(scope, "Is this set known?", assign={"record": {}})
            .when(sfn.Condition.jsonata("{% $tried != '' %}"), record)
            .otherwise(checked)
        )
        look_up = ending.registry.get(
            "Look the set up",
            kind="set",
            item="{% $measured.digest %}",
            assign={"tried": "{% $exists($states.result.Item) ? $states.result.Item.version.S : '' %}"},
            during="looking the set of pictures up",
        )
        look_up.next(known)
        measure = ending.calls.function(
            "Measure the pictures",
            function=resources.build_manifest,
            longest=BUILD_TIMEOUT,
            payload={
                "mode": "measure",
                **PAYLOAD,
                "digest": "{% null %}",
                "previous_digest": "{% $trained = '' ? null : $trained %}",
                "execution_id": "{% $me %}",
            },
            assign=MEASURED,
            handled=[pictures_changed(changed)],
            during="measuring the pictures",
        )
        measure.next(look_up)
        last = ending.registry.get(
            "Read the last trained set",
            kind="pointer",
            item="{% $trainedItem %}",
            assign={
                "trained": "{% $exists($states.result.Item) ? $states.result.Item.digest.S : '' %}",
            },
            during="reading the last trained set",
        )
        last.next(measure)
        self.start: Final = last
        self.measure: Final = measure
        self.nothing: Final = nothing

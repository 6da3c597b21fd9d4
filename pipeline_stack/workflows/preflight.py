"""The part of Training that asks, before anything is paid, whether Rekognition would train the pictures."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import messages
from pipeline_stack.workflows.calls import unless_redriven
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.pictures import BUILD_TIMEOUT, pictures_changed
from pipeline_stack.workflows.preflight_rules import payload_of_rules, rules_name
from pipeline_stack.workflows.registry_items import TRAINING_LOCK
from pipeline_stack.workflows.resources import PipelineResources


class CheckPictures:
    """States that check the measured set; enter at `start`.

    - `passed`: where the run goes on.
    - `changed`: entered when the pictures changed while they were being read.
    A set that fails ends the run with `preflight_failed`. That is remembered, so that a scheduled check
    neither reads nor tells it again before the pictures, or the rules, change.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        pipeline: str,
        ending: Ending,
        resources: PipelineResources,
        passed: sfn.IChainable,
        changed: sfn.IChainable,
    ) -> None:
        registry = ending.registry
        problems = "($string($check.errors) & ($check.errors = 1 ? ' problem' : ' problems'))"
        failed = ending.outcome(
            "The pictures failed their check",
            outcome="preflight_failed",
            subject=messages.subject(pipeline, f"'not trained: ' & {problems} & ' with the pictures'"),
            message=messages.message(
                f"'Nothing was trained and nothing was paid: the check of the pictures found ' & {problems} "
                "& '.'",
                "$check.words",
                "'The report, with every problem and how to fix it: ' & $check.report",
                "'The next check tries again once the pictures, or these settings, have changed."
                + (
                    "'"
                    if resources.quarantine
                    else ' With "quarantine": true in cdk.json bad pictures are left out instead, as '
                    "long as they are few.'"
                ),
            ),
            report=f"{{'version': $version, 'preflight_report': $check.report, "
            f"'reason': 'The check of the pictures found ' & {problems} & '.'}}",
        )

        # An item of its own: what the registry knows of an earlier version of this set stays.
        remember = registry.transact(
            "Remember the failed check",
            lock=TRAINING_LOCK,
            items=[
                registry.put_part(
                    "check",
                    "{% $digest %}",
                    {
                        "rules": {"S": f"{{% {rules_name(resources)} %}}"},
                        "reason": {"S": f"{{% {problems} & ', see ' & $check.report %}}"},
                        "judged_at": {"S": "{% $now() %}"},
                        "judged_by": {"S": "{% $me %}"},
                    },
                )
            ],
            during="recording the failed check",
        )
        remember.next(failed)
        sound = (
            sfn.Choice.jsonata(scope, "Are the pictures sound?")
            .when(sfn.Condition.jsonata("{% $check.passed %}"), passed)
            # A picture that could not be read may be readable tomorrow, and still be the same.
            .when(sfn.Condition.jsonata("{% $check.lasting = false %}"), failed)
            .otherwise(remember)
        )
        check = ending.calls.function(
            "Check the pictures",
            function=resources.build_manifest,
            longest=BUILD_TIMEOUT,
            payload={
                "mode": unless_redriven("'check'"),
                "digest": "{% $measured.digest %}",
                **payload_of_rules(resources),
                "execution_id": "{% $me %}",
            },
            assign={"check": "{% $states.result.Payload %}", "checkNotes": _NOTES},
            handled=[pictures_changed(changed)],
            during="checking the pictures",
        )
        check.next(sound)
        self.start: Final = check


_FOUND: Final = "$states.result.Payload"
# What passed may still be worth a look: one sentence, and the report has the rest.
_NOTES: Final = (
    "{% [["
    f"$join([{_FOUND}.quarantined > 0 ? $string({_FOUND}.quarantined) & "
    f"({_FOUND}.quarantined = 1 ? ' picture was' : ' pictures were') & ' left out.', "
    f"{_FOUND}.warnings > 0 ? 'The check of the pictures has ' & $string({_FOUND}.warnings) & "
    f"({_FOUND}.warnings = 1 ? ' warning.' : ' warnings.'), "
    f"{_FOUND}.quarantined + {_FOUND}.warnings > 0 ? 'See ' & {_FOUND}.report], ' ')"
    "][$ != '']] %}"
)

"""What Deployment does when Rekognition has no free slot, or not the inference units, for a model."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import messages, names
from pipeline_stack.workflows.account_models import ListAccountModels, words_of_taken
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.hosted_models import unless_none_is_live
from pipeline_stack.workflows.model_start import SCALES
from pipeline_stack.workflows.replacement import IN_THE_WAY, REPLACES, ClearTheSlot
from pipeline_stack.workflows.resources import PipelineResources

# The pointer's note may be of another version than the one that an operator deploys in its place.
_RESTARTS: Final = "$formerUnits > 0 and $live.version = $version"


def no_free_slot(
    scope: Construct,
    *,
    pipeline: str,
    ending: Ending,
    go_on: sfn.IChainable,
    refused_units: sfn.IChainable,
    clear: ClearTheSlot,
    failed: sfn.IChainable,
    resources: PipelineResources,
) -> sfn.Choice:
    """No free slot: no failure. Unless it is our own start that took it, its answer lost.

    What else of the project runs gives its slot back, but for the live model. That does so only where the
    settings say so; if there is none even then, the run goes on at `failed`.
    """
    running = words_of_taken(
        project=resources.project.project_name, usd_per_unit_hour=resources.usd_per_unit_hour
    )
    ours = sfn.Pass.jsonata(scope, "It is starting after all", assign={"started": True})
    ours.next(go_on)
    waiting = ending.outcome(
        "Wait for capacity",
        outcome="waiting_for_capacity",
        subject=messages.subject(pipeline, "$version & ' waits for a free model slot'"),
        message=messages.message(
            f"{_RESTARTS} ? 'Detection is down: the live model ' & $version & ' was stopped, to start "
            "with other inference units or to make room for another model.' : ''",
            "'Rekognition has no free slot to start the model ' & $version & ': ' & $refusal",
            running,
            "'Stop one, or ask AWS for a higher quota of running models; then start this Deployment again. "
            "A version that Training accepted is tried again by its next check.'",
        ),
        report=f"{{'version': $version, 'reason': 'No free model slot: ' & $refusal & ' ' & {running}}}",
    )
    look = ListAccountModels(scope, calls=ending.calls, then=waiting)
    what = (
        sfn.Choice.jsonata(scope, "Does our own start take the slot?")
        .when(sfn.Condition.jsonata("{% $version in $hosted.version %}"), ours)
        .when(
            sfn.Condition.jsonata(
                f"{{% $count({IN_THE_WAY}) > 0{unless_none_is_live(resources.project)} %}}"
            ),
            clear.start,
        )
        .when(
            sfn.Condition.jsonata(f"{{% {_RESTARTS} and ($units != $formerUnits or {SCALES}) %}}"),
            refused_units,
        )
    )
    if resources.change.when_no_slot == "replace":
        none_left = ending.failure(
            "There is no slot even so",
            error=names.MODEL_START_FAILED,
            cause="'Rekognition has no free slot, or not the inference units, for the model ' & $version & "
            "', even with no other model of the project running: ' & $refusal & ' ' & "
            "($version = $live.version ? 'Detection is down until it has one; the next check tries again.' "
            ": '')",
            then=failed,
        )
        (
            what.when(sfn.Condition.jsonata(f"{{% {REPLACES} or $failed.error != '' %}}"), none_left).when(
                sfn.Condition.jsonata("{% $live.version in $hosted[status = 'RUNNING'].version %}"),
                clear.replace(),
            )
        )
    return what.otherwise(look.start)

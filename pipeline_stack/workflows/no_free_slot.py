"""What Deployment does when Rekognition has no free slot, or not the inference units, for a model."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import messages
from pipeline_stack.workflows.account_models import ListAccountModels, words_of_taken
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.model_start import SCALES
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
    resources: PipelineResources,
) -> sfn.Choice:
    """No free slot: no failure. Unless it is our own start that took it, its answer lost."""
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
            f"{_RESTARTS} ? 'Detection is down: the live model ' & $version & ' was stopped so that it "
            "starts with other inference units.' : ''",
            "'Rekognition has no free slot to start the model ' & $version & ': ' & $refusal",
            running,
            "'Stop one, or ask AWS for a higher quota of running models; then start this Deployment again. "
            "A version that Training accepted is tried again by its next check.'",
        ),
        report=f"{{'version': $version, 'reason': 'No free model slot: ' & $refusal & ' ' & {running}}}",
    )
    look = ListAccountModels(scope, calls=ending.calls, then=waiting)
    return (
        sfn.Choice.jsonata(scope, "Does our own start take the slot?")
        .when(sfn.Condition.jsonata("{% $version in $hosted.version %}"), ours)
        .when(
            sfn.Condition.jsonata(f"{{% {_RESTARTS} and ($units != $formerUnits or {SCALES}) %}}"),
            refused_units,
        )
        .otherwise(look.start)
    )

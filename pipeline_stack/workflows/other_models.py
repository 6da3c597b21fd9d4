"""The part of Deployment that stops every model but the live one, and sees it stopped."""

from __future__ import annotations

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.project import CustomLabelsProject
from pipeline_stack.workflows import names
from pipeline_stack.workflows.calls import Handled, unless_redriven
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.hosted_models import ListHostedModels, names_of

# One minute a turn: an hour to stop what runs, or to await and stop what is starting.
TURNS: Final = 60
_OTHERS: Final = "$hosted[version != $live.version]"
_RUNNING: Final = "$hosted[version != $live.version and status = 'RUNNING']"


class StopOtherModels:
    """States that leave only `$live.version` running (none, if it is empty); enter at `start`."""

    def __init__(
        self, scope: Construct, *, ending: Ending, project: CustomLabelsProject, then: sfn.IChainable
    ) -> None:
        wait = sfn.Wait.jsonata(
            scope,
            "Wait for the other models",
            time=sfn.WaitTime.duration(Duration.minutes(1)),
            assign={"turns": "{% $turns + 1 %}"},
        )
        stop = ending.calls.rekognition(
            "Stop another model",
            action="stopProjectVersion",
            resources=[project.version_resource_arn],
            parameters={"ProjectVersionArn": unless_redriven(f"{_RUNNING}[0].arn")},
            handled=[
                # Stopping already, or gone: the next look at the list says which.
                Handled(errors=[names.REKOGNITION_IN_USE, names.REKOGNITION_NOT_FOUND], then=wait)
            ],
            during="stopping another model",
        )
        stop.next(wait)
        too_late = ending.failure(
            "Another model does not stop",
            error=names.MODEL_STILL_RUNNING,
            cause="'The live model is ' & ($live.version = '' ? 'none' : $live.version) & ', but "
            "these models of "
            f"the project still run and are billed: ' & {names_of(_OTHERS)} & '.'",
        )
        others = sfn.Choice.jsonata(scope, "Does another model run?")
        if project.is_adopted:
            # People's own: see `hosted_models.unless_none_is_live`. Only who starts it by hand comes here.
            others.when(sfn.Condition.jsonata("{% $live.version = '' %}"), then)
        (
            others.when(sfn.Condition.jsonata(f"{{% $count({_OTHERS}) = 0 %}}"), then)
            .when(sfn.Condition.jsonata(f"{{% $turns >= {TURNS} %}}"), too_late)
            .when(sfn.Condition.jsonata(f"{{% $count({_RUNNING}) > 0 %}}"), stop)
            .otherwise(wait)
        )
        listed = ListHostedModels(scope, calls=ending.calls, project=project, then=others)
        wait.next(listed.start)
        begin = sfn.Pass.jsonata(scope, "Begin to stop the others", assign={"turns": 0})
        begin.next(listed.start)
        self.start: Final = begin

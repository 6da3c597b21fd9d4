"""The part of Deployment that stops every model but the live one, and sees it stopped."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.project import CustomLabelsProject
from pipeline_stack.workflows import names
from pipeline_stack.workflows.calls import Calls, Handled, unless_redriven
from pipeline_stack.workflows.deployment_lock import ask_whether_wanted, make_room
from pipeline_stack.workflows.deployment_times import LONG_WAIT
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.hosted_models import ListHostedModels

# To stop a model takes minutes. What takes longer must not keep a person from deploying another version.
_MANY_TURNS: Final = 10
_OTHERS: Final = "$hosted[version != $live.version]"
_RUNNING: Final = "$hosted[version != $live.version and status = 'RUNNING']"


class StopOtherModels:
    """States that leave only `$live.version` running (none, if it is empty); enter at `start`, on to `then`.

    They go on for as long as the run may: a model that does not stop is billed, and the next check would do
    nothing else. The alarm StrayModels tells of it. `yielded` is where the run goes on if meanwhile a person
    wants to deploy another version.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        ending: Ending,
        calls: Calls,
        project: CustomLabelsProject,
        then: sfn.IChainable,
        yielded: sfn.IChainable,
    ) -> None:
        wait = sfn.Wait.jsonata(
            scope,
            "Wait for the other models",
            time=sfn.WaitTime.seconds(LONG_WAIT),
            assign={"turns": "{% $turns + 1 %}"},
        )
        stop = calls.rekognition(
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
        what = (
            sfn.Choice.jsonata(scope, "Does a person wait for the others to stop?")
            .when(
                sfn.Condition.jsonata("{% $wantedBy != '' %}"),
                make_room(
                    scope,
                    "Look at the run that waits for the others to stop",
                    question="Does it still wait for the others to stop?",
                    yielded=yielded,
                    otherwise=wait,
                ),
            )
            .when(sfn.Condition.jsonata(f"{{% $count({_RUNNING}) > 0 %}}"), stop)
            .otherwise(wait)
        )
        wanted = ask_whether_wanted("Look who waits for the others to stop", ending=ending, then=what)
        others = sfn.Choice.jsonata(scope, "Does another model run?")
        if project.is_adopted:
            # People's own: see `hosted_models.unless_none_is_live`. Only who starts it by hand comes here.
            others.when(sfn.Condition.jsonata("{% $live.version = '' %}"), then)
        (
            others.when(sfn.Condition.jsonata(f"{{% $count({_OTHERS}) = 0 %}}"), then)
            .when(sfn.Condition.jsonata(f"{{% $turns >= {_MANY_TURNS} %}}"), wanted)
            .when(sfn.Condition.jsonata(f"{{% $count({_RUNNING}) > 0 %}}"), stop)
            .otherwise(wait)
        )
        listed = ListHostedModels(scope, calls=calls, project=project, then=others)
        wait.next(listed.start)
        begin = sfn.Pass.jsonata(scope, "Begin to stop the others", assign={"turns": 0})
        begin.next(listed.start)
        self.start: Final = begin

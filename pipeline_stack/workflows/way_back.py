"""The part of Deployment that goes back to the former model by itself, if the new one fails its canaries."""

from __future__ import annotations

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import messages, names
from pipeline_stack.workflows.bake import IN_A_ROW
from pipeline_stack.workflows.calls import Calls, Handled
from pipeline_stack.workflows.candidate import STARTABLE, describe_version, one_of
from pipeline_stack.workflows.live_model import pointer_of, tell_callers
from pipeline_stack.workflows.model_start import start_model
from pipeline_stack.workflows.registry import Registry
from pipeline_stack.workflows.registry_items import DEPLOYMENT_LOCK
from pipeline_stack.workflows.replacement import FORMER_UNITS, StartFormer
from pipeline_stack.workflows.resources import PipelineResources
from pipeline_stack.workflows.switch import switch_back

# As long as the start of a new one (one minute a turn).
TURNS: Final = 60
_STATUS: Final = "$returning.status"
_AT_FIRST: Final = {"turns": 0, "restarted": False, "refused": "", "returning": {"status": "unknown"}}
_NOTED: Final = "$parse($pointerItem.going_back.S)"
_REFUSED: Final = "{% $states.errorOutput.Error & ': ' & $states.errorOutput.Cause %}"


class GoBack:
    """States that make the `former` model the live one again; enter at `start`.

    - `back`: where the run goes on then: what is stopped after it is the model that failed.
    - `start_former`: where it goes on, the pointer moved back, if the model that failed has to be stopped
      before, since the two have only one slot; None where one model never gives way to another.
    - `stays`: where it goes on if there is no former model, or it does not run and cannot be started. The
      model that failed serves on: one that answers badly may still be better than none.
    - `resume`: enter there under `GOING_BACK` instead, where the live pointer notes a way back that was cut
      short: until it is finished, the model that failed is the live one and the former looks like a stray.
    `failed` says to the end of the run that it is red, and why.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        calls: Calls,
        registry: Registry,
        resources: PipelineResources,
        back: sfn.IChainable,
        start_former: StartFormer | None,
        stays: sfn.IChainable,
    ) -> None:
        project = resources.project

        def concluded(name: str, words: str, then: sfn.IChainable) -> sfn.Pass:
            state = sfn.Pass.jsonata(
                scope,
                name,
                assign={
                    "failed": f"{{% {{'error': $failed.error, 'words': $failed.words & ' ' & {words}}} %}}"
                },
            )
            state.next(then)
            return state

        no_former = concluded(
            "There is no former model",
            "'There is no former model to go back to: ' & $version & ' STAYS LIVE as it is. Deploy a better "
            "version, or stop it.'",
            stays,
        )
        forget = registry.transact(
            "Forget the way back",
            lock=DEPLOYMENT_LOCK,
            items=[registry.update_part("pointer", "live", {"going_back": {"S": ""}})],
            during="noting that there is no way back",
        )
        forget.next(stays)
        lost = concluded(
            "The former model cannot serve",
            f"'The former model ' & $former.version & ' cannot be brought back, it is ' & {_STATUS} & "
            "($refused = '' ? '' : ' (' & $refused & ')') & ': ' & $version & ' STAYS LIVE as it is. Deploy "
            "another version, or start the former one by deploying it.'",
            forget,
        )
        returned = concluded(
            "The former model serves again",
            "'The former model, ' & $former.version & ', serves again; ' & $version & ' is stopped, and no "
            "check deploys it again.'",
            back,
        )
        move_back = switch_back(
            "Move the live pointer back",
            registry=registry,
            resources=resources,
            reason="$failed.words",
            then=tell_callers(
                "Tell callers of the former model",
                calls=calls,
                parameters=resources.parameters,
                then=returned,
            ),
        )
        wait = sfn.Wait.jsonata(
            scope,
            "Wait for the former model",
            time=sfn.WaitTime.duration(Duration.minutes(1)),
            assign={"turns": "{% $turns + 1 %}"},
        )
        refused = []
        if start_former is not None:
            # The pointer goes first, with a note that its model has to be started: should the run be cut
            # short, the next check does so.
            no_slot = switch_back(
                "Move the live pointer back first",
                registry=registry,
                resources=resources,
                reason="$failed.words",
                item=f"$merge([$formerItem, {{'restarting': {{'N': $string({FORMER_UNITS})}}, "
                "'restarting_by': {'S': $me}}])",
                then=tell_callers(
                    "Tell callers that the former model returns",
                    calls=calls,
                    parameters=resources.parameters,
                    then=concluded(
                        "The former model takes the slot",
                        "'The former model, ' & $former.version & ', has no slot before ' & $version & ' is "
                        "stopped, and is started again then. No check deploys ' & $version & ' again.'",
                        start_former.goes_on,
                    ),
                ),
            )
            limits = [names.REKOGNITION_LIMIT, names.REKOGNITION_QUOTA]
            refused.append(Handled(errors=limits, then=no_slot, assign={"refused": _REFUSED}))
        start = start_model(
            scope,
            "Start the former model",
            calls=calls,
            project=project,
            arn="$returning.arn",
            assign={"restarted": True},
            handled=[
                Handled(errors=[names.REKOGNITION_IN_USE], then=wait, assign={"restarted": True}),
                *refused,
                Handled(errors=[sfn.Errors.ALL], then=lost, assign={"refused": _REFUSED}),
            ],
            during="starting the former model",
            then=wait,
        )
        where = (
            sfn.Choice.jsonata(scope, "Does the former model run?")
            .when(sfn.Condition.jsonata(one_of(("RUNNING",), _STATUS)), move_back)
            .when(sfn.Condition.jsonata(f"{{% $turns >= {TURNS} %}}"), lost)
            .when(sfn.Condition.jsonata(one_of(("STARTING", "STOPPING"), _STATUS)), wait)
            # What was asked to start may be seen a moment late in its old status.
            .when(
                sfn.Condition.jsonata(
                    f"{{% $restarted and {_STATUS} in ['TRAINING_COMPLETED', 'STOPPED'] %}}"
                ),
                wait,
            )
            .when(
                sfn.Condition.jsonata(f"{{% $not($restarted) and {_STATUS} in {list(STARTABLE)} %}}"), start
            )
            .otherwise(lost)
        )
        describe = describe_version(
            "Where does the former model stand?",
            calls=calls,
            project=project,
            version="$former.version",
            variable="returning",
            then=where,
        )
        wait.next(describe)
        begin = sfn.Pass.jsonata(
            scope,
            "The canaries fail",
            assign={
                **_AT_FIRST,
                "failed": messages.expression(
                    f"{{'error': '{names.CANARIES_FAILED}', 'words': 'The model ' & $version & ' failed "
                    f"{IN_A_ROW} canaries in a row after it had gone live: ' & $badWords & '.'}}"
                ),
            },
        )
        note = registry.transact(
            "Note the way back",
            lock=DEPLOYMENT_LOCK,
            items=[
                registry.update_part(
                    "pointer",
                    "live",
                    {
                        # Text, as all that the registry keeps is text or a number.
                        "going_back": {
                            "S": "{% $string({'item': $formerItem, 'words': $failed.words, 'units': $units, "
                            "'maximum': $maximum}) %}"
                        }
                    },
                )
            ],
            during="noting the way back",
            # It is only for a run that is cut short.
            tolerated=describe,
        )
        note.next(describe)
        begin.next(
            sfn.Choice.jsonata(scope, "Is there a former model?")
            .when(sfn.Condition.jsonata("{% $former.version = '' %}"), no_former)
            .otherwise(note)
        )
        self.start: Final = begin
        resume = sfn.Pass.jsonata(
            scope,
            "Take the way back up",
            assign={
                **_AT_FIRST,
                "version": "{% $live.version %}",
                "former": f"{{% {pointer_of(f'{_NOTED}.item')} %}}",
                "formerItem": f"{{% {_NOTED}.item %}}",
                "units": f"{{% {_NOTED}.units %}}",
                "maximum": f"{{% {_NOTED}.maximum %}}",
                "failed": f"{{% {{'error': '{names.CANARIES_FAILED}', 'words': {_NOTED}.words}} %}}",
            },
        )
        resume.next(describe)
        self.resume: Final = resume

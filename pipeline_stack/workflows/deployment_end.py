"""How a Deployment ends once nothing more is started or stopped."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.operator_parameters import OperatorParameters
from pipeline_stack.workflows import messages
from pipeline_stack.workflows.calls import Calls
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.hosted_models import names_of
from pipeline_stack.workflows.live_model import WriteSystemParameter
from pipeline_stack.workflows.replacement import REPLACES
from pipeline_stack.workflows.report import with_warnings

_FORMER_RUNS: Final = f"($yielded and $not({REPLACES}))"


class DeploymentEnd:
    """States that tell people what is live, and end the run; enter at `start`.

    - `watch_left`: enter there if a person waits to deploy another version while this one is watched.
    - `others_left`: if one does while another model does not stop. Both leave what runs to that run.
    - `failure`: enter with `errorName`, `cause` and `during` assigned; it adds to what went wrong before.
    - `calls`: makes tasks whose failure adds to what went wrong before, in `failed`, if anything did.
    """

    def __init__(
        self, scope: Construct, *, pipeline: str, ending: Ending, parameters: OperatorParameters
    ) -> None:
        moreover = sfn.Pass.jsonata(
            scope,
            "Did anything fail before?",
            assign={
                "errorName": "{% $failed.error = '' ? $errorName : $failed.error %}",
                "cause": "{% $failed.error = '' ? $cause : $failed.words & ' Moreover, ' & ($during = '' ? "
                "'' : 'while ' & $during & ': ') & $errorName & ': ' & $cause %}",
                "during": "{% $failed.error = '' ? $during : '' %}",
            },
        )
        moreover.next(ending.fail)
        self.failure: Final = moreover
        self.calls: Final = Calls(scope, failure=moreover)
        deployed = ending.outcome(
            "Deployed",
            outcome="deployed",
            subject=messages.subject(pipeline, "$version & ' is live'"),
            message=messages.message(
                "'The model ' & $version & ' now serves' & "
                "($units = 0 ? '' : ' with ' & $string($units) & ($maximum > $units ? ' to ' & "
                "$string($maximum) : '') & ' inference unit' & ($units = 1 and $maximum <= 1 ? '' : 's')) & "
                f"({_FORMER_RUNS} ? '.' : '; no other model of the project runs.')"
            ),
            report=f"{{'version': $version, 'former_runs': {_FORMER_RUNS}}}",
        )
        reconciled = ending.outcome(
            "Reconciled",
            outcome="reconciled",
            subject=messages.subject(pipeline, "'models put in order'"),
            message=messages.message(
                "$yielded ? 'A deployment by hand goes first.' : 'Only the live model runs now.'"
            ),
        )
        red = sfn.Pass.jsonata(
            scope,
            "The new model failed",
            assign={"errorName": "{% $failed.error %}", "cause": "{% $failed.words %}", "during": ""},
        )
        red.next(ending.fail)
        how = (
            sfn.Choice.jsonata(scope, "How did the deployment go?")
            .when(sfn.Condition.jsonata("{% $failed.error != '' %}"), red)
            .when(sfn.Condition.jsonata("{% $reconcile %}"), reconciled)
            .otherwise(deployed)
        )
        system = WriteSystemParameter(scope, calls=self.calls, parameters=parameters, then=how)
        self.start: Final = system.start

        def leave(name: str, words: str) -> sfn.Pass:
            state = sfn.Pass.jsonata(
                scope, name, assign={"yielded": True, "report": with_warnings(f"[{words}]")}
            )
            state.next(system.start)
            return state

        execution = "$split($wantedBy, ':')[7]"
        self.watch_left: Final = leave(
            "Make room for who waits",
            "'The watch over ' & $version & ' ended early, because a person waits to deploy another version "
            f"(' & {execution} & '). ' & ($former.version = '' or {REPLACES} ? '' "
            ": $former.version & ' runs on until then.')",
        )
        self.others_left: Final = leave(
            "Leave the others to who waits",
            f"'A person waits to deploy a version (' & {execution} & '), so these models were left running: '"
            f" & {names_of('$hosted[version != $live.version]')} & '.'",
        )

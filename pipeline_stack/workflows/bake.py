"""The part of Deployment that watches a model which has just gone live, with the former one at hand."""

from __future__ import annotations

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.model_asker import TIMEOUT as ASK_TIMEOUT
from pipeline_stack.workflows.asking import BUSY, JUDGED, in_numbers, payload_of_questions
from pipeline_stack.workflows.calls import Calls, Handled
from pipeline_stack.workflows.deployment_lock import ask_whether_wanted, make_room
from pipeline_stack.workflows.deployment_times import DeploymentTimes
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.resources import PipelineResources

# The model is in use. What an inference unit does is published nowhere; AWS's own sample reckons with five
# pictures a second, so this leaves more than half to others while it lasts, which is seconds of each minute.
_PER_SECOND_AND_UNIT: Final = 2
# In each canary; the next one asks about others.
_AT_MOST: Final = 20
# A canary that has not come through by then says what it has seen.
CANARY_SECONDS: Final = 40
# One canary that fails may have met a fault of the network or of a moment. Two in a row, a minute apart, are
# the model's.
IN_A_ROW: Final = 2


class Bake:
    """States that wait for as long as the settings say, and ask `$version` about held-out pictures in each
    turn; enter at `start`.

    A canary fails if the model is not ready, agrees with its own test on fewer pictures than the settings
    ask for, or needs longer than they allow for half of its answers. Pictures that cannot be read, and
    answers that it has no time for, count neither way, nor does a canary that could not be made.
    - `then`: where the run goes on after a good end.
    - `failed`: where it goes on after `IN_A_ROW` canaries that failed; `canary` is the last.
    - `yielded`: where it goes on, both models running, if a person wants to deploy another.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        ending: Ending,
        calls: Calls,
        resources: PipelineResources,
        times: DeploymentTimes,
        then: sfn.IChainable,
        failed: sfn.IChainable,
        yielded: sfn.IChainable,
    ) -> None:
        limits = resources.change.smoke_test
        noted = sfn.Pass.jsonata(
            scope,
            "Note what the canaries saw",
            assign={
                "report": "{% $merge([$report, {'canaries': {'made': $canaries, 'failed': $badCanaries}, "
                "'warnings': $append($report.warnings, ["
                "$badCanaries > 0 ? 'Of ' & $string($canaries) & ' canaries of ' & $version & ', ' & "
                "$string($badCanaries) & ' failed, but never two in a row. The last: ' & $badWords & '.', "
                "$canaryProblem != '' ? 'A canary of ' & $version & ' could not be made: ' & "
                "$canaryProblem])}]) %}"
            },
        )
        noted.next(then)
        wait = sfn.Wait.jsonata(
            scope,
            "Watch the new model",
            time=sfn.WaitTime.duration(Duration.minutes(times.minutes_a_turn)),
            assign={"turns": "{% $turns + 1 %}"},
        )
        over = (
            sfn.Choice.jsonata(scope, "Was the new model watched for long enough?")
            .when(sfn.Condition.jsonata(f"{{% $turns >= {times.watch_turns} %}}"), noted)
            .otherwise(wait)
        )
        bad = (
            f"($canary.not_ready or {JUDGED.format('canary')} > 0 "
            f"and ($canary.agreement < {limits.minimum_agreement} "
            # Of faults alone there is no time. A comparison with null fails, on either side of an `or`.
            "or $canary.answered = 0 or ($type($canary.median_ms) = 'number' "
            f"? $canary.median_ms > {limits.slowest_answer_ms} : false)))"
        )
        counted = {
            "row": "{% $row + 1 %}",
            "badCanaries": "{% $badCanaries + 1 %}",
            "badWords": f"{{% {in_numbers('canary')} %}}",
        }
        fared = (
            sfn.Choice.jsonata(scope, "Did the canary fare well?", assign={"row": 0})
            .when(sfn.Condition.jsonata(f"{{% {bad} and $row + 1 >= {IN_A_ROW} %}}"), failed, assign=counted)
            .when(sfn.Condition.jsonata(f"{{% {bad} %}}"), over, assign=counted)
            .when(
                sfn.Condition.jsonata(f"{{% {BUSY.format('canary')} %}}"),
                over,
                assign={
                    "canaryProblem": "{% 'the model had too much to do ('"
                    " & $join($keys($canary.errors), ', ') & ')' %}"
                },
            )
            .when(
                sfn.Condition.jsonata(f"{{% $canary.asked > 0 and {JUDGED.format('canary')} = 0 %}}"),
                over,
                assign={
                    "canaryProblem": "{% 'none of its pictures could be asked about ('"
                    " & $join($keys($canary.errors), ', ') & ')' %}"
                },
            )
            .otherwise(over)
        )
        ask = calls.function(
            "Send a canary",
            function=resources.ask_model,
            longest=ASK_TIMEOUT,
            payload=payload_of_questions(
                resources,
                purpose="canary",
                per_second_and_unit=_PER_SECOND_AND_UNIT,
                at_most=_AT_MOST,
                longest_seconds=CANARY_SECONDS,
                turn="{% $turns - 1 %}",
            ),
            assign={"canary": "{% $states.result.Payload %}", "canaries": "{% $canaries + 1 %}"},
            # Our own function's trouble says nothing of the model.
            handled=[
                Handled(
                    errors=[sfn.Errors.ALL],
                    then=over,
                    assign={"canaryProblem": "{% $states.errorOutput.Error %}"},
                )
            ],
            during="sending a canary",
        )
        ask.next(fared)
        asked = (
            sfn.Choice.jsonata(scope, "Does a person wait to deploy?")
            .when(
                sfn.Condition.jsonata("{% $wantedBy != '' %}"),
                make_room(
                    scope,
                    "Look at the run that waits to deploy",
                    question="Does it still wait to deploy?",
                    yielded=yielded,
                    otherwise=over,
                ),
            )
            .when(sfn.Condition.jsonata(f"{{% $sampled and $turns <= {times.canary_turns} %}}"), ask)
            .otherwise(over)
        )
        wanted = ask_whether_wanted("Look who waits to deploy", ending=ending, then=asked)
        wait.next(wanted)
        begin = sfn.Pass.jsonata(
            scope,
            "Begin to watch",
            assign={
                "turns": 0,
                "row": 0,
                "canaries": 0,
                "badCanaries": 0,
                "badWords": "",
                "canaryProblem": "",
            },
        )
        # Without a time to watch for, there is none.
        begin.next(wait if times.watch_turns > 0 else then)
        self.start: Final = begin

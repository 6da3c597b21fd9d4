"""The part of Training that has the live model look at the new one's test pictures, so that both are judged
on the same."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.evaluation_judge import JUDGE_TIMEOUT
from pipeline_stack.model_asker import TIMEOUT as ASK_TIMEOUT
from pipeline_stack.workflows import messages, names
from pipeline_stack.workflows.asking import TRAINED_AT
from pipeline_stack.workflows.calls import Calls, Handled, unless_redriven
from pipeline_stack.workflows.candidate import ABSENT
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.evaluation_request import payload_of_evaluation
from pipeline_stack.workflows.live_model import read_live_pointer
from pipeline_stack.workflows.resources import PipelineResources

# 500 pictures at one a second take a little more than eight minutes, which one invocation has; what is
# throttled takes longer. Eight times a quarter of an hour, and then the next check goes on.
ASKS: Final = 8
# What an inference unit can do is published nowhere, and depends on the model and the pictures (Custom Labels
# guide, "Running a trained model"). AWS's own sample reckons with five pictures a second; we take it that a
# unit does more than two, and ask one a second, which leaves the better half to those who use the model.
PER_SECOND_AND_UNIT: Final = 1
# Half of what Rekognition takes from an account in all, unless it granted more (50 a second).
MOST_PER_SECOND: Final = 25

# Each code with its number.
_ERRORS: Final = (
    "$join($append([], $each($asked.errors, function($number, $code) "
    "{ $code & ' ' & $string($number) })), ', ')"
)
# They are not asked about, by anybody, at any time: to wait for them would be to wait for ever.
_CHANGED: Final = "($exists($asked.errors.PictureChanged) ? $asked.errors.PictureChanged : 0)"
_COULD_BE_ASKED: Final = f"($asked.asked - {_CHANGED})"
_FOUND: Final = "$states.result.ProjectVersionDescriptions[0]"


class AskChampion:
    """States that draw a sample of `$version`'s test pictures and ask the live model about them; enter at
    `start`, on to `then` with `drawn` and `champion` assigned: the sample, and what `judge_evaluation` has to
    know of the live model, null if there is none.

    A live model that does not run, or answers no more than half of the pictures, ends the run with
    `waiting_for_comparison`: the version stays unfinished, and the next check tries again.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        pipeline: str,
        ending: Ending,
        resources: PipelineResources,
        then: sfn.IChainable,
    ) -> None:
        waiting = _waiting(ending, pipeline)
        ask = ending.calls.function(
            "Ask the live model",
            function=resources.ask_model,
            longest=ASK_TIMEOUT,
            payload={
                "purpose": unless_redriven("'compare'"),
                "version": "{% $champion.version %}",
                "arn": "{% $champion.arn %}",
                "sample": "{% $drawn.sample %}",
                # Of the version that is judged, whose pictures they are.
                "trained_at": TRAINED_AT,
                "pictures_per_label": None,
                "per_second": f"{{% $min([{PER_SECOND_AND_UNIT} * $champion.units, {MOST_PER_SECOND}]) %}}",
                "answers_key": "{% $champion.answers.key %}",
                "execution_id": "{% $me %}",
            },
            assign={"asked": "{% $states.result.Payload %}", "asks": "{% $asks + 1 %}"},
            during="asking the live model about the test pictures",
        )
        answered = (
            sfn.Choice.jsonata(scope, "Did the live model answer?")
            .when(sfn.Condition.jsonata("{% $asked.not_ready %}"), waiting)
            .when(sfn.Condition.jsonata(f"{{% $asked.complete = false and $asks < {ASKS} %}}"), ask)
            # Too few answers compare nothing, whoever is at fault: a judgement would stand for good, and a
            # right that Rekognition lacks can be granted. Without any test picture, waiting would not help.
            .when(
                sfn.Condition.jsonata(
                    "{% $asked.complete = false or "
                    f"({_COULD_BE_ASKED} > 0 and $asked.answered * 2 <= {_COULD_BE_ASKED}) %}}"
                ),
                waiting,
            )
            .otherwise(then)
        )
        ask.next(answered)
        asking = (
            sfn.Choice.jsonata(scope, "Can the live model be asked?")
            .when(sfn.Condition.jsonata("{% $champion.state = 'absent' %}"), then)
            .when(sfn.Condition.jsonata("{% $champion.status = 'RUNNING' %}"), ask)
            .otherwise(waiting)
        )
        describe = _describe(ending.calls, resources, then=asking)
        whom = (
            sfn.Choice.jsonata(scope, "Is there a model to compare with?")
            .when(sfn.Condition.jsonata("{% $live.version = '' %}"), then, assign={"champion": "{% null %}"})
            .when(sfn.Condition.jsonata("{% $live.version = $version %}"), then, assign=_state("itself"))
            .when(
                sfn.Condition.jsonata("{% $drawn.worth_comparing = false %}"), then, assign=_state("needless")
            )
            .otherwise(describe)
        )
        # The training took hours: what was live when it began may have been replaced by hand.
        live = read_live_pointer("Read what is live by now", registry=ending.registry, then=whom)
        draw = ending.calls.function(
            "Draw the sample",
            function=resources.judge_evaluation,
            longest=JUDGE_TIMEOUT,
            payload={
                "mode": unless_redriven("'sample'"),
                **payload_of_evaluation(resources),
                "digest": "{% $digest %}",
            },
            assign={"drawn": "{% $states.result.Payload %}", "asks": 0, "asked": {"answered": 0, "asked": 0}},
            during="drawing the sample of the test pictures",
        )
        draw.next(live)
        self.start: Final = draw


def _state(state: str) -> dict[str, str]:
    return {"champion": f"{{% {{'version': $live.version, 'state': '{state}'}} %}}"}


def _describe(calls: Calls, resources: PipelineResources, *, then: sfn.IChainable) -> sfn.TaskStateBase:
    """A task that fills `champion` with the state of the live model."""
    answers = (
        f"{{'bucket': $drawn.sample.bucket, 'key': '{resources.results.prefix}' & $version & '/answers-' & "
        "$live.version & '.json'}"
    )
    absent = f"{{'version': $live.version, 'state': 'absent', 'status': '{ABSENT}'}}"
    task = calls.rekognition(
        "Describe the live model",
        action="describeProjectVersions",
        resources=[resources.project.project_resource_arn],
        parameters={
            "ProjectArn": resources.project.project_arn,
            "VersionNames": ["{% $live.version %}"],
        },
        assign={
            "champion": f"{{% $exists({_FOUND}) and {_FOUND}.Status != 'DELETING' ? {{"
            f"'version': $live.version, 'state': 'answered', 'status': {_FOUND}.Status, "
            f"'arn': {_FOUND}.ProjectVersionArn, 'answers': {answers}, "
            f"'units': $exists({_FOUND}.MinInferenceUnits) ? {_FOUND}.MinInferenceUnits : 1, "
            f"'summary': $exists({_FOUND}.EvaluationResult.Summary.S3Object) "
            f"? {_FOUND}.EvaluationResult.Summary.S3Object : null}} : {absent} %}}"
        },
        handled=[
            Handled(errors=[names.REKOGNITION_NOT_FOUND], then=then, assign={"champion": f"{{% {absent} %}}"})
        ],
        during="describing the live model",
    )
    task.next(then)
    return task


def _waiting(ending: Ending, pipeline: str) -> sfn.Pass:
    why = (
        "'the live model ' & $champion.version & "
        "($champion.status != 'RUNNING' ? ' is ' & $champion.status & ', not RUNNING' "
        ": $asked.not_ready ? ' says that it is not ready' "
        ": ' answered only ' & $string($asked.answered) & ' of ' & $string($asked.asked) & "
        f"' test pictures' & ({_ERRORS} = '' ? '' : ' (' & {_ERRORS} & ')'))"
    )
    return ending.outcome(
        "Wait for the live model",
        outcome="waiting_for_comparison",
        subject=messages.subject(pipeline, "$version & ' waits to be compared with the live model'"),
        message=messages.message(
            f"'The model ' & $version & ' was trained and cannot be judged yet: ' & {why} & ', so that both "
            "cannot be compared on the same pictures.'",
            f"$exists($asked.unreadable) and $asked.unreadable > {_CHANGED} ? 'Test pictures that are gone, "
            f"or that Rekognition cannot or may not read: ' & $string($asked.unreadable - {_CHANGED}) & '. "
            "Look whether they are there, and at the policies of their bucket and its key.' : ''",
            "'The next check asks again; nothing is trained again. To start the live model, start Deployment "
            'with {"version": "\' & $champion.version & \'"}. To deploy the new model without the '
            'comparison, start Deployment with {"version": "\' & $version & \'"}.\'',
        ),
        report=f"{{'version': $version, 'reason': 'Not judged yet: ' & {why} & '.'}}",
    )

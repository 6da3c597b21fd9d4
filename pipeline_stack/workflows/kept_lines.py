"""The part of Training that accounts for the lines which Rekognition did not keep."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.refusal import EXPLAIN_TIMEOUT
from pipeline_stack.workflows.resources import PipelineResources

_FOUND: Final = "$states.result.DatasetDescription.DatasetStats"
_LOST: Final = "$counts[kept != written or in_error > 0]"
# More than 20 % of a manifest, or all of it, which is also what Rekognition does not train ("Manifest file
# validation rules").
_TOO_FEW: Final = "$counts[(written - kept + in_error) * 5 > written]"


class AccountForLines:
    """States that compare what Rekognition kept of both manifests with what was written; enter at `start`.

    It drops bad lines without a word, and trains what is left (Custom Labels guide, "Debugging terminal
    dataset errors"). So the run goes on with a warning, unless too little is left.
    - `refused`: entered with `reason` and `explanation` assigned, before anything is paid.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        ending: Ending,
        resources: PipelineResources,
        refused: sfn.IChainable,
        then: sfn.IChainable,
    ) -> None:
        self._ending = ending
        self._resources = resources
        warn = sfn.Pass.jsonata(
            scope,
            "Warn of what was left out",
            assign={
                "report": "{% $merge([$report, {'warnings': "
                "$append($report.warnings, $reason & ' ' & $explanation.words)}]) %}"
            },
        )
        warn.next(then)
        refuse = sfn.Pass.jsonata(
            scope,
            "Refuse what is left",
            assign={
                "reason": "{% $reason & ' At most 20 % of the lines of each manifest may be missing or in "
                "error, so nothing was trained, and nothing was paid.' %}"
            },
        )
        refuse.next(refused)
        enough = (
            sfn.Choice.jsonata(scope, "Is enough left?")
            .when(sfn.Condition.jsonata(f"{{% $count({_TOO_FEW}) > 0 %}}"), refuse)
            .otherwise(warn)
        )
        unexplained = sfn.Pass.jsonata(
            scope,
            "Go on without knowing what was left out",
            assign={
                "explanation": "{% {'words': 'Which lines these are could not be found out: ' & "
                "$substring($cause, 0, 1000), 'data_is_the_reason': false} %}"
            },
        )
        unexplained.next(enough)
        explain = ending.calls.function(
            "Find out what was left out",
            function=resources.explain_failure,
            longest=EXPLAIN_TIMEOUT,
            payload={
                "mode": "datasets",
                "version": "{% $version %}",
                "said": "{% $reason %}",
                "datasets": "{% [" + _LOST + ".{'side': side, 'arn': arn, 'manifest': manifest, "
                "'written': written, 'kept': kept, 'in_error': in_error}] %}",
                "execution_id": "{% $me %}",
            },
            assign={
                "explanation": "{% $states.result.Payload %}",
                "report": "{% $merge([$report, $type($states.result.Payload.report) = 'string' "
                "? {'dataset_report': $states.result.Payload.report} : {}]) %}",
            },
            during="finding out which lines Rekognition left out",
            failure=unexplained,
        )
        explain.next(enough)
        note = sfn.Pass.jsonata(
            scope,
            "Note what was left out",
            assign={
                "reason": "{% $join([" + _LOST + ".('Rekognition kept ' & $string(kept) & ' of the ' & "
                "$string(written) & ' lines of the ' & kind & ' manifest' & (in_error > 0 ? ', ' & "
                "$string(in_error) & ' of them with errors' : '') & '.')], ' ') %}"
            },
        )
        note.next(explain)
        complete = (
            sfn.Choice.jsonata(scope, "Did Rekognition keep every line?")
            .when(sfn.Condition.jsonata(f"{{% $count({_LOST}) = 0 %}}"), then)
            .otherwise(note)
        )
        test = self._count("TEST", "test", "testing", earlier="$counts", then=complete)
        self.start: Final = self._count("TRAIN", "train", "training", earlier="[]", then=test)

    def _count(
        self, kind: str, name: str, side: str, *, earlier: str, then: sfn.IChainable
    ) -> tasks.CallAwsService:
        """How many lines of a manifest became entries; `name` is build_manifest's, `side` Rekognition's."""
        count = self._ending.calls.rekognition(
            f"Count the {kind} entries",
            action="describeDataset",
            resources=[self._resources.project.dataset_resource_arn],
            parameters={"DatasetArn": f"{{% $datasets[type = '{kind}'][0].arn %}}"},
            assign={
                "counts": f"{{% $append({earlier}, [{{'kind': '{kind}', 'side': '{side}', "
                f"'arn': $datasets[type = '{kind}'][0].arn, "
                f"'manifest': {{'Bucket': $measured.bucket, 'Name': $measured.manifests.{name}}}, "
                f"'written': $measured.pictures.{name}, "
                f"'kept': $type({_FOUND}.TotalEntries) = 'number' ? {_FOUND}.TotalEntries "
                f": $measured.pictures.{name}, "
                f"'in_error': $type({_FOUND}.ErrorEntries) = 'number' ? {_FOUND}.ErrorEntries : 0}}]) %}}",
                "report": f"{{% $type({_FOUND}.TotalEntries) = 'number' ? $report : $merge([$report, "
                f"{{'warnings': $append($report.warnings, 'Rekognition did not say how many lines of the "
                f"{kind} dataset it kept.')}}]) %}}",
            },
            during=f"counting the {kind} entries",
        )
        count.next(then)
        return count

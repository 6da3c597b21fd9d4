"""Whose the datasets of an adopted project are: those that the pipeline did not make it never deletes.

What people labelled in the console exists in a dataset and nowhere else. So each dataset that the pipeline
makes is written down as soon as Rekognition has said its ARN, which ends in the time of creation and never
comes again. One whose ARN never reached the pipeline, because the answer was lost, counts as foreign: then
a person has to look, which costs less than labels.
"""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows import names
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.registry_items import TRAINING_LOCK

KIND: Final = "pointer"
NAME: Final = "datasets"
"""Of the registry's item, which holds an ARN for each type of dataset."""

_OURS: Final = "[$states.result.Item.TRAIN.S, $states.result.Item.TEST.S]"


class DatasetOwnership:
    """States of RefreshDatasets that an adopted project has besides."""

    MADE: Final = {"made": "{% $states.result.DatasetArn %}"}
    """What the creation of a dataset remembers for `remember`."""

    def __init__(self, *, ending: Ending) -> None:
        self._ending = ending

    def check(self, scope: Construct, *, then: sfn.IChainable) -> sfn.IChainable:
        """On to `then` if all of `$datasets` may be deleted; else the run ends."""
        foreign = self._ending.failure(
            "The datasets are not the pipeline's",
            error=names.FOREIGN_DATASETS,
            cause="'The project holds datasets that the pipeline did not make, or that somebody changed, "
            "and which it does not delete: ' & $join($foreign, ', ') & '. Delete them by hand if nobody "
            "needs their labels, or once these are in a file: the runbook says how.'",
        )
        ours = (
            sfn.Choice.jsonata(scope, "Did the pipeline make the old datasets?")
            .when(sfn.Condition.jsonata("{% $count($foreign) > 0 %}"), foreign)
            .otherwise(then)
        )
        read = self._ending.registry.get(
            "Read which datasets the pipeline made",
            kind=KIND,
            item=NAME,
            # The pipeline makes datasets and never updates one: that was somebody who labelled on in it.
            assign={
                "foreign": f"{{% [$datasets[$not(arn in {_OURS}) or status = 'UPDATE_COMPLETE'].arn] %}}"
            },
            during="reading which datasets the pipeline made",
        )
        read.next(ours)
        return read

    def remember(self, kind: str, *, then: sfn.IChainable) -> sfn.IChainable:
        """A task that writes down the dataset that was just made."""
        registry = self._ending.registry
        task = registry.transact(
            f"Write down the {kind} dataset",
            lock=TRAINING_LOCK,
            items=[registry.update_part(KIND, NAME, {kind: {"S": "{% $made %}"}})],
            during=f"writing down the {kind} dataset",
        )
        task.next(then)
        return task

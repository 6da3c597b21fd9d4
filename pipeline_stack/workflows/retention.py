"""The part of Training that deletes versions which nobody needs any more, before it makes another one."""

from __future__ import annotations

from typing import Any, Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows.calls import Handled, unless_redriven
from pipeline_stack.workflows.ending import Ending
from pipeline_stack.workflows.hosted_models import HOSTED, ListHostedModels
from pipeline_stack.workflows.names import REKOGNITION_IN_USE, REKOGNITION_NOT_FOUND
from pipeline_stack.workflows.report import with_warnings
from pipeline_stack.workflows.resources import PipelineResources

# What DeleteProjectVersion takes (API reference: "You can't delete a model if it is running or if it is
# training").
DELETABLE: Final = ("TRAINING_COMPLETED", "STOPPED", "FAILED", "TRAINING_FAILED")
# What became of a version that no check takes up again. The first two are of versions that a forced run left
# behind: whoever comes here holds the training lock and has no unfinished version.
ABANDONED: Final = ("training", "accepted")
SETTLED: Final = (
    *ABANDONED,
    *("deployed", "rolled_back", "rejected", "refused", "approval_timed_out", "failed"),
)
# A record's attributes that are read come to some 300 bytes: a page stays far below a state's 256 KiB.
PAGE_SIZE: Final = 100

_ROWS: Final = (
    "[$states.result.Items[name.S in $hosted.version].{'version': name.S, 'outcome': outcome.S, "
    "'deployed_at': deployed_at.S, 'ended_at': $exists(judged_at) ? judged_at.S : registered_at.S, "
    "'is_ours': $exists(registered_at)}]"
)


def _latest(rows: str, time: str, count: int) -> str:
    """An expression: the names of the `count` rows with the latest `time`."""
    if not count:
        return "[]"
    order = f"function($a, $b) {{ $a.{time} < $b.{time} }}"
    return f"$sort({rows}, {order})[[0..{count - 1}]].version"


def versions_to_delete(*, keep_deployed: int, keep_rejected: int) -> str:
    """An expression: those of `$hosted` that may go.

    Only what the pipeline trained, and is done with. The live version and the one before it stay whatever the
    numbers say: the latest deployments are theirs, and the pointer names both.
    """
    served = _latest("$rows[$exists(deployed_at)]", "deployed_at", keep_deployed)
    never = _latest("$settled[$exists(deployed_at) = false]", "ended_at", keep_rejected)
    return (
        f"($settled := $rows[is_ours and outcome in {list(SETTLED)}]; "
        f"$kept := $append([$live.version, $version, $live.previous], $append([{served}], [{never}])); "
        f"[$hosted[status in {list(DELETABLE)} and version in $settled.version and $not(version in $kept)]])"
    )


class MakeRoom:
    """States that delete old versions, one after the other; enter at `start`, on to `then`.

    A project holds 100 models, and the numbers kept are far below that. What cannot be deleted keeps nothing
    from being trained: the run's report says so, and the next training tries again. Nothing waits for a
    deletion to end.
    """

    def __init__(
        self, scope: Construct, *, ending: Ending, resources: PipelineResources, then: sfn.IChainable
    ) -> None:
        keep = sfn.Pass.jsonata(
            scope,
            "Keep the old versions",
            assign={
                **dict.fromkeys(("errorName", "cause", "during"), ""),
                "report": with_warnings(
                    "['Old versions are still there, because ' & $during & ' failed with ' & $errorName & "
                    "': ' & $substring($cause, 0, 1000)]"
                ),
            },
        )
        keep.next(then)
        another = sfn.Choice.jsonata(scope, "Is an old version to be deleted?")
        delete = ending.calls.rekognition(
            "Delete an old version",
            action="deleteProjectVersion",
            resources=[resources.project.version_resource_arn],
            parameters={"ProjectVersionArn": unless_redriven("$doomed[0].arn")},
            assign={
                "doomed": "{% [$doomed[[1..$count($doomed)]]] %}",
                "report": "{% $merge([$report, {'deleted_versions': "
                "$append($report.deleted_versions, [$doomed[0].version])}]) %}",
            },
            handled=[
                # Somebody started it, or deleted it himself.
                Handled(
                    errors=[REKOGNITION_IN_USE, REKOGNITION_NOT_FOUND],
                    then=another,
                    assign={"doomed": "{% [$doomed[[1..$count($doomed)]]] %}"},
                )
            ],
            during="deleting an old version",
            failure=keep,
        )
        delete.next(another)
        another.when(sfn.Condition.jsonata("{% $count($doomed) > 0 %}"), delete).otherwise(then)
        choose = sfn.Pass.jsonata(
            scope,
            "Choose what may go",
            assign={
                "doomed": "{% "
                + versions_to_delete(
                    keep_deployed=resources.change.keep_deployed, keep_rejected=resources.change.keep_rejected
                )
                + " %}"
            },
        )
        choose.next(another)
        records = self._read_records(scope, ending=ending, failure=keep, then=choose)
        any_there = (
            sfn.Choice.jsonata(scope, "Is an old version there?")
            .when(sfn.Condition.jsonata("{% $count($hosted) > 0 %}"), records)
            .otherwise(then)
        )
        self.start: Final = ListHostedModels(
            scope,
            calls=ending.calls,
            project=resources.project,
            noun="trained versions",
            # Those that run count among the kept ones.
            statuses=(*DELETABLE, *HOSTED),
            then=any_there,
            failure=keep,
        ).start

    @staticmethod
    def _read_records(
        scope: Construct, *, ending: Ending, failure: sfn.IChainable, then: sfn.IChainable
    ) -> sfn.TaskStateBase:
        """A task that fills `rows` with what the registry knows of the versions in `hosted`."""

        def page(name: str, parameters: dict[str, Any], rows: str) -> sfn.TaskStateBase:
            attributes = ("name", "outcome", "deployed_at", "judged_at", "registered_at")
            return ending.registry.query(
                name,
                kind="version",
                parameters={
                    "Limit": PAGE_SIZE,
                    "ProjectionExpression": ", ".join(f"#{attribute}" for attribute in attributes),
                    **parameters,
                },
                aliases={f"#{attribute}": attribute for attribute in attributes},
                assign={
                    "rows": f"{{% {rows} %}}",
                    "after": "{% $exists($states.result.LastEvaluatedKey) ? $states.result.LastEvaluatedKey "
                    ": {} %}",
                },
                during="reading the records of old versions",
                failure=failure,
            )

        first = page("Read the records of versions", {}, _ROWS)
        more = page(
            "Read more records of versions", {"ExclusiveStartKey": "{% $after %}"}, f"$append($rows, {_ROWS})"
        )
        another = (
            sfn.Choice.jsonata(scope, "More records of versions to read?")
            .when(sfn.Condition.jsonata("{% $exists($after.name) %}"), more)
            .otherwise(then)
        )
        first.next(another)
        more.next(another)
        return first

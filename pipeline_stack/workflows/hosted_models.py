"""Listing the versions of the project that take, or are about to give back, an inference unit."""

from __future__ import annotations

from typing import Any, Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.project import CustomLabelsProject
from pipeline_stack.workflows.calls import Calls

# 25 descriptions a page stay far below the 256 KiB that a state may return; past it the run would end
# with States.DataLimitExceeded, which no Catch of States.ALL sees.
PAGE_SIZE: Final = 25

# A description carries no VersionName; it is the fourth part of
# arn:aws:rekognition:REGION:ACCOUNT:project/NAME/version/VERSION/EPOCH.
VERSION_OF_ARN: Final = "$split(ProjectVersionArn, '/')[3]"
HOSTED: Final = ("STARTING", "RUNNING", "STOPPING")
_NEXT_PAGE: Final = "{% $exists($states.result.NextToken) ? $states.result.NextToken : '' %}"


class ListHostedModels:
    """States that fill `hosted` with version, arn, status and units of each; enter at `start`, on to `then`.

    `statuses` are those that count.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        calls: Calls,
        project: CustomLabelsProject,
        then: sfn.IChainable,
        noun: str = "hosted models",
        statuses: tuple[str, ...] = HOSTED,
        failure: sfn.IChainable | None = None,
    ) -> None:
        found = (
            f"[$states.result.ProjectVersionDescriptions[Status in {list(statuses)}]"
            ".{'version': " + VERSION_OF_ARN + ", 'arn': ProjectVersionArn, 'status': Status, "
            "'units': $exists(MinInferenceUnits) ? MinInferenceUnits : 1}]"
        )

        def page(name: str, parameters: dict[str, Any], hosted: str) -> sfn.TaskStateBase:
            return calls.rekognition(
                name,
                action="describeProjectVersions",
                resources=[project.project_resource_arn],
                parameters={"ProjectArn": project.project_arn, "MaxResults": PAGE_SIZE, **parameters},
                assign={"hosted": f"{{% {hosted} %}}", "token": _NEXT_PAGE},
                during="listing the project's models",
                failure=failure,
            )

        first = page(f"List {noun}", {}, found)
        more = page(f"List more {noun}", {"NextToken": "{% $token %}"}, f"$append($hosted, {found})")
        another = (
            sfn.Choice.jsonata(scope, f"More {noun} to list?")
            .when(sfn.Condition.jsonata("{% $token != '' %}"), more)
            .otherwise(then)
        )
        first.next(another)
        more.next(another)
        self.start: Final = first


def unless_none_is_live(project: CustomLabelsProject) -> str:
    """A further condition on stopping what `$live` does not name; empty for a project of the stack's own.

    What runs in an adopted project before the pipeline has deployed a model of its own is what people use.
    """
    return " and $live.version != ''" if project.is_adopted else ""


def names_of(models: str) -> str:
    """An expression: the versions in `models`, in words."""
    return f"($count({models}) = 0 ? 'none' : $join([{models}.(version & ' (' & status & ')')], ', '))"

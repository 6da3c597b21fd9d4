"""Listing the models of the whole account and Region that take a slot, for whoever has to free one."""

from __future__ import annotations

from typing import Any, Final

from aws_cdk import Stack
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipeline_stack.workflows.calls import Calls
from pipeline_stack.workflows.hosted_models import HOSTED, PAGE_SIZE, VERSION_OF_ARN

_PROJECTS: Final = "[$states.result.ProjectDescriptions.ProjectArn]"
_NEXT: Final = "{% $exists($states.result.NextToken) ? $states.result.NextToken : '' %}"
_TAKING: Final = (
    f"[$states.result.ProjectVersionDescriptions[Status in {list(HOSTED)}].{{"
    "'project': $split(ProjectVersionArn, '/')[1], 'version': " + VERSION_OF_ARN + ", 'status': Status, "
    "'units': $exists(MinInferenceUnits) ? MinInferenceUnits : 1, "
    "'made': $exists(CreationTimestamp) ? $substring($string(CreationTimestamp), 0, 10) : ''}]"
)


def any_project_arn(scope: Construct) -> str:
    """What DescribeProjectVersions of any project of the account is allowed on."""
    return Stack.of(scope).format_arn(service="rekognition", resource="project", resource_name="*/*")


class ListAccountModels:
    """States that fill `taken` with project, version, status, units and day of training of each; enter at
    `start`, on to `then`.

    An account has 100 projects unless AWS raised that, and each is asked in turn. What cannot be listed is
    left out: the message that this is for says what is known.
    """

    def __init__(self, scope: Construct, *, calls: Calls, then: sfn.IChainable) -> None:
        def projects(name: str, parameters: dict[str, Any], found: str) -> sfn.TaskStateBase:
            return calls.rekognition(
                name,
                action="describeProjects",
                # DescribeProjects knows no resource-level permission (Service Authorization Reference).
                resources=["*"],
                parameters={"MaxResults": 100, **parameters},
                assign={"projects": f"{{% {found} %}}", "token": _NEXT},
                during="listing the account's projects",
                tolerated=then,
            )

        def models(name: str, parameters: dict[str, Any]) -> sfn.TaskStateBase:
            return calls.rekognition(
                name,
                action="describeProjectVersions",
                resources=[any_project_arn(scope)],
                parameters={"ProjectArn": "{% $projects[0] %}", "MaxResults": PAGE_SIZE, **parameters},
                assign={"taken": f"{{% $append($taken, {_TAKING}) %}}", "token": _NEXT},
                during="listing the models of the account",
                tolerated=then,
            )

        first = projects("List the account's projects", {}, _PROJECTS)
        more = projects(
            "List more of the account's projects",
            {"NextToken": "{% $token %}"},
            f"$append($projects, {_PROJECTS})",
        )
        page = models("List the models of a project", {})
        next_page = models("List more models of a project", {"NextToken": "{% $token %}"})
        following = sfn.Pass.jsonata(
            scope,
            "Turn to the next project",
            assign={"projects": "{% [$projects[[1..$count($projects)]]] %}"},
        )
        left = (
            sfn.Choice.jsonata(scope, "Is a project left to look at?")
            .when(sfn.Condition.jsonata("{% $count($projects) > 0 %}"), page)
            .otherwise(then)
        )
        following.next(left)
        another_page = (
            sfn.Choice.jsonata(scope, "More models of this project?")
            .when(sfn.Condition.jsonata("{% $token != '' %}"), next_page)
            .otherwise(following)
        )
        page.next(another_page)
        next_page.next(another_page)
        another = (
            sfn.Choice.jsonata(scope, "More projects to list?")
            .when(sfn.Condition.jsonata("{% $token != '' %}"), more)
            .otherwise(left)
        )
        first.next(another)
        more.next(another)
        begin = sfn.Pass.jsonata(scope, "Look what takes the slots", assign={"taken": [], "projects": []})
        begin.next(first)
        self.start: Final = begin


def words_of_taken(*, project: str, usd_per_unit_hour: float) -> str:
    """An expression: `$taken` in words, with what each model costs, and since when as far as is known.

    Rekognition tells when a model was trained, not when it was started; of our own live model the pointer
    knows.
    """
    since = (
        f"(project = '{project}' and version = $live.version and $exists($live.deployed_at) "
        "? ', live since ' & $live.deployed_at : made != '' ? ', trained on ' & made : '')"
    )
    cost = f"$string($round(units * {usd_per_unit_hour:g}, 2)) & ' USD an hour'"
    one = (
        "project & '/' & version & ' (' & status & ', ' & $string(units) & ' inference unit' & "
        f"(units = 1 ? '' : 's') & ', about ' & {cost} & {since} & ')'"
    )
    return (
        "($count($taken) = 0 ? 'Which models run in this account could not be listed.' "
        f": 'Running in this account and Region: ' & $join([$taken.({one})], '; ') & '.')"
    )

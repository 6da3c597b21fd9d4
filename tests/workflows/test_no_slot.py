"""The account's slots are taken: who has to free one learns by what, since when and at what cost."""

from __future__ import annotations

import re

import pytest

from tests.workflows.operator import Operator
from tests.workflows.test_adopted_project import PROJECT, People


@pytest.fixture
def crowded(stocked: Operator) -> tuple[Operator, str]:
    """An operator whose live model, named, and a model of people in another project take the two slots."""
    live = stocked.run()["version"]
    People(stocked.aws).label_and_train()
    stocked.upload_fruits(count=5, first=10)
    stocked.set("Minimum-Untrained-Images", "1")
    return stocked, live


def test_the_message_says_what_runs_in_the_account_and_a_later_check_deploys(
    crowded: tuple[Operator, str],
) -> None:
    operator, live = crowded
    report = operator.run()
    assert report["outcome"] == "waiting_for_capacity"
    message = operator.messages()[-1]["message"]
    running = next(part for part in message.splitlines() if "Running in this account and Region" in part)
    for expected in (
        rf"{operator.outputs['ProjectName']}/{live} \(RUNNING, 1 inference unit, about 4 USD an hour, "
        r"live since \d{4}-\d\d-\d\dT",
        rf"{PROJECT}/theirs \(RUNNING, 1 inference unit, about 4 USD an hour, trained on \d{{4}}-\d\d-\d\d\)",
    ):
        assert re.search(expected, running), running
    assert operator.versions() == {live: "RUNNING", report["version"]: "TRAINING_COMPLETED"}

    rekognition = operator.aws.client("rekognition")
    (project,) = rekognition.describe_projects(ProjectNames=[PROJECT])["ProjectDescriptions"]
    (theirs,) = rekognition.describe_project_versions(ProjectArn=project["ProjectArn"])[
        "ProjectVersionDescriptions"
    ]
    rekognition.stop_project_version(ProjectVersionArn=theirs["ProjectVersionArn"])
    deployed = operator.run()
    assert (deployed["outcome"], deployed["version"]) == ("deployed", report["version"])
    assert len(operator.calls("CreateProjectVersion")) == 3, "theirs and two of ours"


def test_what_cannot_be_listed_keeps_nobody_waiting(crowded: tuple[Operator, str]) -> None:
    operator, _ = crowded
    operator.aws.rekognition(training_seconds=3000)
    execution = operator.start()
    operator.until_in(execution, "Wait for training")
    operator.aws.faults(
        [
            {
                "service": "rekognition",
                "operation": "DescribeProjects",
                "error": "AccessDeniedException",
                "times": 99,
            }
        ]
    )
    assert operator.finished(execution)["status"] == "SUCCEEDED"
    message = operator.messages()[-1]["message"]
    assert "Which models run in this account could not be listed." in message

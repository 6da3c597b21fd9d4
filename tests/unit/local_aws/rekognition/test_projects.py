"""Projects, their tags, and the names that IAM evaluates."""

from __future__ import annotations

import re

import pytest

from local_aws.rekognition.arns import resource_arn
from tests.unit.local_aws.rekognition.fakes import CallError, Lab, line


@pytest.fixture
def lab() -> Lab:
    return Lab()


def names(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [item["ProjectArn"].split("/")[1] for item in answer["ProjectDescriptions"]]


def test_an_arn_ends_in_the_milliseconds_of_creation(lab: Lab) -> None:
    arn = lab.project()
    assert re.fullmatch(r"arn:aws:rekognition:us-east-1:000000000000:project/birds/1800001000\d{3}", arn)
    assert lab.project("bees") != arn


def test_projects_come_newest_first_and_unknown_names_are_left_out(lab: Lab) -> None:
    for name in ("a", "b", "c"):
        lab.project(name)
        lab.time.pass_seconds(1)
    assert names(lab.call("DescribeProjects")) == ["c", "b", "a"]
    assert names(lab.call("DescribeProjects", ProjectNames=["a", "nobody"])) == ["a"]
    assert names(lab.call("DescribeProjects", Features=["CONTENT_MODERATION"])) == []
    first = lab.call("DescribeProjects", MaxResults=2)
    assert names(lab.call("DescribeProjects", MaxResults=2, NextToken=first["NextToken"])) == ["a"]


def test_a_name_is_taken_once(lab: Lab) -> None:
    lab.project()
    with pytest.raises(CallError, match="ResourceInUseException"):
        lab.project()


def test_an_account_has_at_most_100_projects(lab: Lab) -> None:
    for number in range(100):
        lab.project(f"p{number}")
    with pytest.raises(CallError, match="LimitExceededException"):
        lab.project("one-more")


def test_a_project_that_holds_a_dataset_is_not_deleted(lab: Lab) -> None:
    arn = lab.project()
    dataset = lab.dataset(arn, "TRAIN", line("a.png", "cat"))
    with pytest.raises(CallError, match=r"ResourceInUseException.*TRAIN dataset"):
        lab.call("DeleteProject", ProjectArn=arn)
    lab.call("DeleteDataset", DatasetArn=dataset)
    lab.time.pass_seconds(10)
    assert lab.call("DeleteProject", ProjectArn=arn)["Status"] == "DELETING"
    assert lab.call("DescribeProjects")["ProjectDescriptions"][0]["Status"] == "DELETING"
    lab.time.pass_seconds(10)
    assert lab.call("DescribeProjects")["ProjectDescriptions"] == []


def test_an_arn_of_an_earlier_project_of_the_name_is_not_found(lab: Lab) -> None:
    old = lab.project()
    lab.call("DeleteProject", ProjectArn=old)
    lab.time.pass_seconds(10)
    lab.project()
    with pytest.raises(CallError, match="ResourceNotFoundException"):
        lab.call("DescribeProjectVersions", ProjectArn=old)


def test_accounts_and_regions_do_not_see_each_other(lab: Lab) -> None:
    lab.project()
    assert lab.platform.account("111111111111", "us-east-1").projects == {}
    assert lab.platform.account("000000000000", "eu-west-1").projects == {}


def test_tags_are_added_changed_and_removed(lab: Lab) -> None:
    arn = lab.call("CreateProject", ProjectName="birds", Tags={"team": "a", "cost": "1"})["ProjectArn"]
    lab.call("TagResource", ResourceArn=arn, Tags={"team": "b"})
    lab.call("UntagResource", ResourceArn=arn, TagKeys=["cost", "nothing"])
    assert lab.call("ListTagsForResource", ResourceArn=arn)["Tags"] == {"team": "b"}


def test_an_operation_that_is_missing_here_says_so(lab: Lab) -> None:
    with pytest.raises(CallError, match=r"no rekognition:DetectFaces"):
        lab.call("DetectFaces", Image={"Bytes": b"x"})


@pytest.mark.parametrize(
    ("operation", "params", "resource"),
    [
        ("CreateProject", {"ProjectName": "p"}, "*"),
        ("DescribeProjects", {"ProjectNames": ["p"]}, "*"),
        ("CreateDataset", {"ProjectArn": "project"}, "project"),
        ("CreateProjectVersion", {"ProjectArn": "project"}, "project"),
        ("DescribeProjectVersions", {"ProjectArn": "project"}, "project"),
        ("DescribeDataset", {"DatasetArn": "dataset"}, "dataset"),
        ("DistributeDatasetEntries", {"Datasets": [{"Arn": "train"}, {"Arn": "test"}]}, "train"),
        ("StartProjectVersion", {"ProjectVersionArn": "version", "MinInferenceUnits": 1}, "version"),
        ("DetectCustomLabels", {"ProjectVersionArn": "version"}, "version"),
        ("TagResource", {"ResourceArn": "any"}, "any"),
        ("DetectFaces", {}, "*"),
        ("DeleteDataset", {}, "*"),
    ],
)
def test_iam_evaluates_the_resource_that_the_call_names(
    operation: str, params: dict[str, object], resource: str
) -> None:
    assert resource_arn(operation, params) == resource

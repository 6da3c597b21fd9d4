"""Looking into datasets and changing them."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from local_aws.rekognition.dataset_import import split
from local_aws.rekognition.line_errors import ManifestError
from local_aws.rekognition.manifest import parse_line
from tests.unit.local_aws.rekognition.boxed import box_attribute
from tests.unit.local_aws.rekognition.fakes import CallError, Lab, line

PETS = [line(f"cat/{number}.png", "cat") for number in range(6)] + [
    line(f"dog/{number}.png", "dog", "outdoors") for number in range(4)
]


@pytest.fixture
def lab() -> Lab:
    return Lab()


@pytest.fixture
def dataset(lab: Lab) -> str:
    broken = [line("broken.png", "cat", label0="one"), line("plain.png")]
    return lab.dataset(lab.project(), "TRAIN", *PETS, *broken)


def refs(entries: list[str]) -> list[str]:
    return [json.loads(entry)["source-ref"].removeprefix("s3://pictures/") for entry in entries]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 12),
        ({"HasErrors": False}, 12),
        ({"HasErrors": True}, 1),
        ({"Labeled": True}, 10),
        ({"Labeled": False}, 2),
        ({"ContainsLabels": ["outdoors", "indoors"]}, 4),
        ({"SourceRefContains": "cat/"}, 6),
    ],
)
def test_entries_are_filtered(lab: Lab, dataset: str, filters: dict[str, object], count: int) -> None:
    assert len(lab.call("ListDatasetEntries", DatasetArn=dataset, **filters)["DatasetEntries"]) == count


def test_entries_with_errors_tell_them(lab: Lab, dataset: str) -> None:
    [entry] = lab.call("ListDatasetEntries", DatasetArn=dataset, HasErrors=True)["DatasetEntries"]
    document = json.loads(entry)
    assert document["cl-metadata"] == {"is_labeled": False}
    assert document["cl-errors"] == [
        {
            "code": "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT",
            "message": "The format of the label attribute label0 is invalid.",
        }
    ]


def test_entries_come_in_pages(lab: Lab, dataset: str) -> None:
    first = lab.call("ListDatasetEntries", DatasetArn=dataset, MaxResults=8, NextToken="")
    second = lab.call("ListDatasetEntries", DatasetArn=dataset, MaxResults=8, NextToken=first["NextToken"])
    assert "NextToken" not in second
    assert len(set(refs(first["DatasetEntries"] + second["DatasetEntries"]))) == 12


def test_entries_with_errors_come_in_pages_too(lab: Lab) -> None:
    broken = [line(f"{number}.png", "cat", label0="one") for number in range(2)]
    dataset = lab.dataset(lab.project(), "TRAIN", *PETS, *broken)
    first = lab.call("ListDatasetEntries", DatasetArn=dataset, HasErrors=True, MaxResults=1)
    token = first["NextToken"]
    second = lab.call("ListDatasetEntries", DatasetArn=dataset, HasErrors=True, MaxResults=1, NextToken=token)
    assert "NextToken" not in second
    assert refs(first["DatasetEntries"] + second["DatasetEntries"]) == ["0.png", "1.png"]


@pytest.mark.parametrize("filters", [{"Labeled": True}, {}])
def test_a_token_serves_only_the_list_it_came_from(lab: Lab, dataset: str, filters: dict[str, bool]) -> None:
    token = lab.call("ListDatasetEntries", DatasetArn=dataset, MaxResults=1, HasErrors=False)["NextToken"]
    with pytest.raises(CallError, match="InvalidPaginationTokenException"):
        lab.call("ListDatasetEntries", DatasetArn=dataset, NextToken=token, **filters)


@pytest.mark.parametrize("token", ["nonsense", "é", "a" * 1024])
def test_an_invented_token_is_refused(lab: Lab, dataset: str, token: str) -> None:
    with pytest.raises(CallError, match="InvalidPaginationTokenException"):
        lab.call("ListDatasetEntries", DatasetArn=dataset, NextToken=token)


def test_labels_are_counted(lab: Lab, dataset: str) -> None:
    labels = lab.call("ListDatasetLabels", DatasetArn=dataset)["DatasetLabelDescriptions"]
    assert {item["LabelName"]: item["LabelStats"]["EntryCount"] for item in labels} == {
        "cat": 6,
        "dog": 4,
        "outdoors": 4,
    }


def test_boxes_are_counted_and_pictures_with_them_once(lab: Lab) -> None:
    boxes = [
        ("cat", (0, 0, 20, 20)),
        ("cat", (30, 0, 50, 20)),
        ("dog", (0, 30, 20, 50)),
        ("dog", (90, 0, 110, 9)),
    ]
    arn = lab.dataset(lab.project(), "TRAIN", line("a.png", **box_attribute((100, 100), boxes)), *PETS[:5])
    labels = lab.call("ListDatasetLabels", DatasetArn=arn)["DatasetLabelDescriptions"]
    assert {item["LabelName"]: item["LabelStats"] for item in labels} == {
        "cat": {"EntryCount": 6, "BoundingBoxCount": 2},
        "dog": {"EntryCount": 1, "BoundingBoxCount": 1},
    }


def test_a_dataset_under_way_is_not_listed(lab: Lab) -> None:
    arn = lab.dataset(lab.project(), "TRAIN", *PETS, wait=False)
    with pytest.raises(CallError, match="ResourceNotReadyException"):
        lab.call("ListDatasetEntries", DatasetArn=arn)


def test_an_update_replaces_by_picture_and_adds(lab: Lab) -> None:
    arn = lab.dataset(lab.project(), "TRAIN", *PETS)
    lines = f"{line('cat/0.png', 'lynx')}\n{line('new.png', 'cat')}\n"
    lab.call("UpdateDatasetEntries", DatasetArn=arn, Changes={"GroundTruth": lines.encode()})
    assert lab.describe_dataset(arn)["Status"] == "UPDATE_IN_PROGRESS"
    for refused in ("UpdateDatasetEntries", "DeleteDataset"):
        changes = {"Changes": {"GroundTruth": b"{}"}} if refused == "UpdateDatasetEntries" else {}
        with pytest.raises(CallError, match="ResourceInUseException"):
            lab.call(refused, DatasetArn=arn, **changes)
    lab.time.pass_seconds(10)
    assert lab.describe_dataset(arn)["Status"] == "UPDATE_COMPLETE"
    assert lab.describe_dataset(arn)["DatasetStats"]["TotalEntries"] == 11
    assert len(lab.call("ListDatasetEntries", DatasetArn=arn, ContainsLabels=["lynx"])["DatasetEntries"]) == 1


def test_a_bad_update_leaves_the_entries_as_they_were(lab: Lab) -> None:
    arn = lab.dataset(lab.project(), "TRAIN", *PETS)
    lab.call("UpdateDatasetEntries", DatasetArn=arn, Changes={"GroundTruth": b"not json"})
    lab.time.pass_seconds(10)
    description = lab.describe_dataset(arn)
    assert (description["Status"], description["DatasetStats"]["TotalEntries"]) == ("UPDATE_FAILED", 10)


def test_distribution_moves_a_fifth_of_each_label(lab: Lab) -> None:
    project = lab.project()
    lines = [line(f"{label}/{number}.png", label) for label in ("cat", "dog") for number in range(10)]
    train, test = lab.dataset(project, "TRAIN", *lines), lab.dataset(project, "TEST")
    lab.call("DistributeDatasetEntries", Datasets=[{"Arn": train}, {"Arn": test}])
    assert lab.describe_dataset(test)["Status"] == "UPDATE_IN_PROGRESS"
    lab.time.pass_seconds(20)
    for arn, count in ((train, 8), (test, 2)):
        assert lab.describe_dataset(arn)["Status"] == "UPDATE_COMPLETE"
        labels = lab.call("ListDatasetLabels", DatasetArn=arn)["DatasetLabelDescriptions"]
        assert [item["LabelStats"]["EntryCount"] for item in labels] == [count, count]
    with pytest.raises(CallError, match=r"InvalidParameterException.*must be empty"):
        lab.call("DistributeDatasetEntries", Datasets=[{"Arn": train}, {"Arn": test}])


def test_distribution_moves_a_fifth_of_each_of_several_labels() -> None:
    lines = [line(f"{number}.png", "picture", f"label{number % 3}") for number in range(30)]
    train, test = split([parse_line(0, text.encode()) for text in lines], shortage="ERROR_EMPTY_MANIFEST")
    for part, each, every in ((train, 8, 24), (test, 2, 6)):
        counts = Counter(label for item in part for label in item.labels)
        assert counts == {"label0": each, "label1": each, "label2": each, "picture": every}


def test_distribution_fails_when_no_part_can_have_every_label() -> None:
    lines = [line("0.png", "a", "b"), line("1.png", "a", "c"), line("2.png", "b", "c")]
    with pytest.raises(ManifestError):
        split([parse_line(0, text.encode()) for text in lines], shortage="ERROR_EMPTY_MANIFEST")


def test_distribution_fails_for_a_label_with_one_picture(lab: Lab) -> None:
    project = lab.project()
    train, test = lab.dataset(project, "TRAIN", *PETS, line("owl.png", "owl")), lab.dataset(project, "TEST")
    lab.call("DistributeDatasetEntries", Datasets=[{"Arn": train}, {"Arn": test}])
    lab.time.pass_seconds(20)
    assert lab.describe_dataset(train)["Status"] == "UPDATE_FAILED"
    assert "FOR_DISTRIBUTE" in lab.describe_dataset(test)["StatusMessage"]


def test_distribution_wants_both_datasets_of_one_project(lab: Lab) -> None:
    train, test = lab.dataset(lab.project(), "TRAIN", *PETS), lab.dataset(lab.project("other"), "TEST")
    with pytest.raises(CallError, match="InvalidParameterException"):
        lab.call("DistributeDatasetEntries", Datasets=[{"Arn": train}, {"Arn": test}])

"""A model's training, its quotas, and its end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.local_aws.rekognition.fakes import BUCKET, CallError, Lab, line
from tests.unit.local_aws.rekognition.trained import pictures, ready_project, trained_version


@pytest.fixture
def lab() -> Lab:
    return Lab()


def test_a_training_ends_after_its_time(lab: Lab) -> None:
    project = ready_project(lab)
    arn = lab.train(project)
    under_way = lab.describe_version(project)
    assert under_way["Status"] == "TRAINING_IN_PROGRESS"
    assert not under_way.keys() & {"EvaluationResult", "TrainingEndTimestamp", "MinInferenceUnits"}
    lab.time.pass_seconds(599)
    assert lab.describe_version(project)["Status"] == "TRAINING_IN_PROGRESS"
    lab.time.pass_seconds(1)
    done = lab.describe_version(project)
    assert done["Status"] == "TRAINING_COMPLETED"
    assert done["ProjectVersionArn"] == arn
    assert "/version/v1/" in arn
    assert done["EvaluationResult"]["F1Score"] == 1.0
    assert done["BillableTrainingTimeInSeconds"] == 600
    assert (done["TrainingEndTimestamp"] - done["CreationTimestamp"]).total_seconds() == 600


def test_a_training_takes_as_long_as_wished(lab: Lab) -> None:
    lab.platform.wishes.change({"training_seconds": 7200})
    project = ready_project(lab)
    lab.train(project)
    lab.time.pass_seconds(7199)
    assert lab.describe_version(project)["Status"] == "TRAINING_IN_PROGRESS"
    lab.time.pass_seconds(1)
    assert lab.describe_version(project)["Status"] == "TRAINING_COMPLETED"


def test_a_training_that_is_held_ends_when_it_is_let_go(lab: Lab) -> None:
    lab.platform.wishes.change({"hold_trainings": True})
    project = ready_project(lab)
    lab.train(project)
    lab.time.pass_seconds(6000)
    assert lab.describe_version(project)["Status"] == "TRAINING_IN_PROGRESS"
    lab.platform.wishes.change({"hold_trainings": False})
    done = lab.describe_version(project)
    assert done["Status"] == "TRAINING_COMPLETED"
    assert done["BillableTrainingTimeInSeconds"] == 600


def test_the_next_training_alone_fails_as_wished(lab: Lab) -> None:
    project = ready_project(lab)
    lab.platform.wishes.change({"next_training": {"status": "TRAINING_FAILED", "message": "Out of luck."}})
    lab.train(project, "v1")
    lab.train(project, "v2")
    lab.time.pass_seconds(600)
    failed = lab.describe_version(project, "v1")
    assert (failed["Status"], failed["StatusMessage"]) == ("TRAINING_FAILED", "Out of luck.")
    assert "BillableTrainingTimeInSeconds" not in failed
    assert lab.describe_version(project, "v2")["Status"] == "TRAINING_COMPLETED"


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"training_seconds": 0}, "training_seconds: 0; a number"),
        ({"training_seconds": True}, "training_seconds: True"),
        ({"hold_trainings": 1}, "hold_trainings: 1; true or false"),
        ({"next_training": {"status": "RUNNING", "message": "x"}}, "TRAINING_FAILED"),
        ({"next_training": {"status": "TRAINING_FAILED"}}, "message"),
        ({"training_second": 5}, "training_second: unknown"),
        ({"training_seconds": 5, "next_training": "bad"}, "next_training"),
    ],
)
def test_a_wish_that_cannot_be_met_changes_nothing(lab: Lab, wish: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        lab.platform.wishes.change(wish)
    assert lab.platform.wishes.training_seconds == 600
    assert lab.platform.wishes.next_training is None


def test_versions_come_newest_first_and_unknown_names_are_left_out(lab: Lab) -> None:
    project = ready_project(lab)
    for name in ("v1", "v2", "v3"):
        trained_version(lab, project, name)
    first = lab.call("DescribeProjectVersions", ProjectArn=project, MaxResults=2)
    names = [item["ProjectVersionArn"].split("/")[3] for item in first["ProjectVersionDescriptions"]]
    assert names == ["v3", "v2"]
    rest = lab.call("DescribeProjectVersions", ProjectArn=project, NextToken=first["NextToken"])
    assert len(rest["ProjectVersionDescriptions"]) == 1
    unknown = lab.call("DescribeProjectVersions", ProjectArn=project, VersionNames=["v9"])
    assert unknown == {"ProjectVersionDescriptions": []}


def test_a_name_is_taken_once_in_a_project(lab: Lab) -> None:
    project, other = ready_project(lab), ready_project(lab, "other")
    lab.train(project)
    with pytest.raises(CallError, match="ResourceInUseException"):
        lab.train(project)
    lab.train(other)


def test_two_models_are_trained_at_once_in_an_account(lab: Lab) -> None:
    project, other = ready_project(lab), ready_project(lab, "other")
    lab.train(project, "v1")
    lab.train(other, "v1")
    with pytest.raises(CallError, match="LimitExceededException"):
        lab.train(project, "v2")
    lab.time.pass_seconds(600)
    lab.train(project, "v2")


def test_a_project_has_at_most_100_models(lab: Lab) -> None:
    project = ready_project(lab)
    for number in range(100):
        lab.platform.wishes.change({"next_training": {"status": "TRAINING_FAILED", "message": "x"}})
        lab.train(project, f"v{number}")
        lab.time.pass_seconds(600)
    with pytest.raises(CallError, match="ServiceQuotaExceededException"):
        lab.train(project, "one-more")


def test_a_project_with_datasets_refuses_external_manifests(lab: Lab) -> None:
    project = ready_project(lab)
    data = {"Assets": [lab.manifest("own.manifest", line("a.png", "cat"))]}
    with pytest.raises(CallError, match=r"InvalidParameterException.*has datasets"):
        lab.train(project, TrainingData=data, TestingData=data)


def test_a_project_without_datasets_wants_both_manifests(lab: Lab) -> None:
    project = lab.project()
    data = {"Assets": [lab.manifest("own.manifest", line("a.png", "cat"))]}
    several: tuple[dict[str, Any], ...] = ({}, {"TrainingData": data}, {"TestingData": data})
    for given in several:
        with pytest.raises(CallError, match="InvalidParameterException"):
            lab.train(project, **given)
    with pytest.raises(CallError, match="either Assets or AutoCreate"):
        lab.train(project, TrainingData=data, TestingData={})


@pytest.mark.parametrize("is_auto_created", [True, False])
def test_external_manifests_train_a_project_without_datasets(lab: Lab, is_auto_created: bool) -> None:
    project = lab.project()
    train = {"Assets": [lab.manifest("train.manifest", *pictures(lab, count=8, side="train"))]}
    test: dict[str, Any] = {"Assets": [lab.manifest("test.manifest", *pictures(lab, count=2, side="test"))]}
    lab.train(project, TrainingData=train, TestingData={"AutoCreate": True} if is_auto_created else test)
    lab.time.pass_seconds(600)
    done = lab.describe_version(project)
    assert done["Status"] == "TRAINING_COMPLETED"
    assert done["TrainingDataResult"]["Input"] == train
    assert (done["TestingDataResult"]["Input"] == test) != is_auto_created


def test_both_datasets_must_be_there_and_complete(lab: Lab) -> None:
    project = lab.project()
    lab.dataset(project, "TRAIN", *pictures(lab, count=6, side="train"))
    with pytest.raises(CallError, match=r"InvalidParameterException.*no TEST dataset"):
        lab.train(project)
    lab.dataset(project, "TEST", *pictures(lab, count=2, side="test"), wait=False)
    with pytest.raises(CallError, match=r"ResourceInUseException.*CREATE_IN_PROGRESS"):
        lab.train(project)
    lab.time.pass_seconds(20)
    lab.train(project)


def test_a_failed_dataset_is_not_trained_on(lab: Lab) -> None:
    project = lab.project()
    lab.dataset(project, "TRAIN", "{not json")
    lab.dataset(project, "TEST", *pictures(lab, count=2, side="test"))
    with pytest.raises(CallError, match=r"InvalidParameterException.*CREATE_FAILED"):
        lab.train(project)


def test_a_model_is_not_deleted_while_it_trains(lab: Lab) -> None:
    project = ready_project(lab)
    arn = lab.train(project)
    with pytest.raises(CallError, match="ResourceInUseException"):
        lab.call("DeleteProjectVersion", ProjectVersionArn=arn)
    lab.time.pass_seconds(600)
    assert lab.call("DeleteProjectVersion", ProjectVersionArn=arn)["Status"] == "DELETING"
    assert lab.describe_version(project)["Status"] == "DELETING"
    lab.time.pass_seconds(20)
    with pytest.raises(CallError, match="ResourceNotFoundException"):
        lab.call("DeleteProjectVersion", ProjectVersionArn=arn)


KEY = "arn:aws:kms:us-east-1:123456789012:key/k"


def test_results_are_written_under_the_key_that_was_asked_for(lab: Lab) -> None:
    lab.platform.find_key = {"alias/key": KEY}.get
    project = ready_project(lab)
    lab.train(project, KmsKeyId="alias/key")
    lab.time.pass_seconds(600)

    assert lab.describe_version(project)["KmsKeyId"] == KEY
    assert set(lab.store.keys.values()) == {KEY}


def test_a_version_without_a_key_names_none(lab: Lab) -> None:
    project = ready_project(lab)
    lab.train(project)
    lab.time.pass_seconds(600)

    assert "KmsKeyId" not in lab.describe_version(project)
    assert set(lab.store.keys.values()) == {None}


def test_a_key_that_cannot_be_used_is_refused(lab: Lab) -> None:
    lab.platform.find_key = lambda _: None
    with pytest.raises(CallError, match=r"InvalidParameterException.*KmsKeyId"):
        lab.train(ready_project(lab), KmsKeyId="alias/key")


@pytest.mark.parametrize("right", ["CreateGrant", "DescribeKey", "GenerateDataKey", "Decrypt"])
def test_the_caller_needs_each_documented_right_to_the_key(lab: Lab, right: str) -> None:
    project = ready_project(lab)
    lab.platform.permits = lambda _, action, resource: (action, resource) != (f"kms:{right}", KEY)
    with pytest.raises(CallError, match=rf"AccessDeniedException.*kms:{right}"):
        lab.train(project, KmsKeyId=KEY)
    assert lab.call("DescribeProjectVersions", ProjectArn=project)["ProjectVersionDescriptions"] == []


def test_who_makes_something_with_tags_needs_the_right_to_tag_it(lab: Lab) -> None:
    asked = list[tuple[str, str]]()

    def permits(_: str, action: str, resource: str) -> bool:
        asked.append((action, resource))
        return False

    project = ready_project(lab)
    other = lab.project("empty")
    lab.platform.permits = permits
    with pytest.raises(CallError, match=r"AccessDeniedException.*rekognition:TagResource"):
        lab.train(project, Tags={"team": "birds"})
    with pytest.raises(CallError, match=r"AccessDeniedException.*rekognition:TagResource"):
        lab.call("CreateDataset", ProjectArn=other, DatasetType="TRAIN", Tags={"team": "birds"})

    (version, dataset) = asked
    assert version[1].rpartition("/")[0] == f"{project.rpartition('/')[0]}/version/v1"
    assert dataset[1].rpartition("/")[0] == f"{other.rpartition('/')[0]}/dataset/train"
    assert lab.call("DescribeProjectVersions", ProjectArn=project)["ProjectVersionDescriptions"] == []
    lab.train(project, Tags={})
    assert len(asked) == 2


def test_what_was_asked_for_is_described(lab: Lab) -> None:
    project = ready_project(lab)
    lab.train(project, VersionDescription="The first")
    found = lab.describe_version(project)
    assert found["VersionDescription"] == "The first"
    assert found["OutputConfig"] == {"S3Bucket": BUCKET, "S3KeyPrefix": "evaluation/"}

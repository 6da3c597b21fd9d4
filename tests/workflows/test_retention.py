"""Old versions go as new ones come; what serves, and what served before it, never does."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_aws.deployment import deploy_assembly
from local_aws.launcher import LocalAws
from tests.workflows.conftest import TRAINING_SECONDS
from tests.workflows.operator import Operator
from tests.workflows.optional import synthesised_with
from tests.workflows.pictures import noises

SETTINGS = {"keep_deployed": 2, "keep_rejected": 1}


@pytest.fixture(scope="session")
def thrifty_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthesised_with(SETTINGS, name="local", folder=tmp_path_factory.mktemp("thrifty"))


@pytest.fixture
def thrifty(shared_aws: LocalAws, thrifty_assembly: Path) -> Operator:
    """An operator of a pipeline that keeps two deployed versions and one rejected one."""
    shared_aws.reset()
    shared_aws.rekognition(training_seconds=TRAINING_SECONDS)
    outputs = deploy_assembly(
        aws=shared_aws, assembly_dir=thrifty_assembly, stack_name="TrainingPipeline-local"
    )
    operator = Operator(aws=shared_aws, outputs=outputs)
    operator.set("Minimum-Untrained-Images", "1")
    operator.upload_fruits()
    return operator


def deploy_another(operator: Operator, number: int) -> str:
    operator.upload_fruits(count=1, first=100 + number)
    report = operator.run()
    assert report["outcome"] == "deployed"
    version: str = report["version"]
    return version


def test_as_new_models_go_live_the_oldest_go_away(thrifty: Operator) -> None:
    versions = [deploy_another(thrifty, number) for number in range(4)]
    # Deleted before each training, so that the last one stands beside what is kept.
    assert set(thrifty.versions()) == set(versions[1:])

    thrifty.run("Deployment", version=versions[1])
    fifth = deploy_another(thrifty, 4)
    assert set(thrifty.versions()) == {versions[1], versions[3], fifth}
    assert thrifty.run("Deployment", version=versions[1])["outcome"] == "deployed"


def test_of_rejected_models_the_latest_stay_and_so_does_what_people_trained(thrifty: Operator) -> None:
    live = deploy_another(thrifty, 0)
    rekognition = thrifty.aws.client("rekognition")
    rekognition.create_project_version(
        ProjectArn=thrifty.project_arn(),
        VersionName="by-hand",
        OutputConfig={"S3Bucket": thrifty.outputs["BucketName"], "S3KeyPrefix": "evaluation/by-hand"},
    )
    thrifty.until_status("by-hand", "TRAINING_COMPLETED")
    thrifty.set("Minimum-F1-Score", "1.0")
    thrifty.upload(noises(("hiss", "hum"), 20))
    rejected = []
    for number in range(3):
        thrifty.upload_fruits(count=1, first=200 + number)
        report = thrifty.run()
        assert report["outcome"] == "rejected"
        rejected.append(report["version"])
    assert set(thrifty.versions()) == {live, "by-hand", *rejected[1:]}
    assert report["deleted_versions"] == rejected[:1]


def test_what_cannot_be_deleted_keeps_nothing_from_being_trained(thrifty: Operator) -> None:
    for number in range(3):
        deploy_another(thrifty, number)
    thrifty.aws.faults(
        [
            {
                "service": "rekognition",
                "operation": "DeleteProjectVersion",
                "error": "AccessDeniedException",
                "times": 99,
            }
        ]
    )
    thrifty.upload_fruits(count=1, first=150)
    report = thrifty.run()
    assert report["outcome"] == "deployed"
    assert any(
        "Old versions are still there, because deleting an old version" in said for said in report["warnings"]
    )
    thrifty.aws.faults([])
    deploy_another(thrifty, 60)
    assert len(thrifty.versions()) == 3

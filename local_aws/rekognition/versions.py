"""CreateProjectVersion, DescribeProjectVersions, DeleteProjectVersion: a model's training and its end."""

from __future__ import annotations

import logging
from concurrent.futures import Future
from typing import Any

from local_aws.rekognition import arns, quotas
from local_aws.rekognition.datasets import IN_PROGRESS, USABLE, require_tagging
from local_aws.rekognition.errors import (
    InvalidParameterException,
    LimitExceededException,
    ResourceInUseException,
    ServiceQuotaExceededException,
)
from local_aws.rekognition.paging import page
from local_aws.rekognition.picture_reading import MeasureCache
from local_aws.rekognition.platform import Call
from local_aws.rekognition.store import Project, Version
from local_aws.rekognition.training import Outcome, Source, TrainingJob
from local_aws.rekognition.training_output import OutputBucket, OutputFiles

logger = logging.getLogger(__name__)
CACHE = MeasureCache()
KEY_RIGHTS = ("kms:CreateGrant", "kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt")
SIDES = {"TRAIN": "TrainingData", "TEST": "TestingData"}
RUNNING_STATUSES = ("STARTING", "RUNNING", "STOPPING")


def create_project_version(call: Call) -> dict[str, Any]:
    """Starts to train: on the project's datasets, or on manifests when the project has no dataset.

    There is no client token: a name that is taken is ResourceInUseException.
    """
    account, params = call.account, call.params
    if "FeatureConfig" in params:
        raise InvalidParameterException("FeatureConfig applies to CONTENT_MODERATION projects only.")
    key = _usable_key(call)
    project = account.project(params["ProjectArn"])
    train_source, test_source = _sources(project, params)
    _check_room(call, project, params["VersionName"])
    created = call.platform.wall()
    arn = arns.version_arn(
        region=account.region,
        account=account.account_id,
        project=project.name,
        version=params["VersionName"],
        created_ms=account.new_stamp(created),
    )
    require_tagging(call, arn)
    version = Version(
        arn=arn,
        name=params["VersionName"],
        created=created,
        status="TRAINING_IN_PROGRESS",
        status_message="The model is being trained.",
        output_config=dict(params["OutputConfig"]),
        description=params.get("VersionDescription"),
        key=key,
        tags=dict(params.get("Tags", {})),
    )
    job = TrainingJob(
        version_arn=version.arn,
        storage=call.storage,
        output=OutputBucket(
            files=OutputFiles(
                bucket=version.output_config.get("S3Bucket", ""),
                prefix=version.output_config.get("S3KeyPrefix", ""),
                project=project.name,
                version=version.name,
            ),
            storage=call.storage,
            key=key,
        ),
        train_source=train_source,
        test_source=test_source,
        cache=CACHE,
        wall=call.platform.wall,
    )
    project.versions[version.name] = version
    _begin_training(call, version, job)
    return {"ProjectVersionArn": version.arn}


def _usable_key(call: Call) -> str | None:
    """The ARN of the caller's key, which the caller must have every right to that the API documents.

    Which error AWS gives for a key that is not there is not documented.
    """
    if "KmsKeyId" not in call.params:
        return None
    arn = call.platform.find_key(call.params["KmsKeyId"])
    if arn is None:
        raise InvalidParameterException(f"KmsKeyId: {call.params['KmsKeyId']} is no key that can be used.")
    for action in KEY_RIGHTS:
        call.require(action, arn)
    return arn


def _sources(project: Project, params: dict[str, Any]) -> tuple[Source, Source | None]:
    given = [member for member in SIDES.values() if member in params]
    if project.datasets:
        if given:
            raise InvalidParameterException(
                f"{' and '.join(given)}: project {project.name} has datasets, so it is trained on those; "
                "external manifests are for projects without a dataset."
            )
        return _dataset_source(project, "TRAIN"), _dataset_source(project, "TEST")
    if len(given) != len(SIDES):
        raise InvalidParameterException(
            f"Project {project.name} has no dataset: create a TRAIN and a TEST dataset, "
            "or give both TrainingData and TestingData."
        )
    test = params["TestingData"]
    if test.get("AutoCreate", False) == bool(test.get("Assets")):
        raise InvalidParameterException("TestingData: give either Assets or AutoCreate true.")
    train_source = _manifest_source("TrainingData", params["TrainingData"])
    return train_source, None if test.get("AutoCreate") else _manifest_source("TestingData", test)


def _dataset_source(project: Project, kind: str) -> Source:
    dataset = project.datasets.get(kind)
    if dataset is None:
        raise InvalidParameterException(f"Project {project.name} has no {kind} dataset.")
    if dataset.status in IN_PROGRESS:
        raise ResourceInUseException(f"The {kind} dataset is {dataset.status}: wait until it is complete.")
    if dataset.status not in USABLE:
        raise InvalidParameterException(f"The {kind} dataset is {dataset.status}: it cannot be trained on.")
    return Source(lines=tuple(dataset.entries.values()))


def _manifest_source(member: str, data: dict[str, Any]) -> Source:
    assets = data.get("Assets", [])
    place = assets[0].get("GroundTruthManifest", {}).get("S3Object") if len(assets) == 1 else None
    if not place or not place.get("Bucket") or not place.get("Name"):
        raise InvalidParameterException(f"{member}: Assets must hold exactly one manifest in S3.")
    return Source(place=place)


def _check_room(call: Call, project: Project, name: str) -> None:
    if name in project.versions:
        raise ResourceInUseException(f"Project {project.name} has a version named {name} already.")
    if len(project.versions) >= quotas.MAX_MODELS_PER_PROJECT:
        raise ServiceQuotaExceededException(
            f"Project {project.name} has {quotas.MAX_MODELS_PER_PROJECT} models, which is the quota."
        )
    training = sum(1 for version in call.account.versions() if version.status == "TRAINING_IN_PROGRESS")
    if training >= quotas.MAX_CONCURRENT_TRAININGS:
        raise LimitExceededException(
            f"{training} models are being trained in this account and Region, which is the quota."
        )


def _begin_training(call: Call, version: Version, job: TrainingJob) -> None:
    platform = call.platform
    wish, platform.wishes.next_training = platform.wishes.next_training, None
    seconds = platform.wishes.training_seconds
    work: Future[Outcome]
    if wish is None:
        work = platform.workers.submit(job.run)
    else:
        work = Future()
        work.set_result(Outcome(status=wish["status"], message=wish["message"]))

    def finish() -> None:
        outcome = work.result()
        version.status, version.status_message = outcome.status, outcome.message
        version.results, version.model = outcome.results, outcome.model
        version.training_ended = platform.wall()
        if outcome.model is not None:
            version.billable_seconds = int(seconds)

    version.pending = platform.pending(seconds, finish, work, is_held=lambda: platform.wishes.hold_trainings)


def describe_project_versions(call: Call) -> dict[str, Any]:
    """Newest first; names that do not exist are left out, so the list may be empty."""
    project = call.account.project(call.params["ProjectArn"])
    names = call.params.get("VersionNames")
    found = [
        version
        for version in sorted(project.versions.values(), key=lambda item: item.created, reverse=True)
        if names is None or version.name in names
    ]
    versions, token = page("DescribeProjectVersions", call.params, found)
    answer: dict[str, Any] = {"ProjectVersionDescriptions": [_describe(version) for version in versions]}
    return answer | ({"NextToken": token} if token else {})


def _describe(version: Version) -> dict[str, Any]:
    members: dict[str, Any] = {
        "ProjectVersionArn": version.arn,
        "CreationTimestamp": version.created,
        "Status": version.status,
        "StatusMessage": version.status_message,
        "OutputConfig": version.output_config,
        "Feature": "CUSTOM_LABELS",
        "MinInferenceUnits": version.min_inference_units,
        "MaxInferenceUnits": version.max_inference_units,
        "TrainingEndTimestamp": version.training_ended,
        "BillableTrainingTimeInSeconds": version.billable_seconds,
        "VersionDescription": version.description,
        "KmsKeyId": version.key,
        **version.results,
    }
    return {name: value for name, value in members.items() if value is not None and value != {}}


def delete_project_version(call: Call) -> dict[str, Any]:
    """Refused while the model runs or trains; it is gone some seconds later."""
    project, version = call.account.version(call.params["ProjectVersionArn"])
    if version.status == "TRAINING_IN_PROGRESS" or version.status in RUNNING_STATUSES:
        raise ResourceInUseException(f"Version {version.name} is {version.status}: it cannot be deleted now.")
    if version.status != "DELETING":
        version.status, version.status_message = "DELETING", "The model is being deleted."
        version.pending = call.platform.pending(
            call.platform.lead_times.delete_version, lambda: _drop(project, version)
        )
    return {"Status": version.status}


def _drop(project: Project, version: Version) -> None:
    project.versions.pop(version.name, None)

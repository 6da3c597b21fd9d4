"""CreateDataset, DescribeDataset, DeleteDataset: a dataset's life."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from local_aws.rekognition import arns, quotas
from local_aws.rekognition.dataset_import import import_lines
from local_aws.rekognition.errors import (
    InvalidParameterException,
    InvalidS3ObjectException,
    ResourceAlreadyExistsException,
    ResourceInUseException,
    ResourceNotFoundException,
)
from local_aws.rekognition.line_errors import ManifestError
from local_aws.rekognition.manifest import ManifestLine
from local_aws.rekognition.platform import Call, Platform
from local_aws.rekognition.storage import ObjectStore, StorageDeniedError, StorageError, StorageMissingError
from local_aws.rekognition.store import Dataset

Entries = dict[str, ManifestLine]
IN_PROGRESS = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS")
USABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_FAILED")


def create_dataset(call: Call) -> dict[str, Any]:
    """Starts to make the TRAIN or TEST dataset: empty, from a manifest, or as a copy of another dataset.

    A manifest that the caller cannot read is InvalidS3ObjectException at once; whatever is wrong with its
    bucket's other permissions or its content shows later as CREATE_FAILED.
    """
    source = call.params.get("DatasetSource", {})
    if "GroundTruthManifest" in source and "DatasetArn" in source:
        raise InvalidParameterException("DatasetSource: give GroundTruthManifest or DatasetArn, not both.")
    place = source.get("GroundTruthManifest", {}).get("S3Object")
    if place is not None:
        check_manifest_readable(call.storage, place)
    account, dataset_type = call.account, call.params["DatasetType"]
    with account.lock:
        project = account.project(call.params["ProjectArn"])
        if project.status != "CREATED":
            raise ResourceNotFoundException(f"Project {project.name} is being deleted.")
        if dataset_type in project.datasets:
            raise ResourceAlreadyExistsException(
                f"Project {project.name} has a {dataset_type} dataset already."
            )
        created = call.platform.wall()
        arn = arns.dataset_arn(
            region=account.region,
            account=account.account_id,
            project=project.name,
            dataset_type=dataset_type,
            created_ms=account.new_stamp(created),
        )
        require_tagging(call, arn)
        dataset = Dataset(
            arn=arn,
            dataset_type=dataset_type,
            created=created,
            updated=created,
            status="CREATE_IN_PROGRESS",
            status_message="The dataset is being created.",
            tags=dict(call.params.get("Tags", {})),
        )
        work: Future[Entries] | None = None
        if place is not None:
            work = call.platform.workers.submit(_read_entries, call.storage, place)
        elif "DatasetArn" in source:
            work = _already(copy_entries(call, source["DatasetArn"]))
        project.datasets[dataset_type] = dataset
        begin(
            call.platform, dataset, seconds=call.platform.lead_times.create_dataset, work=work, verb="CREATE"
        )
        return {"DatasetArn": arn}


def require_tagging(call: Call, arn: str) -> None:
    """Who makes something with tags needs the right to tag it (Service Authorization Reference)."""
    if call.params.get("Tags"):
        call.require("rekognition:TagResource", arn)


def check_manifest_readable(storage: ObjectStore, place: dict[str, str]) -> None:
    """Raises InvalidS3ObjectException unless the caller can read the manifest."""
    try:
        storage.open(place["Bucket"], place["Name"], place.get("Version")).close()
    except StorageError as error:
        raise InvalidS3ObjectException(
            f"Unable to read s3://{place['Bucket']}/{place['Name']}. "
            f"Check the object key, the Region and the access permissions. ({error})"
        ) from error


def copy_entries(call: Call, arn: str) -> Entries:
    """The entries of another dataset of the account."""
    _, source = call.account.dataset(arn)
    if source.status not in USABLE:
        raise InvalidParameterException(f"Dataset {arn} is {source.status}: it cannot be copied.")
    return dict(source.entries)


def _already(entries: Entries) -> Future[Entries]:
    done: Future[Entries] = Future()
    done.set_result(entries)
    return done


def _read_entries(storage: ObjectStore, place: dict[str, str]) -> Entries:
    return import_lines(fetch_manifest(storage, place))


def fetch_manifest(storage: ObjectStore, place: dict[str, str]) -> bytes:
    """A manifest's content. Raises ManifestError for what is wrong with the file or its bucket."""
    bucket, key = place["Bucket"], place["Name"]
    if "." not in key.rsplit("/", 1)[-1]:
        raise ManifestError("ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT")
    try:
        storage.check_bucket(bucket)
        storage.check_object(bucket, key)
        found = storage.open(bucket, key, place.get("Version"))
        if found.size > quotas.MAX_MANIFEST_BYTES:
            found.close()
            raise ManifestError("ERROR_MANIFEST_SIZE_TOO_LARGE")
        return found.read()
    except StorageDeniedError as error:
        raise ManifestError("ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET") from error
    except StorageMissingError as error:
        raise ManifestError("ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT") from error


def begin(
    platform: Platform, dataset: Dataset, *, seconds: float, work: Future[Entries] | None, verb: str
) -> None:
    """Let a creation or an update run; it ends in <verb>_COMPLETE with new entries, or <verb>_FAILED."""

    def finish() -> None:
        dataset.updated = platform.wall()
        error = work.exception() if work is not None else None
        if error is None:
            if work is not None:
                dataset.entries = work.result()
            dataset.status = f"{verb}_COMPLETE"
            dataset.status_code = "SUCCESS"
            dataset.status_message = f"The dataset was {verb.lower()}d."
            return
        is_clients = isinstance(error, ManifestError)
        dataset.status = f"{verb}_FAILED"
        dataset.status_code = "CLIENT_ERROR" if is_clients else "SERVICE_ERROR"
        dataset.status_message = (
            str(error) if is_clients else f"Amazon Rekognition experienced a service issue. ({error!r})"
        )

    dataset.status_code = None
    dataset.pending = platform.pending(seconds, finish, work)


def status_members(dataset: Dataset) -> dict[str, Any]:
    """Status, StatusMessage and, once it is known, StatusMessageCode."""
    members = {"Status": dataset.status, "StatusMessage": dataset.status_message}
    return members | ({"StatusMessageCode": dataset.status_code} if dataset.status_code else {})


def describe_dataset(call: Call) -> dict[str, Any]:
    """Status and counts. TotalEntries is less than the lines written when some were dropped."""
    _, dataset = call.account.dataset(call.params["DatasetArn"])
    lines = dataset.entries.values()
    return {
        "DatasetDescription": {
            "CreationTimestamp": dataset.created,
            "LastUpdatedTimestamp": dataset.updated,
            **status_members(dataset),
            "DatasetStats": {
                "LabeledEntries": sum(1 for line in lines if line.labels),
                "TotalEntries": len(lines),
                "TotalLabels": len({label for line in lines for label in line.labels}),
                "ErrorEntries": sum(1 for line in lines if line.has_errors),
            },
        }
    }


def delete_dataset(call: Call) -> dict[str, Any]:
    """Refused during a creation or an update; afterwards DescribeDataset knows it no longer."""
    project, dataset = call.account.dataset(call.params["DatasetArn"])
    if dataset.status in IN_PROGRESS:
        raise ResourceInUseException(f"Dataset {dataset.arn} is {dataset.status}: it cannot be deleted yet.")
    if dataset.status != "DELETE_IN_PROGRESS":
        dataset.status = "DELETE_IN_PROGRESS"
        dataset.status_message = "The dataset is being deleted."
        dataset.status_code = None
        dataset.pending = call.platform.pending(
            call.platform.lead_times.delete_dataset, lambda: _drop(project.datasets, dataset)
        )
    return {}


def _drop(datasets: dict[str, Dataset], dataset: Dataset) -> None:
    datasets.pop(dataset.dataset_type, None)

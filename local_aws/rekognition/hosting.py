"""StartProjectVersion and StopProjectVersion: the hours that AWS bills."""

from __future__ import annotations

from typing import Any

from local_aws.rekognition import quotas
from local_aws.rekognition.errors import (
    InvalidParameterException,
    LimitExceededException,
    ResourceInUseException,
)
from local_aws.rekognition.platform import Call
from local_aws.rekognition.store import Version
from local_aws.rekognition.versions import RUNNING_STATUSES

STARTABLE = ("TRAINING_COMPLETED", "STOPPED", "FAILED", "COPYING_COMPLETED")


def start_project_version(call: Call) -> dict[str, Any]:
    """STARTING, and RUNNING some minutes later.

    The quota of running models is the account's, not the project's; one that is starting or stopping
    holds its place.
    """
    _, version = call.account.version(call.params["ProjectVersionArn"])
    units, most = call.params["MinInferenceUnits"], call.params.get("MaxInferenceUnits")
    if version.status not in STARTABLE:
        raise ResourceInUseException(
            f"Version {version.name} is {version.status}; it can be started from {', '.join(STARTABLE)}."
        )
    if most is not None and most < units:
        raise InvalidParameterException(f"MaxInferenceUnits: {most}; at least MinInferenceUnits, {units}.")
    if max(units, most or 0) > quotas.MAX_INFERENCE_UNITS:
        raise LimitExceededException(
            f"{max(units, most or 0)} inference units; at most {quotas.MAX_INFERENCE_UNITS} a model."
        )
    running = [other.name for other in call.account.versions() if other.status in RUNNING_STATUSES]
    slots = call.platform.wishes.slots
    if len(running) >= (quotas.MAX_RUNNING_MODELS if slots is None else slots):
        raise LimitExceededException(
            f"{len(running)} models are running in this account and Region, which is the quota: "
            f"{', '.join(running)}."
        )
    version.min_inference_units, version.max_inference_units = units, most
    version.status, version.status_message = "STARTING", "The model is being started."
    wishes = call.platform.wishes
    failure, wishes.next_start = wishes.next_start, None
    status, message = (
        (failure["status"], failure["message"]) if failure else ("RUNNING", "The model is running.")
    )
    version.pending = call.platform.pending(
        wishes.start_seconds or call.platform.lead_times.start_version,
        lambda: _set(version, status, message),
    )
    return {"Status": version.status}


def stop_project_version(call: Call) -> dict[str, Any]:
    """STOPPING, and STOPPED some time later. Only a RUNNING model can be stopped."""
    _, version = call.account.version(call.params["ProjectVersionArn"])
    if version.status != "RUNNING":
        raise ResourceInUseException(
            f"Version {version.name} is {version.status}; only RUNNING can be stopped."
        )
    version.status, version.status_message = "STOPPING", "The model is being stopped."
    version.pending = call.platform.pending(
        call.platform.wishes.stop_seconds or call.platform.lead_times.stop_version,
        lambda: _set(version, "STOPPED", "The model is stopped."),
    )
    return {"Status": version.status}


def _set(version: Version, status: str, message: str) -> None:
    version.status, version.status_message = status, message

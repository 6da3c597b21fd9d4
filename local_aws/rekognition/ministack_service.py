"""The service as MiniStack loads it: one instance per process, behind `handle_request`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import kms

from local_aws.clock import Clock
from local_aws.identity import credentials_for, loopback_client
from local_aws.rekognition.arns import resource_arn
from local_aws.rekognition.cloudformation import ProjectProvisioner
from local_aws.rekognition.platform import Platform
from local_aws.rekognition.service import REQUEST_THREADS, Response, Service, access_key_of
from local_aws.rekognition.storage import ObjectStore, S3Store

__all__ = [
    "configure",
    "create_project",
    "delete_project",
    "handle_request",
    "reset",
    "resource_arn",
    "update_project",
]


def _open_storage(access_key_id: str) -> ObjectStore:
    return S3Store(client=loopback_client("s3", credentials_for(access_key_id), region=get_region()))


def _permits(access_key_id: str, action: str, resource: str) -> bool:
    service = action.partition(":")[0]
    return iam_evaluator.enforce(access_key_id, action, service, get_region(), resource) is None


def _find_key(key: str) -> str | None:
    found = kms._resolve_key(key)
    return found["Arn"] if found and found["KeyState"] == "Enabled" else None


_platform = Platform(clock=Clock(), open_storage=_open_storage, permits=_permits, find_key=_find_key)
_service = Service(
    platform=_platform,
    requests=ThreadPoolExecutor(REQUEST_THREADS, thread_name_prefix="rekognition-request"),
)
_provisioner = ProjectProvisioner(platform=_platform, place=lambda: (get_account_id(), get_region()))

# Handlers for AWS::Rekognition::Project
create_project = _provisioner.create
update_project = _provisioner.update
delete_project = _provisioner.delete


async def handle_request(
    method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
) -> Response:
    """Answer one request of the account and Region that MiniStack has set for it."""
    target = next((value for name, value in headers.items() if name.lower() == "x-amz-target"), "")
    return await _service.answer(
        target=target,
        body=body,
        account_id=get_account_id(),
        region=get_region(),
        access_key_id=access_key_of(headers),
    )


def reset() -> None:
    """Forget everything, as MiniStack's reset asks every service to."""
    _platform.reset()


def configure(**changes: Any) -> dict[str, Any]:
    """Take over `training_seconds`, `hold_trainings`, `next_training` (None withdraws it) and the others of
    `Wishes`; gives what now holds.

    Raises ValueError saying which value is wrong and what is allowed.
    """
    _platform.wishes.change(changes)
    return vars(_platform.wishes).copy()

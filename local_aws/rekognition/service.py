"""The door of the service: JSON 1.1 requests, told apart by X-Amz-Target RekognitionService.<operation>."""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
import re
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from local_aws.rekognition import datasets, detection, entries, hosting, projects, versions
from local_aws.rekognition.errors import InternalServerError, InvalidParameterException, RekognitionError
from local_aws.rekognition.platform import Call, Platform

logger = logging.getLogger(__name__)

Response = tuple[int, dict[str, str], bytes]
Operation = Callable[[Call], dict[str, Any]]
_ACCESS_KEY = re.compile(r"Credential=([^/,\s]+)/")
REQUEST_THREADS = 8

QUICK_OPERATIONS: dict[str, Operation] = {
    "CreateProject": projects.create_project,
    "DescribeProjects": projects.describe_projects,
    "DeleteProject": projects.delete_project,
    "TagResource": projects.tag_resource,
    "UntagResource": projects.untag_resource,
    "ListTagsForResource": projects.list_tags_for_resource,
    "DescribeDataset": datasets.describe_dataset,
    "DeleteDataset": datasets.delete_dataset,
    "ListDatasetEntries": entries.list_dataset_entries,
    "ListDatasetLabels": entries.list_dataset_labels,
    "UpdateDatasetEntries": entries.update_dataset_entries,
    "DistributeDatasetEntries": entries.distribute_dataset_entries,
    "CreateProjectVersion": versions.create_project_version,
    "DescribeProjectVersions": versions.describe_project_versions,
    "DeleteProjectVersion": versions.delete_project_version,
    "StartProjectVersion": hosting.start_project_version,
    "StopProjectVersion": hosting.stop_project_version,
}
"""They only touch the account's store, and hold its lock all along."""
READING_OPERATIONS: dict[str, Operation] = {
    "CreateDataset": datasets.create_dataset,
    "DetectCustomLabels": detection.detect_custom_labels,
}
"""They read S3 through this very server, so they run on a thread, and hold the lock only for a moment."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """Custom Labels over one platform."""

    platform: Platform
    requests: Executor
    """Threads for the operations that read S3."""

    async def answer(
        self, *, target: str, body: bytes, account_id: str, region: str, access_key_id: str
    ) -> Response:
        """The response to one request; every fault becomes an error that the service model knows."""
        operation = target.rpartition(".")[2]
        try:
            call = Call(
                params=_parse(body),
                account_id=account_id,
                region=region,
                access_key_id=access_key_id,
                platform=self.platform,
            )
            return _response(200, await self._dispatch(operation, call))
        except RekognitionError as error:
            return _error_response(error)
        except Exception as error:
            logger.exception("%s failed", operation)
            return _error_response(InternalServerError(f"The local Rekognition failed: {error!r}"))

    async def _dispatch(self, operation: str, call: Call) -> dict[str, Any]:
        account = call.account
        with account.lock:
            account.settle(self.platform.monotonic())
            quick = QUICK_OPERATIONS.get(operation)
            if quick is not None:
                return quick(call)
        reading = READING_OPERATIONS.get(operation)
        if reading is None:
            raise InvalidParameterException(f"The local AWS has no rekognition:{operation}.")
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.requests, context.run, reading, call)


def _parse(body: bytes) -> dict[str, Any]:
    try:
        params = json.loads(body or b"{}")
    except ValueError as error:
        raise InvalidParameterException(f"The request is no JSON: {error}") from error
    if not isinstance(params, dict):
        raise InvalidParameterException("The request is no JSON object.")
    return params


def access_key_of(headers: Mapping[str, str]) -> str:
    """Whose signature the request bears; empty when it bears none."""
    authorization = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
    match = _ACCESS_KEY.search(authorization)
    return match[1] if match else ""


def _response(status: int, document: dict[str, Any], **extra: str) -> Response:
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-requestid": str(uuid.uuid4()), **extra}
    return status, headers, json.dumps(document, ensure_ascii=False).encode()


def _error_response(error: RekognitionError) -> Response:
    document = {"__type": error.code, "Message": error.message}
    return _response(error.status, document, **{"x-amzn-errortype": error.code})

"""Resource names of Custom Labels, and which of them IAM evaluates for each operation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.rekognition.errors import InvalidParameterException

_ARN = re.compile(
    r"arn:[a-z\d-]+:rekognition:(?P<region>[a-z\d-]+):(?P<account>\d{12}):project/(?P<project>[a-zA-Z0-9_.\-]{1,255})"
    r"(?:/dataset/(?P<dataset_type>train|test)|/version/(?P<version>[a-zA-Z0-9_.\-]{1,255}))?/(?P<created>\d+)"
)


@dataclass(frozen=True, kw_only=True)
class ResourceName:
    """What an ARN says: a project, or one of its datasets or versions."""

    project: str
    dataset_type: str | None
    version: str | None


def parse(arn: str) -> ResourceName:
    """Raises InvalidParameterException for anything that is no ARN of a Custom Labels resource."""
    match = _ARN.fullmatch(arn)
    if match is None:
        raise InvalidParameterException(f"Not the ARN of a Custom Labels resource: {arn!r}")
    kind = match["dataset_type"]
    return ResourceName(
        project=match["project"], dataset_type=kind.upper() if kind else None, version=match["version"]
    )


def project_arn(*, region: str, account: str, name: str, created_ms: int) -> str:
    """ARNs end in the time of creation, epoch milliseconds, so names alone never foretell them."""
    return f"{_base(region, account, name)}/{created_ms}"


def dataset_arn(*, region: str, account: str, project: str, dataset_type: str, created_ms: int) -> str:
    """`dataset_type` as the API spells it, TRAIN or TEST; the ARN has it in lower case."""
    return f"{_base(region, account, project)}/dataset/{dataset_type.lower()}/{created_ms}"


def version_arn(*, region: str, account: str, project: str, version: str, created_ms: int) -> str:
    """The ARN of a model."""
    return f"{_base(region, account, project)}/version/{version}/{created_ms}"


def _base(region: str, account: str, project: str) -> str:
    return f"arn:aws:rekognition:{region}:{account}:project/{project}"


_RESOURCE_MEMBER = {
    "CreateDataset": "ProjectArn",
    "CreateProjectVersion": "ProjectArn",
    "DescribeProjectVersions": "ProjectArn",
    "DeleteProject": "ProjectArn",
    "DescribeDataset": "DatasetArn",
    "ListDatasetEntries": "DatasetArn",
    "ListDatasetLabels": "DatasetArn",
    "UpdateDatasetEntries": "DatasetArn",
    "DeleteDataset": "DatasetArn",
    "StartProjectVersion": "ProjectVersionArn",
    "StopProjectVersion": "ProjectVersionArn",
    "DeleteProjectVersion": "ProjectVersionArn",
    "DetectCustomLabels": "ProjectVersionArn",
    "CopyProjectVersion": "SourceProjectVersionArn",
    "TagResource": "ResourceArn",
    "UntagResource": "ResourceArn",
    "ListTagsForResource": "ResourceArn",
}


def resource_arn(operation: str, params: Mapping[str, Any]) -> str:
    """The resource that IAM evaluates (Service Authorization Reference for Rekognition).

    "*" for CreateProject and DescribeProjects, which have no resource-level scope, and for operations
    that are not Custom Labels'. DistributeDatasetEntries names two datasets of one project: the first.
    """
    if operation == "DistributeDatasetEntries":
        datasets = params.get("Datasets") or [{}]
        return str(datasets[0].get("Arn", "*"))
    member = _RESOURCE_MEMBER.get(operation)
    return str(params.get(member, "*")) if member else "*"

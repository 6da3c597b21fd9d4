"""What a Custom Labels project holds, and the next step in taking it apart.

Rekognition deletes a project only when it has no versions and no datasets, a version only when it
is neither running nor training, and offers no way to cancel a training (Custom Labels guide,
"Deleting a project", "Deleting a model"; botocore's model of DeleteProjectVersion).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from .adopted_project import Made

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_rekognition.type_defs import ProjectDescriptionTypeDef

TRAINING = "TRAINING_IN_PROGRESS"
BILLED = (TRAINING, "STARTING", "RUNNING", "STOPPING")
PASSING = (TRAINING, "COPYING_IN_PROGRESS", "STARTING", "STOPPING", "DELETING")
PASSING_OF_DATASETS = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS")
REFUSED_FOR_NOW = ("ResourceInUseException", "ResourceNotFoundException")
"""Somebody else changed it between our look and our call: the next look shows how."""


@dataclass(frozen=True, kw_only=True)
class ProjectContents:
    """What a project holds: versions as {name: status}, datasets as {type: ARN}."""

    arn: str
    versions: dict[str, str]
    version_arns: dict[str, str]
    datasets: dict[str, str]
    dataset_statuses: dict[str, str] = field(default_factory=dict)
    """By type."""
    created: dict[str, datetime] = field(default_factory=dict)
    """When each version was made, which is when its training began."""

    @property
    def is_empty(self) -> bool:
        """Whether the project can be deleted."""
        return not self.versions and not self.datasets


@dataclass(frozen=True, kw_only=True)
class Project:
    """One project. Every look decides anew from what is there, so it can be taken apart again any time.

    Of an adopted project it sees only what the pipeline made, so that it touches nothing else.
    """

    rekognition: RekognitionClient
    name: str
    made: Callable[[], Made] | None = None
    """Of an adopted project: what the pipeline made. None if the whole project is the pipeline's."""
    keeps_contents: bool = False
    """Whether versions and datasets stay. Then only what is billed is seen, until it is stopped or over."""

    def look(self) -> ProjectContents | None:
        """What is still to be taken apart; None without a project, and without anything of ours in an
        adopted one."""
        found = self.rekognition.describe_projects(ProjectNames=[self.name])["ProjectDescriptions"]
        if not found or found[0].get("Status") == "DELETING":
            return None
        try:
            contents = self._contents_of(found[0])
        except ClientError as problem:
            if problem.response["Error"]["Code"] == "ResourceNotFoundException":
                return None  # deleted since
            raise
        if self.keeps_contents:
            contents = _only_billed(contents)
        if self.made is None:
            return contents
        ours = _only(contents, self.made())
        return None if ours.is_empty else ours

    def take_next_steps(self, contents: ProjectContents) -> None:
        """Stop what runs; delete what neither runs nor trains; once no version is left, the datasets."""
        for name, status in contents.versions.items():
            arn = contents.version_arns[name]
            with _unless_changed_meanwhile():
                if status == "RUNNING":
                    self.rekognition.stop_project_version(ProjectVersionArn=arn)
                elif status not in PASSING and not self.keeps_contents:
                    self.rekognition.delete_project_version(ProjectVersionArn=arn)
        if contents.versions or self.keeps_contents:
            return
        for kind, arn in contents.datasets.items():
            if contents.dataset_statuses.get(kind) not in PASSING_OF_DATASETS:
                with _unless_changed_meanwhile():
                    self.rekognition.delete_dataset(DatasetArn=arn)

    def _contents_of(self, project: ProjectDescriptionTypeDef) -> ProjectContents:
        arn = project["ProjectArn"]
        pages = self.rekognition.get_paginator("describe_project_versions").paginate(ProjectArn=arn)
        described = [version for page in pages for version in page["ProjectVersionDescriptions"]]
        by_name = {version["ProjectVersionArn"].split("/")[-2]: version for version in described}
        datasets = {str(dataset["DatasetType"]): dataset for dataset in project.get("Datasets", [])}
        return ProjectContents(
            arn=arn,
            versions={name: str(version["Status"]) for name, version in by_name.items()},
            version_arns={name: version["ProjectVersionArn"] for name, version in by_name.items()},
            datasets={kind: dataset["DatasetArn"] for kind, dataset in datasets.items()},
            dataset_statuses={kind: str(dataset.get("Status", "")) for kind, dataset in datasets.items()},
            created={
                name: version["CreationTimestamp"]
                for name, version in by_name.items()
                if "CreationTimestamp" in version
            },
        )


def _only_billed(contents: ProjectContents) -> ProjectContents:
    return replace(
        contents,
        versions={name: status for name, status in contents.versions.items() if status in BILLED},
        datasets={},
    )


def _only(contents: ProjectContents, made: Made) -> ProjectContents:
    return replace(
        contents,
        versions={name: status for name, status in contents.versions.items() if name in made.versions},
        datasets={kind: arn for kind, arn in contents.datasets.items() if arn in made.datasets},
    )


@contextmanager
def _unless_changed_meanwhile() -> Iterator[None]:
    try:
        yield
    except ClientError as problem:
        if problem.response["Error"]["Code"] not in REFUSED_FOR_NOW:
            raise

"""Take a Custom Labels project apart, so that CloudFormation can delete it and nothing bills.

Rekognition deletes a project only when it has no versions and no datasets, a version only when it
is neither running nor training, and offers no way to cancel a training (Custom Labels guide,
"Deleting a project", "Deleting a model"; botocore's model of DeleteProjectVersion).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from tools.adopted_project import Made

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_rekognition.type_defs import ProjectDescriptionTypeDef

SECONDS_BETWEEN_LOOKS = 15.0
"""Starting and stopping take minutes; Rekognition answers 5 calls of a kind a second."""
LONGEST_WAIT_HOURS = 26.0
"""A training takes at most 24 hours, and it has to end before its version can be deleted."""
PASSING = ("TRAINING_IN_PROGRESS", "COPYING_IN_PROGRESS", "STARTING", "STOPPING", "DELETING")
REFUSED_FOR_NOW = ("ResourceInUseException", "ResourceNotFoundException")
"""Somebody else changed it between our look and our call: the next look shows how."""


class RemovalError(Exception):
    """Something could not be removed; the message says what, and what to do."""


@dataclass(frozen=True, kw_only=True)
class ProjectContents:
    """What a project holds: versions as {name: status}, datasets as {type: ARN}."""

    arn: str
    versions: dict[str, str]
    version_arns: dict[str, str]
    datasets: dict[str, str]

    @property
    def is_empty(self) -> bool:
        """Whether the project can be deleted."""
        return not self.versions and not self.datasets


@dataclass(frozen=True, kw_only=True)
class ModelRemoval:
    """Empties one project. Every look decides anew from what is there, so it can be run again any time.

    Of an adopted project it sees only what the pipeline made, so that it touches nothing else.
    """

    rekognition: RekognitionClient
    project_name: str
    report: Callable[[str], None]
    made: Callable[[], Made] | None = None
    """Of an adopted project: what the pipeline made. None if the whole project is the pipeline's."""
    seconds_between_looks: float = SECONDS_BETWEEN_LOOKS
    deadline_hours: float = LONGEST_WAIT_HOURS
    sleep: Callable[[float], None] = field(default=time.sleep)
    now: Callable[[], float] = field(default=time.monotonic)

    def look(self) -> ProjectContents | None:
        """What the project holds now, of an adopted one only ours; None if none is, or no project."""
        found = self.rekognition.describe_projects(ProjectNames=[self.project_name])["ProjectDescriptions"]
        if not found or found[0].get("Status") == "DELETING":
            return None
        contents = self._contents_of(found[0])
        if self.made is None:
            return contents
        ours = _only(contents, self.made())
        return None if ours.is_empty else ours

    def _contents_of(self, project: ProjectDescriptionTypeDef) -> ProjectContents:
        arn = project["ProjectArn"]
        pages = self.rekognition.get_paginator("describe_project_versions").paginate(ProjectArn=arn)
        described = [version for page in pages for version in page["ProjectVersionDescriptions"]]
        by_name = {version["ProjectVersionArn"].split("/")[-2]: version for version in described}
        return ProjectContents(
            arn=arn,
            versions={name: str(version["Status"]) for name, version in by_name.items()},
            version_arns={name: version["ProjectVersionArn"] for name, version in by_name.items()},
            datasets={
                str(dataset["DatasetType"]): dataset["DatasetArn"] for dataset in project.get("Datasets", [])
            },
        )

    def remove_all(self) -> None:
        """Stop and delete every version, then delete the datasets; returns once both are gone.

        Raises RemovalError when that takes longer than any training does.
        """
        deadline = self.now() + self.deadline_hours * 3600
        told: dict[str, str] = {}
        while (contents := self.look()) is not None and not contents.is_empty:
            self._tell_changes(told, contents)
            self._take_next_steps(contents)
            if self.now() > deadline:
                raise RemovalError(
                    f"Project {self.project_name} still holds {', '.join(_names(contents))} "
                    f"after {self.deadline_hours:.0f} hours. Look at it in the Rekognition console."
                )
            self.sleep(self.seconds_between_looks)
        for name in told:
            self.report(f"{name} is gone")

    def delete_project(self, contents: ProjectContents) -> None:
        """Delete an emptied project that no stack owns any more. An adopted one was never a stack's."""
        if self.made is not None:
            return
        self.rekognition.delete_project(ProjectArn=contents.arn)
        self.report(f"Project {self.project_name} is deleted")

    def _tell_changes(self, told: dict[str, str], contents: ProjectContents) -> None:
        states = {f"Model version {name}": status for name, status in contents.versions.items()}
        states |= {f"{kind} dataset": "there" for kind in contents.datasets}
        for name in [name for name in told if name not in states]:
            self.report(f"{name} is gone")
            del told[name]
        for name, status in states.items():
            if told.get(name) != status:
                self.report(f"{name}: {status}{_HINTS.get(status, '')}")
        told.update(states)

    def _take_next_steps(self, contents: ProjectContents) -> None:
        for name, status in contents.versions.items():
            arn = contents.version_arns[name]
            with _unless_changed_meanwhile():
                if status == "RUNNING":
                    self.rekognition.stop_project_version(ProjectVersionArn=arn)
                elif status not in PASSING:
                    self.rekognition.delete_project_version(ProjectVersionArn=arn)
        if not contents.versions:
            for arn in contents.datasets.values():
                with _unless_changed_meanwhile():
                    self.rekognition.delete_dataset(DatasetArn=arn)


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


_HINTS = {
    "TRAINING_IN_PROGRESS": " (a training cannot be cancelled; waiting for its end, which can take hours. "
    "You may interrupt and run this again later)",
    "STARTING": " (waiting until it can be stopped)",
}


def _names(contents: ProjectContents) -> list[str]:
    return [*(f"{name} ({status})" for name, status in contents.versions.items()), *contents.datasets]

"""What an account holds in one Region: projects, their datasets and models, and what is under way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from local_aws.rekognition import arns
from local_aws.rekognition.box_model import BoxModel
from local_aws.rekognition.classifier import TrainedModel
from local_aws.rekognition.errors import ResourceNotFoundException
from local_aws.rekognition.manifest import ManifestLine


@dataclass(kw_only=True)
class Pending:
    """A change under way. It ends when its time is over and its real work, if any, is done.

    Nothing ticks: whoever looks at the account next finds the change made (`Account.settle`).
    """

    due: float
    """Real seconds on the monotonic clock."""
    finish: Callable[[], None]
    work: Future[Any] | None = None
    is_held: Callable[[], bool] = lambda: False
    """Whether somebody keeps it from ending for now, however long it has taken."""

    def is_over(self, now: float) -> bool:
        """Whether `finish` may be called."""
        return now >= self.due and not self.is_held() and (self.work is None or self.work.done())


@dataclass(kw_only=True)
class Dataset:
    """One of a project's two datasets."""

    arn: str
    dataset_type: str
    created: float
    updated: float
    status: str
    status_message: str
    status_code: str | None = None
    entries: dict[str, ManifestLine] = field(default_factory=dict)
    """By source-ref, in the order they came."""
    tags: dict[str, str] = field(default_factory=dict)
    pending: Pending | None = None


@dataclass(kw_only=True)
class Version:
    """A model: its training, its results, and whether it runs."""

    arn: str
    name: str
    created: float
    status: str
    status_message: str
    output_config: dict[str, str]
    description: str | None = None
    key: str | None = None
    """The ARN of the caller's KMS key."""
    tags: dict[str, str] = field(default_factory=dict)
    training_ended: float | None = None
    billable_seconds: int | None = None
    results: dict[str, Any] = field(default_factory=dict)
    """The members of the description that training leaves behind, as the API gives them."""
    model: TrainedModel | BoxModel | None = None
    min_inference_units: int | None = None
    max_inference_units: int | None = None
    pending: Pending | None = None


@dataclass(kw_only=True)
class Project:
    """A project with its datasets (by type) and models (by name)."""

    arn: str
    name: str
    created: float
    feature: str
    status: str = "CREATED"
    tags: dict[str, str] = field(default_factory=dict)
    datasets: dict[str, Dataset] = field(default_factory=dict)
    versions: dict[str, Version] = field(default_factory=dict)
    pending: Pending | None = None


@dataclass(kw_only=True)
class Account:
    """Everything of one account in one Region. Hold `lock` around every look and change."""

    account_id: str
    region: str
    lock: threading.RLock = field(default_factory=threading.RLock)
    projects: dict[str, Project] = field(default_factory=dict)
    last_ms: int = 0

    def settle(self, now: float) -> None:
        """Make the changes whose time has come, in the order in which they were due."""
        holders: list[Version | Dataset | Project] = [
            *self.versions(),
            *self.datasets(),
            *self.projects.values(),
        ]
        over = [(h.pending, h) for h in holders if h.pending is not None and h.pending.is_over(now)]
        for pending, holder in sorted(over, key=lambda pair: pair[0].due):
            holder.pending = None
            pending.finish()

    def versions(self) -> list[Version]:
        """Every model of the account."""
        return [version for project in self.projects.values() for version in project.versions.values()]

    def datasets(self) -> list[Dataset]:
        """Every dataset of the account."""
        return [dataset for project in self.projects.values() for dataset in project.datasets.values()]

    def new_stamp(self, wall: float) -> int:
        """Epoch milliseconds for an ARN, never the same twice."""
        self.last_ms = max(int(wall * 1000), self.last_ms + 1)
        return self.last_ms

    def project(self, arn: str) -> Project:
        """Raises ResourceNotFoundException; an ARN with another time stamp is another project."""
        found = self.projects.get(arns.parse(arn).project)
        if found is None or found.arn != arn:
            raise ResourceNotFoundException(f"No project has the ARN {arn}.")
        return found

    def dataset(self, arn: str) -> tuple[Project, Dataset]:
        """The dataset and its project. Raises ResourceNotFoundException."""
        name = arns.parse(arn)
        project = self.projects.get(name.project)
        found = project.datasets.get(name.dataset_type or "") if project else None
        if project is None or found is None or found.arn != arn:
            raise ResourceNotFoundException(f"No dataset has the ARN {arn}.")
        return project, found

    def version(self, arn: str) -> tuple[Project, Version]:
        """The model and its project. Raises ResourceNotFoundException."""
        name = arns.parse(arn)
        project = self.projects.get(name.project)
        found = project.versions.get(name.version or "") if project else None
        if project is None or found is None or found.arn != arn:
            raise ResourceNotFoundException(f"No model version has the ARN {arn}.")
        return project, found

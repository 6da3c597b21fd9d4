"""Take a Custom Labels project apart from the operator's machine, for as long as a training lasts.

The steps are those of the function that CloudFormation invokes (`lambdas/take_down/project.py`), which has
an hour only; here a training may be waited for, and a project emptied whose stack is gone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambdas.take_down.adopted_project import Made
from lambdas.take_down.project import Project, ProjectContents

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

SECONDS_BETWEEN_LOOKS = 15.0
"""Starting and stopping take minutes; Rekognition answers 5 calls of a kind a second."""
LONGEST_WAIT_HOURS = 26.0
"""A training takes at most 24 hours, and it has to end before its version can be deleted."""


class RemovalError(Exception):
    """Something could not be removed; the message says what, and what to do."""


@dataclass(frozen=True, kw_only=True)
class ModelRemoval:
    """Empties one project. Every look decides anew from what is there, so it can be run again any time."""

    rekognition: RekognitionClient
    project_name: str
    report: Callable[[str], None]
    made: Callable[[], Made] | None = None
    """Of an adopted project: what the pipeline made. None if the whole project is the pipeline's."""
    keeps_contents: bool = False
    """Whether versions and datasets stay, and running models are only stopped."""
    seconds_between_looks: float = SECONDS_BETWEEN_LOOKS
    deadline_hours: float = LONGEST_WAIT_HOURS
    sleep: Callable[[float], None] = field(default=time.sleep)
    now: Callable[[], float] = field(default=time.monotonic)

    @property
    def project(self) -> Project:
        """What takes the steps."""
        return Project(
            rekognition=self.rekognition,
            name=self.project_name,
            made=self.made,
            keeps_contents=self.keeps_contents,
        )

    def look(self) -> ProjectContents | None:
        """What is still to be taken apart; see `Project.look`."""
        return self.project.look()

    def remove_all(self) -> None:
        """Stop and delete every version, then delete the datasets; returns once both are gone.

        Raises RemovalError when that takes longer than any training does.
        """
        deadline = self.now() + self.deadline_hours * 3600
        told: dict[str, str] = {}
        while (contents := self.look()) is not None and not contents.is_empty:
            self._tell_changes(told, contents)
            self.project.take_next_steps(contents)
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
        if self.made is not None or self.keeps_contents:
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


_HINTS = {
    "TRAINING_IN_PROGRESS": " (a training cannot be cancelled; waiting for its end, which can take hours. "
    "You may interrupt and run this again later)",
    "STARTING": " (waiting until it can be stopped)",
}


def _names(contents: ProjectContents) -> list[str]:
    return [*(f"{name} ({status})" for name, status in contents.versions.items()), *contents.datasets]

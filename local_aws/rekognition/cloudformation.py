"""AWS::Rekognition::Project for MiniStack's CloudFormation.

Ref is the project's name, `Arn` its only attribute; a new name replaces the project (CloudFormation
reference). The handlers run on the event loop: they touch the store only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local_aws.rekognition import projects
from local_aws.rekognition.errors import RekognitionError
from local_aws.rekognition.platform import Call, Platform
from local_aws.rekognition.store import Account

TYPE_NAME = "AWS::Rekognition::Project"


@dataclass(frozen=True, kw_only=True)
class ProjectProvisioner:
    """Creates, updates and deletes projects for stacks."""

    platform: Platform
    place: Callable[[], tuple[str, str]]
    """Account and Region of the stack at work."""

    def _call(self, params: dict[str, Any]) -> Call:
        account_id, region = self.place()
        call = Call(
            params=params, account_id=account_id, region=region, access_key_id="", platform=self.platform
        )
        call.account.settle(self.platform.monotonic())
        return call

    def create(self, logical_id: str, props: dict[str, Any], stack_name: str) -> tuple[str, dict[str, str]]:
        """Physical id and attributes. A name that is taken fails the stack."""
        name = props.get("ProjectName")
        if not name:
            raise ValueError(f"{logical_id}: {TYPE_NAME} needs a ProjectName")
        try:
            call = self._call({"ProjectName": name, "Tags": _tags(props)})
            with call.account.lock:
                return name, {"Arn": projects.create_project(call)["ProjectArn"]}
        except RekognitionError as error:
            raise ValueError(f"{error.message} (Service: Rekognition, {error.code})") from error

    def update(
        self, physical_id: str, old_props: dict[str, Any], new_props: dict[str, Any], stack_name: str
    ) -> tuple[str, dict[str, str]]:
        """Tags change in place; a new name makes a new project, and the old one goes if it is empty."""
        if new_props.get("ProjectName") != physical_id:
            created = self.create(physical_id, new_props, stack_name)
            self._remove_replaced(physical_id)
            return created
        call = self._call({})
        with call.account.lock:
            project = call.account.projects[physical_id]
            for key in _tags(old_props).keys() - _tags(new_props).keys():
                project.tags.pop(key, None)
            project.tags.update(_tags(new_props))
            return physical_id, {"Arn": project.arn}

    def _remove_replaced(self, name: str) -> None:
        """A stack ends well even when the replaced resource resists; CloudFormation leaves it behind."""
        try:
            self.delete(name, {})
        except ValueError:
            return

    def delete(self, physical_id: str, props: dict[str, Any]) -> None:
        """Waits for nothing: the project is gone at once. One that holds anything fails the stack."""
        call = self._call({})
        with call.account.lock:
            account: Account = call.account
            project = account.projects.get(physical_id)
            if project is None:
                return
            try:
                projects.check_deletable(project)
            except RekognitionError as error:
                raise ValueError(f"{error.message} (Service: Rekognition, {error.code})") from error
            del account.projects[physical_id]


def _tags(props: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in props.get("Tags", [])}

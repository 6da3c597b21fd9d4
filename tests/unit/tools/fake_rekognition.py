"""A project whose versions and datasets change state one look at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

PROJECT = "TrainingPipeline-dev"
NEXT = {"TRAINING_IN_PROGRESS": "TRAINING_COMPLETED", "STARTING": "RUNNING", "STOPPING": "STOPPED"}


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": f"{code} for the test"}}, "SomeOperation")


@dataclass
class FakeRekognition:
    """Refuses what Rekognition refuses: see `delete_project_version` and `delete_dataset`."""

    versions: dict[str, str] = field(default_factory=dict)
    datasets: list[str] = field(default_factory=list)
    exists: bool = True
    calls: list[str] = field(default_factory=list)
    refusals: dict[str, list[str]] = field(default_factory=dict)

    def describe_projects(self, *, ProjectNames: list[str]) -> dict[str, Any]:  # noqa: N803
        if not self.exists or ProjectNames != [PROJECT]:
            return {"ProjectDescriptions": []}
        datasets = [{"DatasetType": kind, "DatasetArn": f"arn:{kind}"} for kind in self.datasets]
        return {"ProjectDescriptions": [{"ProjectArn": "arn:p", "Status": "CREATED", "Datasets": datasets}]}

    def get_paginator(self, operation: str) -> "FakeRekognition":
        assert operation == "describe_project_versions"
        return self

    def paginate(self, *, ProjectArn: str) -> Iterator[dict[str, Any]]:  # noqa: N803
        assert ProjectArn == "arn:p"
        for name, status in list(self.versions.items()):
            arn = f"arn:aws:rekognition:us-east-1:1:project/{PROJECT}/version/{name}/1"
            yield {"ProjectVersionDescriptions": [{"ProjectVersionArn": arn, "Status": status}]}

    def time_passes(self, _seconds: float) -> None:
        self.versions = {
            name: NEXT.get(status, status) for name, status in self.versions.items() if status != "DELETING"
        }

    def stop_project_version(self, *, ProjectVersionArn: str) -> None:  # noqa: N803
        name = self._call("stop", ProjectVersionArn)
        assert self.versions[name] == "RUNNING"
        self.versions[name] = "STOPPING"

    def delete_project_version(self, *, ProjectVersionArn: str) -> None:  # noqa: N803
        name = self._call("delete", ProjectVersionArn)
        assert self.versions[name] not in ("RUNNING", *NEXT)
        self.versions[name] = "DELETING"

    def delete_dataset(self, *, DatasetArn: str) -> None:  # noqa: N803
        assert not self.versions
        self.calls.append(f"delete {DatasetArn}")
        self.datasets.remove(DatasetArn.removeprefix("arn:"))

    def delete_project(self, *, ProjectArn: str) -> None:  # noqa: N803
        assert not self.versions and not self.datasets
        self.calls.append(f"delete {ProjectArn}")
        self.exists = False

    def _call(self, what: str, arn: str) -> str:
        name = arn.split("/")[-2]
        self.calls.append(f"{what} {name}")
        if self.refusals.get(name):
            raise refusal(self.refusals[name].pop())
        return name

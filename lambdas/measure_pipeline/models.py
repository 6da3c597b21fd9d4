"""The models of the project that take inference units, through Rekognition."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_rekognition.client import RekognitionClient

_PAGE = 100  # the API's own limit, and the most versions that a project has by default
_HOSTED = ("STARTING", "RUNNING")


@dataclass(frozen=True, kw_only=True)
class HostedModel:
    """A version that is starting or running. `units` are those it was started with: a model that somebody
    started with MaxInferenceUnits may have more for a while, which no call tells."""

    version: str
    is_running: bool
    units: int


class ProjectModels:
    def __init__(self, *, client: "RekognitionClient", project_arn: str) -> None:
        self._client = client
        self._project_arn = project_arn

    def hosted(self) -> list[HostedModel]:
        """Those that start or run now."""
        pages = self._client.get_paginator("describe_project_versions").paginate(
            ProjectArn=self._project_arn, PaginationConfig={"PageSize": _PAGE}
        )
        return [
            HostedModel(
                # arn:aws:rekognition:REGION:ACCOUNT:project/NAME/version/VERSION/EPOCH
                version=found["ProjectVersionArn"].split("/")[3],
                is_running=found["Status"] == "RUNNING",
                units=found.get("MinInferenceUnits", 1),
            )
            for page in pages
            for found in page["ProjectVersionDescriptions"]
            if found["Status"] in _HOSTED
        ]


def running_units(hosted: Sequence[HostedModel]) -> int:
    """What is billed: "the number of hours that your model is running" (Custom Labels guide, "Running a
    trained model"). Whether the minutes of starting are billed is not documented; they are left out."""
    return sum(model.units for model in hosted if model.is_running)

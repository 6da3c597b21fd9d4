"""The settings of an environment that say where it lives: first, because others are checked against them."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

STRICT = ConfigDict(extra="forbid", frozen=True, strict=True)
"""Of every model of settings: what is misspelt or of another type is refused, and nothing changes later."""

REGIONS = (
    "us-east-1",
    "us-east-2",
    "us-west-2",
    "eu-west-1",
    "eu-west-2",
    "eu-central-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "ap-northeast-2",
)
"""Where Rekognition offers Custom Labels (AWS General Reference, "Amazon Rekognition endpoints and
quotas"). boto3's list of Rekognition Regions is longer: not all of them have Custom Labels."""


def among(values: tuple[object, ...]) -> AfterValidator:
    """A check that a value is one of these."""

    def check(value: object) -> object:
        if value not in values:
            raise ValueError("is not one of the values that are allowed")
        return value

    return AfterValidator(check)


class PlaceSettings(BaseModel):
    """Account and Region; both may be left to the CLI."""

    model_config = STRICT

    account: Annotated[str, StringConstraints(pattern="^[0-9]{12}$")] | None = Field(
        default=None, description='an account id of 12 digits, in quotes: "123456789012"'
    )
    region: Annotated[str, among(REGIONS)] | None = Field(
        default=None, description=f"a Region that has Rekognition Custom Labels: {', '.join(REGIONS)}"
    )

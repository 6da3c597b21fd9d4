"""What the Training workflow asks of this function."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .errors import RequestInvalid

Side = Literal["training", "testing"]
SIDES: tuple[Side, ...] = ("training", "testing")


@dataclass(frozen=True, kw_only=True)
class Place:
    """An S3Object as DescribeProjectVersions gives it."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True, kw_only=True)
class Request:
    """Why `version` could not be trained, given what Rekognition said of it.

    `summary` and `validation` are the files of a training that got as far as reading the manifests'
    content; a refused dataset and a manifest that could not be read at all leave none. `manifests` are our
    own, of the datasets that were refused.
    """

    version: str
    said: str
    summary: Place | None
    validation: Mapping[Side, Place]
    manifests: Mapping[Side, Place] = field(default_factory=dict)

    @classmethod
    def from_event(cls, event: Mapping[str, object]) -> "Request":
        """Parse the event of an invocation.

        Raises:
            RequestInvalid: something is missing or of the wrong type.
        """
        version, said = event.get("version"), event.get("said")
        if not isinstance(version, str) or not version:
            raise RequestInvalid(f'"version" is {version!r}; it must be the name of a model version.')
        if not isinstance(said, str):
            raise RequestInvalid(f'"said" is {str(said)[:80]!r}; it must be what Rekognition said, a text.')
        manifests = event.get("manifests") or {}
        if not isinstance(manifests, Mapping):
            raise RequestInvalid(f'"manifests" is {str(manifests)[:200]!r}; it must be null or an object.')
        return cls(
            version=version,
            said=said,
            summary=place_in(event, "summary"),
            validation=_places(event),
            manifests=_places(manifests),
        )


def _places(event: Mapping[str, object]) -> dict[Side, Place]:
    found = {side: place_in(event, side) for side in SIDES}
    return {side: place for side, place in found.items() if place is not None}


def place_in(event: Mapping[str, object], name: str) -> Place | None:
    """The S3Object of that name; None if there is none."""
    value = event.get(name)
    if value is None:
        return None
    if isinstance(value, Mapping):
        bucket, key = value.get("Bucket"), value.get("Name")
        if isinstance(bucket, str) and isinstance(key, str) and bucket and key:
            return Place(bucket=bucket, key=key)
    raise RequestInvalid(
        f'"{name}" is {str(value)[:200]!r}; it must be null or an object with "Bucket" and "Name", as '
        "DescribeProjectVersions gives it."
    )

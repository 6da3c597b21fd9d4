"""The settings of an environment that say which labelled pictures it trains on, and what it may read for it.

`lambdas/build_manifest/sources/data_source.py` reads the same object, also from the input of an execution.
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

_STRICT = ConfigDict(extra="forbid", frozen=True, strict=True)

# Quotes, backslashes, braces and % would have to be escaped in the workflow's expressions and in policies,
# and `*`, `?` and `$` mean something in a policy: pictures may have them in their names, these places not.
_IN_A_KEY = "[A-Za-z0-9 _.,:;=+@&()/!'-]"
_BUCKET = "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"

LABEL_FILE = f"^s3://{_BUCKET}/{_IN_A_KEY}{{0,1023}}[A-Za-z0-9 _.,:;=+@&()!'-]$"
FOLDER = f"^s3://{_BUCKET}/({_IN_A_KEY}{{1,1023}}/)?$"
DATASET_ARN = r"^arn:aws:rekognition:[a-z0-9-]+:[0-9]{12}:project/[a-zA-Z0-9_.-]{1,255}/dataset/SIDE/[0-9]+$"
KEY_ARN = r"^arn:aws:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]{1,128}$"
PROJECT_NAME = "^[a-zA-Z0-9_.-]{1,255}$"

MOST_PLACES = 20
"""Each is a statement in two policies, and a part of a function's environment of 4 KiB."""

MOST_CHARACTERS = 2_000
"""Of all of them together."""

FORMS = (
    '{"kind": "folders"}, or {"kind": "manifest", "train": "s3://bucket/file", "test": "s3://bucket/file", '
    '"format": "ground_truth", "coco" or "csv", "images": "s3://bucket/folder/"} of which only train is '
    'needed, or {"kind": "dataset", "train": "arn:aws:rekognition:…:project/…/dataset/train/…", '
    '"test": "arn:…"}'
    " of which test may be left out"
)


def _fit(places: tuple[str, ...]) -> tuple[str, ...]:
    if sum(map(len, places)) > MOST_CHARACTERS:
        raise ValueError("are too long together")
    return places


Place = Annotated[str, StringConstraints(pattern=FOLDER)]
Places = Annotated[tuple[Place, ...], Field(max_length=MOST_PLACES), AfterValidator(_fit)]
KeyArn = Annotated[str, StringConstraints(pattern=KEY_ARN)]


class _DataSource(BaseModel):
    """One model for the three kinds, so that an error speaks of the whole object and names all three."""

    model_config = _STRICT

    kind: Literal["folders", "manifest", "dataset"] = Field(description=FORMS)
    train: str | None = Field(default=None, description=FORMS)
    test: str | None = Field(default=None, description=FORMS)
    format: Literal["ground_truth", "coco", "csv"] | None = Field(default=None, description=FORMS)
    images: Place | None = Field(default=None, description=f"a folder with a slash at its end, in {FORMS}")

    def as_input(self) -> dict[str, str]:
        """As the input of an execution has it."""
        return {name: str(value) for name, value in self if value is not None}

    def files(self) -> list[str]:
        """URIs of its files of labels."""
        return [uri for uri in (self.train, self.test) if uri and self.kind == "manifest"]

    def dataset_arns(self) -> list[str]:
        return [arn for arn in (self.train, self.test) if arn and self.kind == "dataset"]


def _agrees(source: _DataSource) -> _DataSource:
    given = {name for name in ("train", "test", "format", "images") if getattr(source, name) is not None}
    if source.kind == "folders":
        if given:
            raise ValueError("folders have no files of labels")
        return source
    if "train" not in given or source.train == source.test:
        raise ValueError("has no training data, or the same as test data")
    for side, address in (("train", source.train), ("test", source.test)):
        pattern = LABEL_FILE if source.kind == "manifest" else DATASET_ARN.replace("SIDE", side)
        if address is not None and re.match(pattern, address) is None:
            raise ValueError(f"{address} is not allowed")
    if source.kind == "dataset" and given & {"format", "images"}:
        raise ValueError("datasets have neither a format nor a folder of pictures")
    return source


DataSourceSettings = Annotated[_DataSource, AfterValidator(_agrees)]


def folders() -> _DataSource:
    """What is trained unless something else is set."""
    return _DataSource(kind="folders")

"""The two sides of a training, their lines checked and their pictures read; and what is learnt from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from local_aws.rekognition.box_model import BoxModel
from local_aws.rekognition.classifier import TrainedModel
from local_aws.rekognition.evaluation import Figures
from local_aws.rekognition.line_errors import LineError, ManifestError
from local_aws.rekognition.picture_reading import (
    UNREACHABLE,
    PictureCache,
    check_images_bucket,
    read_pictures,
)
from local_aws.rekognition.storage import ObjectStore
from local_aws.rekognition.use_case import Lines
from local_aws.rekognition.validation import CheckedManifest, labels_of

View = TypeVar("View")
Model = TrainedModel | BoxModel


@dataclass(kw_only=True)
class CheckedSide(Generic[View]):
    """One side with its pictures, in the order of `manifest.usable`."""

    manifest: CheckedManifest
    pictures: list[View]


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """A model, how it did in its test, and the files that show it."""

    model: Model
    figures: Figures
    training_snapshot: bytes
    testing_snapshot: bytes


Learner = Callable[[CheckedSide[View], CheckedSide[View], Callable[[], float]], Learnt]
"""Fits and tests a model of one kind, given the training side, the testing side and the wall clock."""


def check_side(
    storage: ObjectStore, lines: Lines, cache: PictureCache[View], *, task: str
) -> CheckedSide[View]:
    """Read the pictures of one side, and note what is wrong with them and with the side as a whole."""
    errors: list[str] = []
    readings: list[View | LineError | None] = [None] * len(lines)
    try:
        check_images_bucket(storage, lines)
        readings = read_pictures(storage, lines, cache)
        wanted = [reading for reading in readings if reading is not None]
        if wanted and all(reading is UNREACHABLE for reading in wanted):
            errors.append("ERROR_FAILED_IMAGES_S3_COPY")
    except ManifestError as error:
        errors.append(error.code)
    checked = tuple(
        line.with_error(reading) if isinstance(reading, LineError) else line
        for line, reading in zip(lines, readings, strict=True)
    )
    manifest = CheckedManifest(lines=checked, declared=labels_of(lines), task=task, errors=errors)
    manifest.check()
    pictures = [reading for reading in readings if reading is not None and not isinstance(reading, LineError)]
    return CheckedSide(manifest=manifest, pictures=pictures)

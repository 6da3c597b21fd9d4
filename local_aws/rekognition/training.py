"""The training job: validate, read the pictures, fit, test, and write the result files."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from local_aws.rekognition.classifier import TrainedModel, train
from local_aws.rekognition.dataset_import import split
from local_aws.rekognition.datasets import fetch_manifest
from local_aws.rekognition.evaluation import Evaluation, Scores, evaluate
from local_aws.rekognition.line_errors import LineError, ManifestError
from local_aws.rekognition.manifest import ManifestLine, read_manifest
from local_aws.rekognition.picture_reading import (
    UNREACHABLE,
    MeasureCache,
    check_images_bucket,
    read_pictures,
)
from local_aws.rekognition.scaling import Blocks
from local_aws.rekognition.snapshots import snapshot
from local_aws.rekognition.storage import ObjectStore
from local_aws.rekognition.training_output import OutputBucket, assets_member, manifest_member
from local_aws.rekognition.validation import (
    LOCALIZATION,
    CheckedManifest,
    cross_check,
    labels_of,
    manifest_summary,
    to_json_lines,
    validation_manifest,
)

logger = logging.getLogger(__name__)

SERVICE_ISSUE = "Amazon Rekognition experienced a service issue."
Lines = tuple[ManifestLine, ...]


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where one side's lines come from: a manifest in S3, or a dataset's entries."""

    place: dict[str, str] | None = None
    lines: Lines = ()


@dataclass(kw_only=True)
class Outcome:
    """How a training ended."""

    status: str
    message: str
    results: dict[str, Any] = field(default_factory=dict)
    """Members of the model's description."""
    model: TrainedModel | None = None


@dataclass(kw_only=True)
class CheckedSide:
    """One side with its pictures measured, in the order of `manifest.usable`."""

    manifest: CheckedManifest
    pictures: list[Blocks]

    @property
    def truths(self) -> list[frozenset[str]]:
        """Labels of each picture."""
        return [frozenset(line.labels) for line in self.manifest.usable]


@dataclass(kw_only=True)
class TrainingJob:
    """One training, with the rights of whoever asked for it."""

    version_arn: str
    storage: ObjectStore
    output: OutputBucket
    train_source: Source
    test_source: Source | None
    """None holds back 20 % of the training side (AutoCreate)."""
    cache: MeasureCache
    wall: Callable[[], float] = time.time
    results: dict[str, Any] = field(
        default_factory=lambda: {"TrainingDataResult": {}, "TestingDataResult": {}}
    )

    def run(self) -> Outcome:
        """Never raises: a fault of ours is a service error, as on AWS."""
        try:
            model = self._train()
        except ManifestError as error:
            return Outcome(status="TRAINING_FAILED", message=error.text, results=self.results)
        except Exception as error:
            logger.exception("The training of %s failed", self.version_arn)
            return Outcome(status="TRAINING_FAILED", message=f"{SERVICE_ISSUE} ({error})")
        return Outcome(
            status="TRAINING_COMPLETED",
            message="The model is ready to run.",
            results=self.results,
            model=model,
        )

    def _train(self) -> TrainedModel:
        train_lines, test_lines = self._read_lines()
        sides = {"training": self._check(train_lines), "testing": self._check(test_lines)}
        training, testing = sides["training"], sides["testing"]
        self._report(training.manifest, testing.manifest)
        model = train(training.pictures, training.truths)
        scores = model.confidences(testing.pictures)
        known = frozenset(model.labels)
        evaluation = evaluate(model.labels, scores, [truth & known for truth in testing.truths])
        self._write_evaluation(training, testing, scores, evaluation)
        return replace(model, thresholds=evaluation.thresholds)

    def _read_lines(self) -> tuple[Lines, Lines]:
        train_lines = self._lines_of(self.train_source)
        if self.test_source is not None:
            test_lines = self._lines_of(self.test_source)
        else:
            shortage = "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT"
            train_part, test_part = split(train_lines, shortage=shortage)
            train_lines, test_lines = tuple(train_part), tuple(test_part)
        for side, source, lines in (
            ("training", self.train_source, train_lines),
            ("testing", self.test_source, test_lines),
        ):
            place = source.place if source is not None else None
            if place is None:
                content = to_json_lines([line.document for line in lines])
                place = self.output.write(self.output.files.input(side), content)
            self._result(side)["Input"] = assets_member(place)
        return train_lines, test_lines

    def _lines_of(self, source: Source) -> Lines:
        lines = source.lines
        if source.place is not None:
            content = fetch_manifest(self.storage, source.place)
            parsed = read_manifest(content)
            if content.strip() and not any(line.document for line in parsed.lines):
                raise ManifestError("ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT")
            lines = tuple(line for line in parsed.lines if line.number not in parsed.repeated)
        if not any(line.document for line in lines):
            raise ManifestError("ERROR_EMPTY_MANIFEST")
        return lines

    def _result(self, side: str) -> dict[str, Any]:
        member: dict[str, Any] = self.results[f"{side.capitalize()}DataResult"]
        return member

    def _check(self, lines: Lines) -> CheckedSide:
        errors: list[str] = []
        readings: list[Blocks | LineError | None] = [None] * len(lines)
        try:
            check_images_bucket(self.storage, lines)
            readings = read_pictures(self.storage, lines, self.cache)
            wanted = [reading for reading in readings if reading is not None]
            if wanted and all(reading is UNREACHABLE for reading in wanted):
                errors.append("ERROR_FAILED_IMAGES_S3_COPY")
        except ManifestError as error:
            errors.append(error.code)
        checked = tuple(
            line.with_error(reading) if isinstance(reading, LineError) else line
            for line, reading in zip(lines, readings, strict=True)
        )
        manifest = CheckedManifest(lines=checked, declared=labels_of(lines), errors=errors)
        manifest.check()
        return CheckedSide(manifest=manifest, pictures=[r for r in readings if isinstance(r, tuple)])

    def _report(self, training: CheckedManifest, testing: CheckedManifest) -> None:
        """Write the validation files. Raises ManifestError for the first content error there is."""
        errors = cross_check(training, testing)
        files, write = self.output.files, self.output.write
        for side, manifest in (("training", training), ("testing", testing)):
            place = write(files.validation(side), validation_manifest(manifest.lines))
            self._result(side)["Validation"] = assets_member(place)
        summary = manifest_summary(training, testing, errors)
        self.results["ManifestSummary"] = manifest_member(write(files.manifest_summary, summary))
        for code in (*training.errors, *testing.errors, *errors):
            raise ManifestError(code)
        if training.use_case == LOCALIZATION:
            raise RuntimeError("the local AWS trains image-level labels only, and this manifest holds boxes")

    def _write_evaluation(
        self, training: CheckedSide, testing: CheckedSide, scores: Scores, evaluation: Evaluation
    ) -> None:
        ended = self.wall()
        files, write = self.output.files, self.output.write
        train_lines, test_lines = training.manifest.usable, testing.manifest.usable
        snapshots = {
            "training": snapshot(train_lines, at=ended),
            "testing": snapshot(test_lines, at=ended, scores=scores, thresholds=evaluation.thresholds),
        }
        for side, content in snapshots.items():
            self._result(side)["Output"] = assets_member(write(files.snapshot(side), content))
        summary = evaluation.summary(
            version_arn=self.version_arn, train=len(train_lines), test=len(test_lines), ended=ended
        )
        place = write(files.evaluation_summary, json.dumps(summary, indent=2).encode())
        self.results["EvaluationResult"] = {"F1Score": evaluation.f1, "Summary": {"S3Object": place}}

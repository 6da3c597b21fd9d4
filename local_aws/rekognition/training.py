"""The training job: validate, read the pictures, fit, test, and write the result files."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from local_aws.rekognition.box_learning import learn_boxes
from local_aws.rekognition.classifier import train
from local_aws.rekognition.dataset_import import split
from local_aws.rekognition.datasets import fetch_manifest
from local_aws.rekognition.evaluation import evaluate
from local_aws.rekognition.line_errors import ManifestError
from local_aws.rekognition.manifest import read_manifest
from local_aws.rekognition.picture_reading import MeasureCache, PictureCache
from local_aws.rekognition.scaling import Blocks
from local_aws.rekognition.snapshots import snapshot
from local_aws.rekognition.storage import ObjectStore
from local_aws.rekognition.training_output import OutputBucket, assets_member, manifest_member
from local_aws.rekognition.training_sides import CheckedSide, Learner, Learnt, Model, View, check_side
from local_aws.rekognition.use_case import LOCALIZATION, Lines, Task, choose_task
from local_aws.rekognition.validation import (
    CheckedManifest,
    cross_check,
    manifest_summary,
    to_json_lines,
    validation_manifest,
)

logger = logging.getLogger(__name__)

SERVICE_ISSUE = "Amazon Rekognition experienced a service issue."


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
    model: Model | None = None


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

    def _train(self) -> Model:
        task = choose_task(*self._read_lines())
        if task.use_case == LOCALIZATION:
            return self._learn(task, self.cache.scenes, learn_boxes)
        return self._learn(task, self.cache.blocks, _learn_labels)

    def _learn(self, task: Task, cache: PictureCache[View], learn: Learner[View]) -> Model:
        training = check_side(self.storage, task.training, cache, task=task.use_case)
        testing = check_side(self.storage, task.testing, cache, task=task.use_case)
        self._report(training.manifest, testing.manifest)
        learnt = learn(training, testing, self.wall)
        self._write_evaluation(learnt, train=len(training.pictures), test=len(testing.pictures))
        return learnt.model

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

    def _write_evaluation(self, learnt: Learnt, *, train: int, test: int) -> None:
        ended = self.wall()
        files, write = self.output.files, self.output.write
        snapshots = {"training": learnt.training_snapshot, "testing": learnt.testing_snapshot}
        for side, content in snapshots.items():
            self._result(side)["Output"] = assets_member(write(files.snapshot(side), content))
        summary = learnt.figures.summary(version_arn=self.version_arn, train=train, test=test, ended=ended)
        place = write(files.evaluation_summary, json.dumps(summary, indent=2).encode())
        self.results["EvaluationResult"] = {"F1Score": learnt.figures.f1, "Summary": {"S3Object": place}}


def _learn_labels(
    training: CheckedSide[Blocks], testing: CheckedSide[Blocks], wall: Callable[[], float]
) -> Learnt:
    """Image-level labels: fit a model to the training side, and test it on the other."""
    train_lines, test_lines = training.manifest.usable, testing.manifest.usable
    model = train(training.pictures, [frozenset(line.labels) for line in train_lines])
    scores, known = model.confidences(testing.pictures), frozenset(model.labels)
    figures = evaluate(model.labels, scores, [frozenset(line.labels) & known for line in test_lines])
    ended = wall()
    return Learnt(
        model=replace(model, thresholds=figures.thresholds),
        figures=figures,
        training_snapshot=snapshot(train_lines, at=ended),
        testing_snapshot=snapshot(test_lines, at=ended, scores=scores, thresholds=figures.thresholds),
    )

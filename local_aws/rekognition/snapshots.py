"""Evaluation manifest snapshots: the lines that were used, with the model's verdicts on the test side.

Custom Labels guide, "Interpreting the evaluation manifest snapshot".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from local_aws.rekognition.evaluation import Scores, timestamp
from local_aws.rekognition.label_attributes import CLASSIFICATION
from local_aws.rekognition.manifest import SOURCE_REF, ManifestLine
from local_aws.rekognition.validation import to_json_lines

TRAINING_JOB = "rekognition-custom-labels-training-job"
EVALUATION_JOB = "rekognition-custom-labels-evaluation-job"


def snapshot(
    lines: Sequence[ManifestLine],
    *,
    at: float,
    scores: Scores | None = None,
    thresholds: Mapping[str, float] | None = None,
) -> bytes:
    """One line a picture. With scores (columns in the order of `thresholds`) each has its predictions.

    The predictions given are the labels that reach their threshold and the labels of the ground truth.
    """
    documents = []
    for row, line in enumerate(lines):
        document: dict[str, Any] = {SOURCE_REF: line.source_ref}
        for number, label in enumerate(line.labels):
            name = f"rekognition-custom-labels-training-{number}"
            document |= label_attribute(name, label, 1.0, TRAINING_JOB, at)
        if scores is not None and thresholds is not None:
            confidences = dict(zip(thresholds, scores[row], strict=True))
            document |= _judged(line.labels, confidences, thresholds, at)
        documents.append(document)
    return to_json_lines(documents)


def label_attribute(name: str, label: str, confidence: float, job: str, at: float) -> dict[str, Any]:
    """An image-level label as an attribute and its metadata."""
    return {
        name: 1,
        f"{name}-metadata": {
            "confidence": confidence,
            "job-name": job,
            "class-name": label,
            "human-annotated": "yes" if job == TRAINING_JOB else "no",
            "creation-date": timestamp(at),
            "type": CLASSIFICATION,
        },
    }


def details(*, is_found: bool, is_true: bool) -> dict[str, Any]:
    """The verdict on a prediction: whether it reached its threshold, and whether it is right."""
    return {
        "version": 1,
        "ground-truth-labelling-jobs": [TRAINING_JOB],
        "is-true-positive": is_found and is_true,
        "is-true-negative": False,
        "is-false-positive": is_found and not is_true,
        "is-false-negative": is_true and not is_found,
        "is-present-in-ground-truth": is_true,
    }


def _judged(
    truth: Sequence[str], confidences: Mapping[str, float], thresholds: Mapping[str, float], at: float
) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    number = 0
    for label, confidence in sorted(confidences.items(), key=lambda item: -item[1]):
        is_found, is_true = bool(confidence >= thresholds[label]), label in truth
        if is_found or is_true:
            name = f"rekognition-custom-labels-evaluation-{number}"
            attributes |= label_attribute(name, label, float(confidence), EVALUATION_JOB, at)
            verdict = details(is_found=is_found, is_true=is_true)
            attributes[f"{name}-metadata"]["rekognition-custom-labels-evaluation-details"] = verdict
            number += 1
    return attributes

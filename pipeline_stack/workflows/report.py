"""The result of a Training execution."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class Report(TypedDict):
    """The output of an execution. Counts are pictures; F1 scores are from 0 to 1."""

    outcome: Literal[
        "disabled",
        "busy",
        "already_tried",
        "nothing_to_train",
        "preflight_failed",
        "rejected",
        "refused",
        "approval_timed_out",
        "superseded",
        "waiting_for_approval",
        "waiting_for_capacity",
        "waiting_for_comparison",
        "deployed",
    ]
    data_source: NotRequired[str]
    """What tells of the labelled pictures: the folders, files of labels, or datasets."""
    model_type: NotRequired[Literal["whole_picture", "location"]]
    """Whether the model says what a picture shows, or where in it."""
    version: NotRequired[str]
    f1: NotRequired[float]
    billed_training_seconds: NotRequired[int]
    """Only if this run judged the version: what Rekognition bills for its training."""
    minimum_f1: NotRequired[float]
    rules: NotRequired[list[dict[str, str]]]
    """Each rule that the version was held against: `rule`, `result` and `words`."""
    comparison: NotRequired[dict[str, Any] | None]
    """Of this version and the live one on the same pictures; null if there was none."""
    pictures: NotRequired[dict[str, Any]]
    new_pictures: NotRequired[int]
    skipped: NotRequired[dict[str, Any]]
    warnings: NotRequired[list[str]]
    reason: NotRequired[str]
    evaluation_report: NotRequired[str]
    """S3 URI of the page that tells of the version's evaluation; docs/evaluation-report.md."""
    preflight_report: NotRequired[str]
    """S3 URI of the page that lists what is wrong with the pictures, if that kept them from being trained."""
    failure_report: NotRequired[str]
    """S3 URI of the page that lists what Rekognition found wrong, picture by picture."""
    dataset_report: NotRequired[str]
    """S3 URI of the page that lists the lines that Rekognition left out of its datasets, or found wrong."""
    deleted_versions: NotRequired[list[str]]
    """Old versions that this run deleted to make room."""


def with_warnings(found: str) -> str:
    """A value for `report`: with the warnings of `found`, an expression of a list, added to its own."""
    return f"{{% $merge([$report, {{'warnings': $append($report.warnings, {found})}}]) %}}"

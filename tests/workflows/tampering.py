"""Changes manifests between their writing and Rekognition's reading: the pipeline writes no bad line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from tests.workflows.operator import Json, Operator

Change = Callable[[list[str]], list[str]]
"""From the lines that were written to those that Rekognition reads."""


def run_with_manifests(operator: Operator, *, faults: Sequence[Json] = (), **changes: Change) -> Json:
    """A run of Training whose manifests `train` and `test` are changed on the way; its description once over.

    An old dataset that cannot be deleted for a while keeps the run from going on meanwhile. `faults` are
    those of the time after.
    """
    rekognition = operator.aws.client("rekognition")
    name = operator.outputs["ProjectName"]
    (project,) = rekognition.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
    if not project["Datasets"]:
        rekognition.create_dataset(ProjectArn=project["ProjectArn"], DatasetType="TRAIN")
    in_use = {"service": "rekognition", "operation": "DeleteDataset", "error": "ResourceInUseException"}
    operator.aws.faults([in_use | {"times": 10_000}])
    execution = operator.start()
    operator.until_in(execution, "Delete an old dataset")
    for side, change in changes.items():
        _rewrite(operator, _manifest(operator, execution, side), change)
    operator.aws.faults(list(faults))
    return operator.finished(execution)


def _manifest(operator: Operator, execution: str, side: str) -> str:
    """The key of a manifest that an execution has written."""
    stepfunctions = operator.aws.client("stepfunctions")
    pages = stepfunctions.get_paginator("get_execution_history").paginate(executionArn=execution)
    written = [
        event["taskSucceededEventDetails"]["output"]
        for page in pages
        for event in page["events"]
        if "taskSucceededEventDetails" in event
    ]
    keys = re.findall(rf"manifests/[0-9a-f]{{64}}/{side}\.manifest", " ".join(written))
    return str(keys[-1])


def _rewrite(operator: Operator, key: str, change: Change) -> None:
    s3, bucket = operator.aws.client("s3"), operator.outputs["BucketName"]
    lines = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode().splitlines()
    content = "".join(f"{line}\n" for line in change(lines))
    s3.put_object(Bucket=bucket, Key=key, Body=content.encode())


def repeating(count: int) -> Change:
    """The last lines are about the first pictures once more."""
    return lambda lines: [*lines[:-count], *lines[:count]]


def with_members(count: int, **members: Any) -> Change:
    """The lines at the end have these members too."""
    return lambda lines: lines[:-count] + [json.dumps(json.loads(line) | members) for line in lines[-count:]]


def with_a_bad_box(count: int) -> Change:
    """The lines at the end have two boxes, one of which reaches beyond the picture."""
    size = {"width": 64, "height": 64, "depth": 3}
    boxes = [{"class_id": 0, "left": left, "top": 0, "width": 32, "height": 32} for left in (0, 60)]
    metadata = {
        "objects": [{"confidence": 1}, {"confidence": 1}],
        "class-map": {"0": "fruit"},
        "type": "groundtruth/object-detection",
        "human-annotated": "yes",
        "creation-date": "2026-01-01T00:00:00",
    }
    return with_members(
        count, boxes={"image_size": [size], "annotations": boxes}, **{"boxes-metadata": metadata}
    )

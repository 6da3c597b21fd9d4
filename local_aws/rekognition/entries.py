"""ListDatasetEntries, ListDatasetLabels, UpdateDatasetEntries, DistributeDatasetEntries."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from local_aws.rekognition import quotas
from local_aws.rekognition.dataset_import import import_lines, split
from local_aws.rekognition.datasets import USABLE, Entries, begin
from local_aws.rekognition.errors import (
    InvalidParameterException,
    ResourceInUseException,
    ResourceNotReadyException,
)
from local_aws.rekognition.line_errors import ManifestError
from local_aws.rekognition.manifest import SERVICE_KEYS, ManifestLine
from local_aws.rekognition.paging import page
from local_aws.rekognition.platform import Call
from local_aws.rekognition.store import Dataset


def list_dataset_entries(call: Call) -> dict[str, Any]:
    """The dataset's lines, with `cl-metadata` and, for lines with errors, `cl-errors` added."""
    dataset = _readable(call)
    lines = [line for line in dataset.entries.values() if _matches(line, call.params)]
    shown, token = page("ListDatasetEntries", call.params, lines)
    answer: dict[str, Any] = {"DatasetEntries": [_as_entry(line) for line in shown]}
    return answer | ({"NextToken": token} if token else {})


def _readable(call: Call) -> Dataset:
    _, dataset = call.account.dataset(call.params["DatasetArn"])
    if dataset.status not in USABLE:
        raise ResourceNotReadyException(f"Dataset {dataset.arn} is {dataset.status}.")
    return dataset


def _matches(line: ManifestLine, filters: Mapping[str, Any]) -> bool:
    if "ContainsLabels" in filters and not set(filters["ContainsLabels"]) & set(line.labels):
        return False
    if "Labeled" in filters and filters["Labeled"] != bool(line.labels):
        return False
    if filters.get("SourceRefContains", "") not in line.source_ref:
        return False
    # AWS's own sample passes HasErrors=False to list everything.
    return line.has_errors or not filters.get("HasErrors", False)


def _as_entry(line: ManifestLine) -> str:
    document = {key: value for key, value in line.document.items() if key not in SERVICE_KEYS}
    document["cl-metadata"] = {"is_labeled": bool(line.labels)}
    if line.has_errors:
        document["cl-errors"] = [error.as_json for error in line.errors]
    return json.dumps(document, ensure_ascii=False)


def list_dataset_labels(call: Call) -> dict[str, Any]:
    """Each label with the number of its pictures and boxes, in the order of first appearance."""
    dataset = _readable(call)
    pictures: Counter[str] = Counter()
    boxes: Counter[str] = Counter()
    for line in dataset.entries.values():
        for label in line.labels:
            pictures[label] += 1
            boxes[label] += line.box_count(label)
    labels, token = page("ListDatasetLabels", call.params, list(pictures))
    answer: dict[str, Any] = {
        "DatasetLabelDescriptions": [
            {
                "LabelName": label,
                "LabelStats": {"EntryCount": pictures[label], "BoundingBoxCount": boxes[label]},
            }
            for label in labels
        ]
    }
    return answer | ({"NextToken": token} if token else {})


def update_dataset_entries(call: Call) -> dict[str, Any]:
    """Adds lines, or replaces those about the same picture; there is no call that removes one."""
    _, dataset = call.account.dataset(call.params["DatasetArn"])
    _check_idle(dataset)
    content = base64.b64decode(call.params["Changes"]["GroundTruth"])
    if len(content) > 5 * quotas.MEBIBYTE:
        raise InvalidParameterException(f"Changes.GroundTruth: {len(content)} bytes; at most 5 MiB a call.")
    before = dict(dataset.entries)
    work = call.platform.workers.submit(lambda: import_lines(content, into=before))
    _begin_update(call, dataset, work=work, seconds=call.platform.lead_times.update_dataset)
    return {}


def _check_idle(dataset: Dataset) -> None:
    if dataset.status not in USABLE:
        raise ResourceInUseException(f"Dataset {dataset.arn} is {dataset.status}: it cannot be changed now.")


def _begin_update(call: Call, dataset: Dataset, *, work: Future[Entries], seconds: float) -> None:
    dataset.status = "UPDATE_IN_PROGRESS"
    dataset.status_message = "The dataset is being updated."
    begin(call.platform, dataset, seconds=seconds, work=work, verb="UPDATE")


def distribute_dataset_entries(call: Call) -> dict[str, Any]:
    """Moves 20 % of the TRAIN dataset to the empty TEST dataset; done when both are UPDATE_COMPLETE."""
    found = [call.account.dataset(item["Arn"]) for item in call.params["Datasets"]]
    by_type = {dataset.dataset_type: dataset for _, dataset in found}
    if set(by_type) != {"TRAIN", "TEST"} or found[0][0] is not found[1][0]:
        raise InvalidParameterException("Datasets: give the TRAIN and the TEST dataset of one project.")
    for dataset in by_type.values():
        if dataset.status not in USABLE:
            raise ResourceNotReadyException(f"Dataset {dataset.arn} is {dataset.status}.")
    if by_type["TEST"].entries:
        raise InvalidParameterException("The TEST dataset must be empty.")
    parts: dict[str, Future[Entries]] = {"TRAIN": Future(), "TEST": Future()}
    try:
        train, test = split(
            by_type["TRAIN"].entries.values(),
            shortage="ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE",
        )
        parts["TRAIN"].set_result({line.source_ref: line for line in train})
        parts["TEST"].set_result({line.source_ref: line for line in test})
    except ManifestError as error:
        for part in parts.values():
            part.set_exception(error)
    for kind, dataset in by_type.items():
        _begin_update(call, dataset, work=parts[kind], seconds=call.platform.lead_times.distribute_entries)
    return {}

"""Held-out pictures of a version, as judge_evaluation samples them, and what a release waits for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pipeline_stack.layout import EVALUATION_PREFIX, IMAGES_PREFIX
from tests.workflows.operator import Json, Operator
from tests.workflows.releases import Template, changed_assembly

RIGHT = {"apple/000.png": "apple", "pear/000.png": "pear"}
"""Pictures of `Operator.upload_fruits`, and what a model finds in them."""
WRONG = {"apple/000.png": "pear", "pear/000.png": "apple"}
GONE = {"apple/gone.png": "apple", "pear/gone.png": "pear"}


SMOKE_PICTURES = 2


def canaries_fail(times: int) -> Json:
    """The model says that it is not ready, to so many canaries, after it was tried out."""
    return {
        "service": "rekognition",
        "operation": "DetectCustomLabels",
        "error": "ResourceNotReadyException",
        "after": SMOKE_PICTURES,
        "times": times,
    }


def give_sample(operator: Operator, version: str, found: Mapping[str, str] = RIGHT) -> None:
    """Have the version's own test say that it found these labels in these pictures, as they are now."""
    listed = operator.aws.client("s3").list_objects_v2(
        Bucket=operator.outputs["BucketName"], Prefix=IMAGES_PREFIX
    )
    etags = {each["Key"]: each["ETag"].strip('"') for each in listed["Contents"]}
    document = {
        "schema_version": 1,
        "version": version,
        "test_pictures": len(found),
        "pictures": [
            {
                "bucket": operator.outputs["BucketName"],
                "key": f"{IMAGES_PREFIX}{key}",
                "etag": etags.get(f"{IMAGES_PREFIX}{key}"),
                "labels": [key.partition("/")[0]],
                "boxes": [],
                "evaluation": [{"label": label, "confidence": 0.9, "found": True}],
            }
            for key, label in found.items()
        ],
    }
    operator.aws.client("s3").put_object(
        Bucket=operator.outputs["BucketName"],
        Key=f"{EVALUATION_PREFIX}{version}/sample.json",
        Body=json.dumps(document).encode(),
    )


def trained(operator: Operator, *, first: int) -> str:
    """Upload more pictures, and have a version trained and deployed from all there are; its name."""
    operator.upload_fruits(count=5, first=first)
    version: str = operator.run()["version"]
    give_sample(operator, version)
    return version


def with_otherwise(assembly: Path, tmp_path: Path, changes: Mapping[str, str]) -> Path:
    """The assembly with other numbers in the workflows: each text is there once."""

    def change(template: Template) -> None:
        text = json.dumps(template)
        for old, new in changes.items():
            assert text.count(old) == 1, (old, text.count(old))
            text = text.replace(old, new)
        template.clear()
        template.update(json.loads(text))

    return changed_assembly(assembly, tmp_path, change)


LONG_WATCH = {"$turns >= 2 %}": "$turns >= 5000 %}"}
"""Days in which nothing happens, after the canaries of the first two minutes."""

"""DetectCustomLabels: what a running model sees in a picture."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, TypeVar

from local_aws.rekognition import quotas
from local_aws.rekognition.box_model import BoxModel
from local_aws.rekognition.classifier import TrainedModel
from local_aws.rekognition.errors import (
    ImageTooLargeException,
    InvalidImageFormatException,
    InvalidParameterException,
    InvalidS3ObjectException,
    ResourceNotReadyException,
)
from local_aws.rekognition.features import measure
from local_aws.rekognition.pictures import (
    PictureFormatError,
    PictureSizeError,
    open_picture,
    open_scene,
    to_pixels,
)
from local_aws.rekognition.platform import Call
from local_aws.rekognition.storage import StorageError

Opened = TypeVar("Opened")


def detect_custom_labels(call: Call) -> dict[str, Any]:
    """Labels with their confidence, the surest first; where objects are located, one for each with its box.

    Without MinConfidence each label must reach its assumed threshold; with 0 every label is given, or every
    box that is not quite improbable.
    """
    with call.account.lock:
        _, version = call.account.version(call.params["ProjectVersionArn"])
        status, model = version.status, version.model
    if status != "RUNNING" or model is None:
        raise ResourceNotReadyException(f"Version {version.name} is {status}; it must be RUNNING.")
    if (answer_seconds := call.platform.wishes.answer_seconds) is not None:
        call.platform.sleep(answer_seconds)
    content = _content(call)
    seen = _objects(model, content) if isinstance(model, BoxModel) else _labels(model, content)
    least = call.params.get("MinConfidence")
    shown = [
        item
        for item in sorted(seen, key=lambda item: -item["Confidence"])
        if item["Confidence"] >= (model.thresholds[item["Name"]] * 100 if least is None else least)
    ]
    return {"CustomLabels": shown[: call.params.get("MaxResults")]}


def _labels(model: TrainedModel, content: bytes) -> list[dict[str, Any]]:
    """Every label of the picture as a whole."""
    [confidences] = model.confidences([measure(_opened(open_picture, content))])
    return [
        {"Name": label, "Confidence": confidence}
        for label, confidence in zip(model.labels, (confidences * 100).tolist(), strict=True)
    ]


def _objects(model: BoxModel, content: bytes) -> list[dict[str, Any]]:
    """Every object found, and where."""
    found = model.find(to_pixels(_opened(open_scene, content)))
    rows = zip(found.labels.tolist(), (found.scores * 100).tolist(), found.boxes.tolist(), strict=True)
    return [
        {
            "Name": model.labels[column],
            "Confidence": confidence,
            "Geometry": {
                "BoundingBox": {"Left": left, "Top": top, "Width": right - left, "Height": bottom - top}
            },
        }
        for column, confidence, (left, top, right, bottom) in rows
    ]


def _content(call: Call) -> bytes:
    image = call.params["Image"]
    if ("Bytes" in image) == ("S3Object" in image):
        raise InvalidParameterException("Image: give either Bytes or S3Object.")
    if "Bytes" in image:
        content, limit = base64.b64decode(image["Bytes"]), quotas.MAX_DETECT_BYTES
    else:
        content, limit = _stored_content(call, image["S3Object"]), quotas.MAX_IMAGE_BYTES
    if len(content) > limit:
        raise ImageTooLargeException(f"The image has {len(content)} bytes; at most {limit} are allowed here.")
    return content


def _stored_content(call: Call, place: dict[str, str]) -> bytes:
    bucket, key = place.get("Bucket", ""), place.get("Name", "")
    try:
        found = call.storage.open(bucket, key, place.get("Version"))
        if found.size > quotas.MAX_IMAGE_BYTES:
            found.close()
            raise ImageTooLargeException(
                f"The image has {found.size} bytes; at most {quotas.MAX_IMAGE_BYTES} are allowed in S3."
            )
        return found.read()
    except StorageError as error:
        raise InvalidS3ObjectException(
            f"Unable to get s3://{bucket}/{key}. "
            f"Check the object key, the Region and the access permissions. ({error})"
        ) from error


def _opened(opener: Callable[[bytes], Opened], content: bytes) -> Opened:
    try:
        return opener(content)
    except PictureFormatError as error:
        raise InvalidImageFormatException(f"The image is {error}.") from error
    except PictureSizeError as error:
        kind = ImageTooLargeException if error.is_too_large else InvalidParameterException
        raise kind(f"The image is {error}.") from error

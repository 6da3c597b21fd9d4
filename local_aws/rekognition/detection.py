"""DetectCustomLabels: what a running model sees in a picture."""

from __future__ import annotations

import base64
from typing import Any

from local_aws.rekognition import quotas
from local_aws.rekognition.classifier import Blocks
from local_aws.rekognition.errors import (
    ImageTooLargeException,
    InvalidImageFormatException,
    InvalidParameterException,
    InvalidS3ObjectException,
    ResourceNotReadyException,
)
from local_aws.rekognition.features import measure
from local_aws.rekognition.pictures import PictureFormatError, PictureSizeError, open_picture
from local_aws.rekognition.platform import Call
from local_aws.rekognition.storage import StorageError


def detect_custom_labels(call: Call) -> dict[str, Any]:
    """Labels with their confidence, the surest first.

    Without MinConfidence each label must reach its assumed threshold; with 0 every label is given.
    """
    with call.account.lock:
        _, version = call.account.version(call.params["ProjectVersionArn"])
        status, model = version.status, version.model
    if status != "RUNNING" or model is None:
        raise ResourceNotReadyException(f"Version {version.name} is {status}; it must be RUNNING.")
    blocks = _measure(_content(call))
    confidences = dict(zip(model.labels, (model.confidences([blocks])[0] * 100).tolist(), strict=True))
    least = call.params.get("MinConfidence")
    shown = [
        {"Name": label, "Confidence": confidence}
        for label, confidence in sorted(confidences.items(), key=lambda item: -item[1])
        if confidence >= (model.thresholds[label] * 100 if least is None else least)
    ]
    return {"CustomLabels": shown[: call.params.get("MaxResults")]}


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


def _measure(content: bytes) -> Blocks:
    try:
        return measure(open_picture(content))
    except PictureFormatError as error:
        raise InvalidImageFormatException(f"The image is {error}.") from error
    except PictureSizeError as error:
        kind = ImageTooLargeException if error.is_too_large else InvalidParameterException
        raise kind(f"The image is {error}.") from error

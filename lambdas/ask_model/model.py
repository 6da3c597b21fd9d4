# ruff: noqa: N818 - as in errors.py
"""A running model, through Rekognition."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, NotRequired, TypedDict

from botocore.exceptions import BotoCoreError, ClientError

from .errors import StorageDenied
from .request import Place

if TYPE_CHECKING:
    from mypy_boto3_rekognition.client import RekognitionClient
    from mypy_boto3_rekognition.type_defs import CustomLabelTypeDef

PICTURE_CHANGED = "PictureChanged"
"""Ours, for a picture that was replaced since the training; see `unchanged`."""

_OF_THE_PICTURE = frozenset(
    {"ImageTooLargeException", "InvalidImageFormatException", "InvalidS3ObjectException", PICTURE_CHANGED}
)
_BUSY = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_NOT_READY = frozenset({"ResourceNotFoundException", "ResourceNotReadyException"})
_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})


class Box(TypedDict):
    """Where an object is, in shares of the picture's sides."""

    left: float
    top: float
    width: float
    height: float


class Found(TypedDict):
    """A label that the model found; with a box where it finds objects."""

    label: str
    confidence: float
    box: NotRequired[Box]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the model found in a picture, and how long that took."""

    found: list[Found]
    milliseconds: float


class NoAnswer(Exception):
    """`code` is what Rekognition, or the connection, said, or `PICTURE_CHANGED`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Why(Enum):
    """Whose fault it is that there is no answer."""

    UNREADABLE = auto()
    """The picture's own: it is gone, changed, or cannot be read, or Rekognition may not read it."""
    BUSY = auto()
    """Too much was asked of the model, by us or by others; a moment later it may answer."""
    NOT_READY = auto()
    """It does not run, or is gone: no other picture will be answered."""
    FAULT = auto()
    """Anything else: the model's, or the service's."""


def why(code: str) -> Why:
    """What the code of a refusal means."""
    for codes, meaning in ((_OF_THE_PICTURE, Why.UNREADABLE), (_BUSY, Why.BUSY), (_NOT_READY, Why.NOT_READY)):
        if code in codes:
            return meaning
    return Why.FAULT


class Model:
    """See `ask.AnyModel`. The client must not try again by itself: how long it waits would look like the
    model's latency."""

    def __init__(
        self, *, client: "RekognitionClient", arn: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._arn = arn
        self._clock = clock

    def ask(self, place: Place) -> Answer:
        """Have it look at a picture, at its own thresholds: no MinConfidence is given.

        Raises:
            NoAnswer: it gave none.
            StorageDenied: the function may not ask this model.
        """
        began = self._clock()
        try:
            answer = self._client.detect_custom_labels(
                ProjectVersionArn=self._arn, Image={"S3Object": {"Bucket": place.bucket, "Name": place.key}}
            )
        except ClientError as error:
            raise _domain_error(error) from error
        except BotoCoreError as error:
            raise NoAnswer(type(error).__name__) from error
        milliseconds = (self._clock() - began) * 1000
        return Answer(found=[_found(label) for label in answer["CustomLabels"]], milliseconds=milliseconds)


def _domain_error(error: ClientError) -> Exception:
    code = str(error.response.get("Error", {}).get("Code", ""))
    if code in _DENIED:
        return StorageDenied(
            f"AWS denied DetectCustomLabels ({error}). The role of the function ask_model, or a policy of "
            "the organisation, forbids it: bring the stack back (make deploy with REVERT_DRIFT=1), then look "
            "for a Deny."
        )
    return NoAnswer(code)


def _found(label: "CustomLabelTypeDef") -> Found:
    found = Found(label=label["Name"], confidence=label["Confidence"] / 100)
    box = label.get("Geometry", {}).get("BoundingBox")
    if box:
        found["box"] = Box(left=box["Left"], top=box["Top"], width=box["Width"], height=box["Height"])
    return found

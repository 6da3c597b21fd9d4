"""What Rekognition Custom Labels accepts in a set, by Region.

Source: "Guidelines and quotas in Amazon Rekognition Custom Labels", classification models.
"""

from dataclasses import dataclass

MAX_PICTURE_BYTES = 15 * 1024 * 1024
MAX_LABELS = 250
MAX_TEST_PICTURES_PER_LABEL = 1_000
# The guide says 256, the API's model 255: the smaller is safe.
MAX_LABEL_LENGTH = 255
MAX_MANIFEST_LINE_LENGTH = 100_000
# At least half of the train labels must have test pictures, else ERROR_INSUFFICIENT_LABEL_OVERLAP.
MIN_LABEL_OVERLAP = 0.5


@dataclass(frozen=True, kw_only=True)
class SetLimits:
    """The most pictures that a TRAIN and a TEST dataset take."""

    train: int
    test: int


_USUAL = SetLimits(train=250_000, test=250_000)
_SMALL = SetLimits(train=28_000, test=7_000)
_SMALL_REGIONS = frozenset({"ap-south-1", "eu-west-2"})


def limits_of(region: str) -> SetLimits:
    return _SMALL if region in _SMALL_REGIONS else _USUAL

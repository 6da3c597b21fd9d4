"""What each of Rekognition's codes means for somebody who has the pictures before them.

Sources, all in the Custom Labels guide: "Terminal manifest content errors", "Debugging terminal dataset
errors", "Non-terminal JSON line validation errors".
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

Whose = Literal["data", "access", "service"]
"""Whether another picture or manifest, another permission, or only another attempt changes the result."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """Two sentences for people."""

    why: str
    fix: str
    whose: Whose = "data"


_TELL_US: Final = (
    "The pipeline writes this part by itself: report it with the manifest that the report names."
)

OF_SETS: Final[dict[str, Meaning]] = {
    "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST": Meaning(
        "More than 20 % of the lines cannot be used, counting every kind of error together.",
        "Correct or remove the pictures that cannot be used.",
    ),
    "ERROR_TOO_MANY_RECORDS_IN_ERROR": Meaning(
        "More than 20 % of the lines cannot be used, counting every kind of error together.",
        "Correct or remove the pictures that cannot be used.",
    ),
    "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS": Meaning(
        "The pictures lie in more than one S3 bucket.", "Move all pictures of a set into one bucket."
    ),
    "ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET": Meaning(
        "Rekognition may not read the pictures' bucket.",
        "Look for a Deny in the bucket's policy or in a key's policy; then start Training again.",
        "access",
    ),
    "ERROR_INVALID_IMAGES_S3_BUCKET_OWNER": Meaning(
        "The pictures' bucket belongs to another account than the manifest's.",
        "Copy the pictures into a bucket of this account.",
        "access",
    ),
    "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT": Meaning(
        "Some label has too few pictures to be in the training and in the test set.",
        "Add different pictures to the smallest labels, or remove these labels.",
    ),
    "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE": Meaning(
        "Some label has too few pictures to be in the training and in the test set.",
        "Add different pictures to the smallest labels, or remove these labels.",
    ),
    "ERROR_MANIFEST_TOO_FEW_LABELS": Meaning(
        "The set has fewer labels than a model needs, which is two.", "Add pictures of another label."
    ),
    "ERROR_MANIFEST_TOO_MANY_LABELS": Meaning(
        "The set has more labels than a model takes, which is 250.", "Join or remove labels."
    ),
    "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS": Meaning(
        "Once the pictures that cannot be used are left out, fewer than two labels are left.",
        "Correct the pictures that cannot be used, or add pictures of the labels that lost theirs.",
    ),
    "ERROR_INSUFFICIENT_LABEL_OVERLAP": Meaning(
        "Less than half of the training set's labels are in the test set.",
        "Add different pictures to labels that have a single one.",
    ),
    "ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP": Meaning(
        "Once the pictures that cannot be used are left out, less than half of the training set's labels "
        "are in the test set.",
        "Correct the pictures that cannot be used, or add different pictures of their labels.",
    ),
    "ERROR_FAILED_IMAGES_S3_COPY": Meaning(
        "Rekognition could not copy the pictures from their bucket.",
        "See that the pictures still exist and that no policy denies reading them; then start Training "
        "again.",
        "access",
    ),
    "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT": Meaning(
        "Rekognition could not read the manifest, or it is not in a form that it takes.",
        "See that the manifest still exists and that no policy denies reading it; then start Training again.",
        "access",
    ),
    "ERROR_MANIFEST_SIZE_TOO_LARGE": Meaning(
        "The manifest is larger than 1 GB.", "Use fewer pictures, or fewer boxes on them."
    ),
    "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM": Meaning(
        "The manifest has more lines than a dataset takes.", "Use fewer pictures."
    ),
    "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET": Meaning(
        "Rekognition may not read the manifest's bucket.",
        "Look for a Deny in the bucket's policy or in a key's policy; then start Training again.",
        "access",
    ),
}
"""Codes that speak of a manifest or a dataset as a whole."""

OF_LINES: Final[dict[str, Meaning]] = {
    "ERROR_MISSING_SOURCE_REF": Meaning("The line names no picture (source-ref).", _TELL_US),
    "ERROR_INVALID_SOURCE_REF_FORMAT": Meaning(
        "The picture's address (source-ref) is not of the form s3://bucket/key.",
        "Rename the picture, with letters, digits and . _ - / only.",
    ),
    "ERROR_NO_LABEL_ATTRIBUTES": Meaning("The line has no label, or a label without its metadata.", _TELL_US),
    "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT": Meaning("A label of the line is malformed.", _TELL_US),
    "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT": Meaning(
        "The metadata of a label of the line is malformed.", _TELL_US
    ),
    "ERROR_NO_VALID_LABEL_ATTRIBUTES": Meaning("No label of the line can be used.", _TELL_US),
    "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE": Meaning("A box of the line has no confidence.", _TELL_US),
    "ERROR_MISSING_CLASS_MAP_ID": Meaning(
        "A box's class number is missing in the line's class map.", "Correct the labels of the picture."
    ),
    "ERROR_INVALID_JSON_LINE": Meaning("The line is not JSON.", _TELL_US),
    "ERROR_INVALID_IMAGE": Meaning(
        "The picture is missing, is not a PNG or JPEG file, is broken, or has a size or a shape that "
        "Rekognition does not take.",
        "Replace it with a PNG or JPEG of 64 to 4,096 pixels a side, at most 20 times as long as wide, and "
        "at most 15 MB; or remove it.",
    ),
    "ERROR_INVALID_IMAGE_DIMENSION": Meaning(
        "The picture is smaller than 64 or larger than 4,096 pixels on a side.",
        "Replace it with one of 64 to 4,096 pixels a side, or remove it.",
    ),
    "ERROR_INVALID_BOUNDING_BOX": Meaning(
        "A box reaches beyond the picture, or has a negative number.", "Draw the box inside the picture."
    ),
    "ERROR_BOUNDING_BOX_TOO_SMALL": Meaning(
        "A box is no larger than one pixel, once the picture's longer side is scaled to 1,280 pixels.",
        "Draw the box larger, or remove it.",
    ),
    "ERROR_NO_VALID_ANNOTATIONS": Meaning(
        "No box of the picture can be used.", "Correct the boxes, or remove the picture."
    ),
    "ERROR_TOO_MANY_BOUNDING_BOXES": Meaning(
        "The picture has more than 50 boxes.", "Keep the 50 clearest, or cut the picture into several."
    ),
    "ERROR_UNSUPPORTED_USE_CASE_TYPE": Meaning(
        "The label's type is neither groundtruth/image-classification nor groundtruth/object-detection.",
        _TELL_US,
    ),
    "ERROR_INVALID_LABEL_NAME_LENGTH": Meaning(
        "The label's name is longer than 255 characters.", "Give the label a shorter name."
    ),
    "WARNING_UNANNOTATED_RECORD": Meaning("The picture has no label.", "Label it, or remove it."),
    "WARNING_NO_ANNOTATIONS": Meaning("The picture has no box.", "Draw its boxes, or remove it."),
    "WARNING_NO_ATTRIBUTE_ANNOTATIONS": Meaning("The picture has no label.", "Label it, or remove it."),
}
"""Codes that speak of one line, or of one box in it."""

LINE_TOO_LONG: Final = "LINE_TOO_LONG"
REPEATED_SOURCE_REF: Final = "REPEATED_SOURCE_REF"
NOT_KEPT: Final = "NOT_KEPT"
OF_DROPPED: Final[dict[str, Meaning]] = {
    LINE_TOO_LONG: Meaning(
        "The line has more than 100,000 characters, the most that Rekognition takes.",
        "Use fewer boxes on the picture, or shorter names of labels.",
    ),
    REPEATED_SOURCE_REF: Meaning(
        "An earlier line has the same picture, and Rekognition keeps one line of each.",
        "Name the picture once in the data that it comes from.",
    ),
    NOT_KEPT: Meaning(
        "Rekognition left the line out, and nothing about the line tells why.",
        "See that the picture is there and can be opened; if so, report it with the manifest that the report "
        "names.",
        "service",
    ),
}
"""Names of our own, since Rekognition has none, for lines that a dataset leaves out without a word
("Debugging terminal dataset errors"). For the other reasons given there it has codes elsewhere."""

_CODE: Final = re.compile(r"\b(?:ERROR|WARNING)_[A-Z0-9_]+\b")


def codes_in(text: str) -> list[str]:
    """Rekognition's codes in a text, each once, in their order."""
    return list(dict.fromkeys(_CODE.findall(text)))


def meaning_of(code: str) -> Meaning:
    """The code's meaning; of a code that AWS added since, only that the guide knows it."""
    known = OF_SETS.get(code) or OF_LINES.get(code) or OF_DROPPED.get(code)
    return known or Meaning(
        "This pipeline does not know the code.",
        'Look it up in the Custom Labels guide, "Debugging a failed model training".',
        # Whose fault it is nobody knows: trying again costs nothing until it succeeds.
        "service",
    )

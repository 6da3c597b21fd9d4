"""What a status message without a code means.

Rekognition documents no code for a manifest *file* error of a training, only its text (Custom Labels guide,
"Terminal manifest file errors"), and none for other reasons: both are recognised by words. So are the texts
of a dataset's errors ("Debugging terminal dataset errors"), in case a status message has no code.
"""

import re
from typing import Final

from .catalogue import OF_SETS, Meaning

FILE_TEXTS: Final[tuple[tuple[re.Pattern[str], Meaning], ...]] = (
    (
        re.compile(r"cannot write|unable to write|output S3 bucket", re.IGNORECASE),
        Meaning(
            "Rekognition may not write its results.",
            "Look for a Deny on the place of the results (evaluation/, or output_bucket) in the policy of "
            "its bucket or of its key.",
            "access",
        ),
    ),
    (
        re.compile(r"permissions?\b.*(incorrect|invalid)", re.IGNORECASE),
        Meaning(
            "Rekognition may not read the bucket.",
            "Look for a Deny in the bucket's policy or in a key's policy; then start Training again.",
            "access",
        ),
    ),
    (
        re.compile(r"extension or contents", re.IGNORECASE),
        OF_SETS["ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT"],
    ),
    (
        re.compile(r"file is empty", re.IGNORECASE),
        Meaning("The manifest has no line.", "Add pictures under at least two labels."),
    ),
    (
        re.compile(r"exceeds the maximum", re.IGNORECASE),
        OF_SETS["ERROR_MANIFEST_SIZE_TOO_LARGE"],
    ),
    (re.compile(r"too many rows", re.IGNORECASE), OF_SETS["ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM"]),
    (re.compile(r"too many terminal errors", re.IGNORECASE), OF_SETS["ERROR_TOO_MANY_RECORDS_IN_ERROR"]),
    (re.compile(r"file has too many labels", re.IGNORECASE), OF_SETS["ERROR_MANIFEST_TOO_MANY_LABELS"]),
    (
        re.compile(r"enough labeled images to distribute", re.IGNORECASE),
        OF_SETS["ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE"],
    ),
    (
        re.compile(r"service issue|internal (server )?error", re.IGNORECASE),
        Meaning(
            "Amazon Rekognition had a fault of its own.",
            "Nothing: the next run tries again. If it comes back, ask AWS support.",
            "service",
        ),
    ),
)
"""Status messages without a code, by the words that the guide gives."""

_DATA_WORDS: Final = re.compile(
    r"too (few|many) (usable |labeled |invalid |terminal )?(labels|images|rows|lines|records|entries|errors)"
    r"|insufficient|enough labeled|overlap|unusable|multiple S3 buckets|exceeds the maximum",
    re.IGNORECASE,
)
_NOT_DATA_WORDS: Final = re.compile(
    r"insufficient (permission|privilege)|too many requests|service issue", re.IGNORECASE
)


def meaning_of_text(text: str) -> Meaning | None:
    """The meaning of a status message that bears no code; None if it is not a documented one."""
    return next((meaning for pattern, meaning in FILE_TEXTS if pattern.search(text)), None)


def speaks_of_data(text: str) -> bool:
    """Whether a message without a code gives a reason that lies in the pictures, by the guide's words."""
    return bool(_DATA_WORDS.search(text)) and not _NOT_DATA_WORDS.search(text)

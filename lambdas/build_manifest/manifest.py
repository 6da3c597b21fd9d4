"""The lines of a Custom Labels manifest: Ground Truth's format for one label per picture.

Source: "Importing image-level labels in manifest files" in the Custom Labels guide.
"""

import json

from .selection import Picture

LABEL_ATTRIBUTE = "label"

# Required, but says nothing here; constant, so that the same pictures give the same bytes.
CREATION_DATE = "2026-01-01T00:00:00"

# Line ends to some readers of text, though not to JSON, which leaves them as they are.
_LINE_ENDS = {ord(end): f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"}


def manifest_line(picture: Picture, *, bucket: str) -> bytes:
    """One line, with its line end.

    The key is taken raw, as the S3 API names the object: a source-ref is not a URL.
    """
    line = {
        "source-ref": f"s3://{bucket}/{picture.key}",
        LABEL_ATTRIBUTE: 1,
        f"{LABEL_ATTRIBUTE}-metadata": {
            "class-name": picture.label,
            "confidence": 1,
            "human-annotated": "yes",
            "creation-date": CREATION_DATE,
            "type": "groundtruth/image-classification",
            "job-name": "labeled-by-folder",
        },
    }
    return json_line(line)


def json_line(value: object) -> bytes:
    """JSON in UTF-8 on a line of its own, whatever characters are in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_LINE_ENDS).encode() + b"\n"

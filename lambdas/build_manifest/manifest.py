"""The lines of a Custom Labels manifest: Ground Truth's format for one label per picture.

Source: "Importing image-level labels in manifest files" in the Custom Labels guide.
"""

from collections.abc import Iterable, Iterator

from .json_lines import json_lines, json_text
from .selection import Picture

LABEL_ATTRIBUTE = "label"

# Required, but says nothing here; constant, so that the same pictures give the same bytes.
CREATION_DATE = "2026-01-01T00:00:00"


def manifest_lines(pictures: Iterable[Picture], *, bucket: str) -> Iterator[bytes]:
    """A line for each picture, with its line end; many lines at a time.

    The key is taken raw, as the S3 API names the object: a source-ref is not a URL.
    """
    begin = json_text({"source-ref": f"s3://{bucket}/"}).removesuffix('"}')
    ends = _Ends()
    return json_lines(f"{begin}{json_text(picture.key)[1:]},{ends[picture.label]}" for picture in pictures)


class _Ends(dict[str, str]):
    """What follows the source-ref in the lines of each label; it is spelled out once."""

    def __missing__(self, label: str) -> str:
        rest = {
            LABEL_ATTRIBUTE: 1,
            f"{LABEL_ATTRIBUTE}-metadata": {
                "class-name": label,
                "confidence": 1,
                "human-annotated": "yes",
                "creation-date": CREATION_DATE,
                "type": "groundtruth/image-classification",
                "job-name": "labeled-by-folder",
            },
        }
        self[label] = end = json_text(rest).removeprefix("{")
        return end

"""Where things are in the dataset bucket.

The same prefixes as in `pipeline_stack/layout.py`, which is not part of the bundle; a unit test
keeps the two equal.
"""

import hashlib
import re

IMAGES_PREFIX = "images_labeled_by_folder/"
MANIFESTS_PREFIX = "manifests/"
DATA_SOURCES_PREFIX = "data_sources/"

# MD5 of the pictures whose ETag does not tell it (see contents.py). Not inside a set's folder: it
# belongs to the pictures, not to one set of them.
CONTENT_HASHES_KEY = f"{MANIFESTS_PREFIX}content-hashes.jsonl"

# Format and size of the pictures (see picture_headers.py); there for the same reason. The number is raised
# when `preflight.headers` reads a picture otherwise than before, so that each is read anew.
PICTURE_HEADERS_KEY = f"{MANIFESTS_PREFIX}picture-headers-1.jsonl"

_SET_NAME = re.compile(r"[0-9a-f]{64}")


def labelled_hashes_key(source: str, bucket: str) -> str:
    """The same of pictures in a bucket that a source names. Each source has its own: only what is in a set is
    remembered, and what is known of one must not be lost when another is trained once."""
    return f"{MANIFESTS_PREFIX}content-hashes/{_short(source)}/{bucket}.jsonl"


def labelled_headers_key(source: str, bucket: str) -> str:
    return f"{MANIFESTS_PREFIX}picture-headers-1/{_short(source)}/{bucket}.jsonl"


def _short(source: str) -> str:
    return hashlib.sha256(source.encode(errors="replace")).hexdigest()[:16]


def is_set_name(name: str) -> bool:
    """Whether `name` can be a digest, and so the name of a set's folder under `manifests/`."""
    return _SET_NAME.fullmatch(name) is not None


def set_folder(digest: str) -> str:
    return f"{MANIFESTS_PREFIX}{digest}/"


def train_manifest_key(digest: str) -> str:
    # Rekognition wants an extension: one of its pages lists a missing one as the cause of
    # ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT.
    return f"{set_folder(digest)}train.manifest"


def test_manifest_key(digest: str) -> str:
    return f"{set_folder(digest)}test.manifest"


def inventory_key(digest: str) -> str:
    return f"{set_folder(digest)}inventory.jsonl"


def check_report_key(digest: str, extension: str) -> str:
    return f"{set_folder(digest)}check.{extension}"

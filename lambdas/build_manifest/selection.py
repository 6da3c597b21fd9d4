"""Which objects of the bucket are labelled pictures, and why the others are not."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from .layout import IMAGES_PREFIX
from .limits import MAX_LABEL_LENGTH, MAX_PICTURE_BYTES

PICTURE_TYPES = (".jpg", ".jpeg", ".png")
EXAMPLES_PER_REASON = 5


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object as listed: `key` raw, `etag` without its quotes, `size` in bytes."""

    key: str
    etag: str
    size: int
    modified: datetime


@dataclass(slots=True)
class Picture:
    """A labelled picture. A quarter of a million of them are held at once, hence so few fields.

    `content` is the MD5 of the picture's bytes, in hex. It is empty until `contents.identify` has
    read the pictures whose ETag does not tell it.
    """

    key: str
    etag: str
    label: str
    content: str


@dataclass(slots=True)
class Skipped:
    """How many objects were left out for one reason, and the first few of them."""

    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, key: str) -> None:
        self.count += 1
        if len(self.examples) < EXAMPLES_PER_REASON:
            self.examples.append(key)


@dataclass(frozen=True, slots=True)
class Selection:
    """`pictures` sorted by key; `newest` is when the youngest of them was stored."""

    pictures: list[Picture]
    skipped: dict[str, Skipped]
    newest: datetime | None


def select(objects: Iterable[StoredObject]) -> Selection:
    """Sort out what lies under `images_labeled_by_folder/`.

    The result is sorted here rather than trusted to be: S3 lists general purpose buckets in UTF-8
    order, other stores do not, and the digest must not depend on it. Python orders text by code
    point, which is the same order.
    """
    pictures: list[Picture] = []
    skipped: dict[str, Skipped] = {}
    labels: dict[str, str] = {}
    newest: datetime | None = None
    for stored in objects:
        reason = reason_to_skip(stored)
        if reason is not None:
            skipped.setdefault(reason, Skipped()).add(stored.key)
            continue
        label = label_of(stored.key)
        content = stored.etag if is_md5(stored.etag) else ""
        # One string per label, not per picture.
        pictures.append(Picture(stored.key, stored.etag, labels.setdefault(label, label), content))
        newest = stored.modified if newest is None else max(newest, stored.modified)
    pictures.sort(key=lambda picture: picture.key)
    return Selection(pictures, skipped, newest)


def label_of(key: str) -> str:
    """The first folder under the prefix; empty for a file directly in it, or in a nameless folder."""
    folder, slash, _ = key.removeprefix(IMAGES_PREFIX).partition("/")
    return folder if slash else ""


def reason_to_skip(stored: StoredObject) -> str | None:
    """Why this object is not a labelled picture; None if it is one."""
    if stored.key.endswith("/") and stored.size == 0:
        return "folder_marker"
    label = label_of(stored.key)
    if not label:
        return "no_label"
    if not stored.key.lower().endswith(PICTURE_TYPES):
        return "unsupported_type"
    if stored.size == 0:
        return "empty"
    if stored.size > MAX_PICTURE_BYTES:
        return "too_large"
    return "label_too_long" if len(label) > MAX_LABEL_LENGTH else None


def is_md5(etag: str) -> bool:
    """Whether the ETag is the MD5 of the content.

    It is for objects uploaded in one part under SSE-S3, and the bucket's policy admits no other
    encryption under `images_labeled_by_folder/`. Uploads in parts have the number of parts after a
    dash instead ("Checking object integrity in Amazon S3", section on ETags).
    """
    return len(etag) == 32 and all(digit in "0123456789abcdef" for digit in etag)

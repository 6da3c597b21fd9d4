"""Which objects of the bucket are labelled pictures, and why the others are not."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from .layout import IMAGES_PREFIX
from .limits import MAX_LABEL_LENGTH, MAX_PICTURE_BYTES

PICTURE_TYPES = (".jpg", ".jpeg", ".png")
EXAMPLES_PER_REASON = 5
_MD5 = re.compile("[0-9a-f]{32}")


class StoredObject(NamedTuple):
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


def select(objects: Iterable[StoredObject], *, etags_are_content: bool = True) -> Selection:
    """Sort out what lies under `images_labeled_by_folder/`.

    Sorted here, because several parts of the bucket are listed at once, and the digest must not depend on
    the order. `etags_are_content`: whether the bucket's encryption leaves the ETag what `is_md5` takes it
    for. Python orders text by code point, which is the UTF-8 order that S3 lists in.
    """
    pictures: list[Picture] = []
    skipped: dict[str, Skipped] = {}
    labels: dict[str, str] = {}
    newest: datetime | None = None
    for stored in objects:
        label = label_of(stored.key)
        reason = reason_to_skip(stored, label)
        if reason is not None:
            skipped.setdefault(reason, Skipped()).add(stored.key)
            continue
        etag = stored.etag
        # One string per label, not per picture.
        label = labels.setdefault(label, label)
        pictures.append(Picture(stored.key, etag, label, etag if etags_are_content and is_md5(etag) else ""))
        if newest is None or stored.modified > newest:
            newest = stored.modified
    pictures.sort(key=attrgetter("key"))
    return Selection(pictures, skipped, newest)


def label_of(key: str) -> str:
    """The first folder under the prefix; empty for a file directly in it, or in a nameless folder."""
    folder, slash, _ = key.removeprefix(IMAGES_PREFIX).partition("/")
    return folder if slash else ""


def reason_to_skip(stored: StoredObject, label: str) -> str | None:
    """Why this object is not a labelled picture; None if it is one."""
    if stored.key.endswith("/") and stored.size == 0:
        return "folder_marker"
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

    It is for objects uploaded in one part under SSE-S3, and the policy of a bucket with that encryption
    admits no other under `images_labeled_by_folder/`. Under KMS it only looks like one. Uploads in parts
    have the number of parts after a dash instead ("Checking object integrity in Amazon S3", section on
    ETags).
    """
    return _MD5.fullmatch(etag) is not None

"""In place of the dataset bucket and the model registry."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lambdas.build_manifest.errors import ImageUnreadable, PicturesChanged
from lambdas.build_manifest.layout import IMAGES_PREFIX, MANIFESTS_PREFIX, is_set_name, set_folder
from lambdas.build_manifest.ports import Part
from lambdas.build_manifest.selection import Picture, StoredObject

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def md5(content: str) -> str:
    return hashlib.md5(content.encode(), usedforsecurity=False).hexdigest()


def picture(label: str, name: str, content: str | None = None) -> Picture:
    """`images_labeled_by_folder/<label>/<name>.png`; its bytes are its name unless told."""
    known = md5(name if content is None else content)
    return Picture(f"{IMAGES_PREFIX}{label}/{name}.png", known, label, known)


@dataclass
class FakeStore:
    """A bucket in memory. `uploaded_in_parts` are the keys whose ETag does not tell the content."""

    name: str = "pictures-bucket"
    etags_are_content: bool = True
    """False for a bucket under KMS, where each upload gets an ETag that only looks like an MD5."""
    contents: dict[str, str] = field(default_factory=dict)
    modified: dict[str, datetime] = field(default_factory=dict)
    uploaded_in_parts: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)
    pixels: dict[str, bytes] = field(default_factory=dict)
    """The bytes of those keys whose header is looked at."""
    unreadable: set[str] = field(default_factory=set)
    ranges: list[tuple[str, int]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    def put(self, key: str, content: str, *, in_parts: bool = False, at: datetime = LONG_AGO) -> None:
        """Upload a picture to `images_labeled_by_folder/<key>`."""
        full = IMAGES_PREFIX + key
        self.contents[full] = content
        self.modified[full] = at
        self.uploaded_in_parts.discard(full)
        if in_parts:
            self.uploaded_in_parts.add(full)

    def remove(self, key: str) -> None:
        del self.contents[IMAGES_PREFIX + key]

    def etag(self, key: str) -> str:
        content = md5(self.contents[key])
        if not self.etags_are_content:
            return md5(f"{key} {content} {self.modified[key]}")
        return f"{md5(content)}-2" if key in self.uploaded_in_parts else content

    def labelled_objects(self) -> Iterator[StoredObject]:
        for key, content in self.contents.items():
            yield StoredObject(key, self.etag(key), len(content), self.modified[key])

    def content_hash(self, *, key: str, etag: str) -> str:
        if key not in self.contents or self.etag(key) != etag:
            raise PicturesChanged(key)
        self.read.append(key)
        return md5(self.contents[key])

    def read_range(self, *, key: str, etag: str, start: int, length: int) -> Part:
        if key not in self.contents or self.etag(key) != etag:
            raise PicturesChanged(key)
        if key in self.unreadable:
            raise ImageUnreadable(key)
        self.ranges.append((key, start))
        content = self.pixels.get(key, self.contents[key].encode())
        return Part(content[start : start + length], len(content))

    def write(self, key: str, content: bytes, *, content_type: str) -> None:
        self.files[key] = content
        self.written.append(key)

    def read_lines(self, key: str) -> Iterator[bytes] | None:
        content = self.files.get(key)
        return None if content is None else iter(content.splitlines())

    def write_lines(self, key: str, lines: Iterable[bytes]) -> None:
        self.files[key] = b"".join(lines)
        self.written.append(key)

    def set_names(self) -> list[str]:
        names = {key.removeprefix(MANIFESTS_PREFIX).partition("/")[0] for key in self.files}
        return sorted(name for name in names if is_set_name(name))

    def delete_set(self, name: str) -> None:
        self.files = {key: body for key, body in self.files.items() if not key.startswith(set_folder(name))}


@dataclass
class FakeRegistry:
    """Names the sets it was given."""

    sets: set[str] = field(default_factory=set)

    def named(self, digests: Iterable[str]) -> set[str]:
        return self.sets & set(digests)

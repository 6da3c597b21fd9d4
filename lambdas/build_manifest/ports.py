"""What the logic needs of the outside world; `dataset_bucket` and `set_registry` provide it."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from .selection import StoredObject


class Part(NamedTuple):
    """`total`: the size of the whole object, in bytes. `plain`: whether its ETag is the MD5 of its content if
    it looks like one, which it does under KMS and a customer's key too, and is not."""

    data: bytes
    total: int
    plain: bool = True


class PictureReader(Protocol):
    """A bucket with pictures in it."""

    @property
    def name(self) -> str: ...

    def content_hash(self, *, key: str, etag: str) -> str:
        """MD5, in hex, of the object's bytes, as long as it has that ETag."""

    def read_range(self, *, key: str, etag: str, start: int, length: int) -> Part:
        """At most `length` bytes from `start` on, as long as the object has that ETag."""


class FileStore(Protocol):
    """Where what was found is remembered."""

    def read_lines(self, key: str) -> Iterator[bytes] | None:
        """The object's lines as a stream; None if there is no such object."""

    def write_lines(self, key: str, lines: Iterable[bytes]) -> None:
        """Store lines, which bring their line ends, as one object, without holding them all.

        An item may be many lines. Several objects may be written at once.
        """


class PictureStore(PictureReader, FileStore, Protocol):
    """The dataset bucket."""

    @property
    def etags_are_content(self) -> bool:
        """Whether an ETag that looks like an MD5 is that of the content, see `selection.is_md5`."""

    def labelled_objects(self) -> Iterator[StoredObject]:
        """Every object under `images_labeled_by_folder/`, in whatever order."""

    def write(self, key: str, content: bytes, *, content_type: str) -> None:
        """Store a small object."""

    def set_names(self) -> list[str]:
        """The sets that have a folder under `manifests/`."""

    def delete_set(self, name: str) -> None:
        """Delete a set's folder."""


class SetRegistry(Protocol):
    """The model registry, as far as it remembers sets."""

    def named(self, digests: Iterable[str]) -> set[str]:
        """Those of `digests` that the registry names."""

"""What S3 and their first bytes tell of the pictures that a source names.

The ETag of a picture is the MD5 of its content only if it came in one part under SSE-S3. The dataset
bucket sees to that for folders; in other places it is not known, but the answer to the first read of a
picture says so. What is not, is read whole, once, and remembered like everything else that is read here.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..contents import identify_by
from ..labelled.model import LabelledPicture
from ..labelled.references import Folder
from ..layout import labelled_hashes_key, labelled_headers_key
from ..limits import MAX_PICTURE_BYTES
from ..memory import Memory
from ..picture_headers import look_at_all
from ..ports import FileStore, PictureReader
from ..preflight.examined import Stored
from ..preflight.headers import Unusable
from ..selection import Picture, StoredObject, is_md5
from .located import locate
from .locations import Locations
from .ports import Sources

_EMPTY = hashlib.md5(b"", usedforsecurity=False).hexdigest()

Objects = Mapping[str, Mapping[str, StoredObject]]
"""By bucket, then by key; only those that exist."""


def find(pictures: Iterable[LabelledPicture], sources: Sources, locations: Locations) -> Objects:
    wanted: dict[Folder, set[str]] = defaultdict(set)
    for picture in pictures:
        folder = locations.of(picture.bucket, picture.key)
        if folder is not None:
            wanted[folder].add(picture.key)
    found: dict[str, dict[str, StoredObject]] = {}
    for folder, keys in wanted.items():
        objects = locate(sources.pages(folder.bucket), folder.prefix, sorted(keys))
        found.setdefault(folder.bucket, {}).update({stored.key: stored for stored in objects})
    return found


def look(source: str, objects: Objects, sources: Sources, files: FileStore) -> dict[str, dict[str, Stored]]:
    """By bucket, then by key; none of what is archived, or denied by a policy. `source`: whose memory it is.

    Raises:
        PicturesChanged, StorageDenied, StorageUnavailable, StorageRefused: see `errors`.
    """
    return {
        bucket: _look(
            of_bucket,
            sources.reader(bucket),
            headers=Memory(files, labelled_headers_key(source, bucket)),
            hashes=Memory(files, labelled_hashes_key(source, bucket)),
        )
        for bucket, of_bucket in objects.items()
    }


def _look(
    objects: Mapping[str, StoredObject], reader: PictureReader, *, headers: Memory, hashes: Memory
) -> dict[str, Stored]:
    # There is no first byte of an empty object to ask for.
    empty = {
        key: Stored(_EMPTY, 0, Unusable("the file is empty")) for key, it in objects.items() if not it.size
    }
    pictures = [Picture(key, objects[key].etag, "", "") for key in sorted(objects.keys() - empty.keys())]
    looked = look_at_all(pictures, reader, headers)
    seen = [(picture, one) for picture, one in zip(pictures, looked, strict=True) if one is not None]
    for picture, one in seen:
        # One that is too large is not worth reading: no set takes it.
        if (one.plain and is_md5(picture.etag)) or one.size > MAX_PICTURE_BYTES:
            picture.content = picture.etag
    identify_by([picture for picture, _ in seen], reader, hashes)
    return empty | {picture.key: Stored(picture.content, one.size, one.found) for picture, one in seen}

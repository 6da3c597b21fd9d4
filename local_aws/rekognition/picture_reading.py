"""From the lines of a manifest to pictures to learn from, read from S3 with the caller's rights."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from local_aws.rekognition import quotas
from local_aws.rekognition.features import measure
from local_aws.rekognition.line_errors import LineError, ManifestError, line_error
from local_aws.rekognition.manifest import ManifestLine
from local_aws.rekognition.pictures import (
    PictureFormatError,
    PictureSideError,
    PictureSizeError,
    Scene,
    open_picture,
    open_scene,
)
from local_aws.rekognition.scaling import Blocks
from local_aws.rekognition.storage import ObjectStore, StorageDeniedError, StorageMissingError

View = TypeVar("View")

READERS = 4
UNREACHABLE = line_error("ERROR_INVALID_IMAGE")
"""The error of a picture that S3 would not give; compared by identity with that of a broken one."""
CACHED_PICTURES = 20_000
"""About 4 KiB each."""
CACHED_SCENES = 500
"""About 100 KiB each."""


@dataclass(kw_only=True)
class PictureCache(Generic[View]):
    """What was made of pictures, by ETag and size: the same content need not be looked at twice."""

    look: Callable[[bytes], View]
    """Raises PictureFormatError or PictureSizeError."""
    capacity: int
    _held: OrderedDict[tuple[str, int], View] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: tuple[str, int]) -> View | None:
        """What was made of it then, if it is still held."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: tuple[str, int], view: View) -> None:
        """Keep it; the least recently used one goes when there are too many."""
        with self._lock:
            self._held[key] = view
            while len(self._held) > self.capacity:
                self._held.popitem(last=False)


@dataclass(kw_only=True)
class MeasureCache:
    """One cache for each kind of model."""

    blocks: PictureCache[Blocks] = field(
        default_factory=lambda: PictureCache(
            look=lambda content: measure(open_picture(content)), capacity=CACHED_PICTURES
        )
    )
    """Measurements of whole pictures."""
    scenes: PictureCache[Scene] = field(
        default_factory=lambda: PictureCache(look=open_scene, capacity=CACHED_SCENES)
    )
    """Pictures in which objects are looked for."""


def check_images_bucket(storage: ObjectStore, lines: Sequence[ManifestLine]) -> None:
    """Raises ManifestError unless the caller has the documented rights on bucket and first picture."""
    first = next((line for line in lines if line.bucket), None)
    if first is None:
        return
    try:
        storage.check_bucket(first.bucket)
        storage.check_object(first.bucket, first.key)
    except StorageDeniedError as error:
        raise ManifestError("ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET") from error
    except StorageMissingError:
        return  # told line by line


def read_pictures(
    storage: ObjectStore, lines: Sequence[ManifestLine], cache: PictureCache[View]
) -> list[View | LineError | None]:
    """What each line's picture shows; an error where it cannot be used, None where it is not needed.

    The object is always asked for, so that S3 says whether the caller may read it; on a hit in the cache
    its content is not transferred. Raises StorageError when S3 itself is out of order.
    """
    with ThreadPoolExecutor(READERS, thread_name_prefix="rekognition-read") as readers:
        return list(readers.map(lambda line: _read(storage, line, cache), lines))


def _read(storage: ObjectStore, line: ManifestLine, cache: PictureCache[View]) -> View | LineError | None:
    if line.is_invalid or line.is_ignored:
        return None
    try:
        return _look(storage, line.bucket, line.key, cache)
    except (StorageDeniedError, StorageMissingError):
        return UNREACHABLE
    except PictureSideError:
        has_boxes = any(attribute.is_boxes for attribute in line.attributes)
        return line_error("ERROR_INVALID_IMAGE_DIMENSION" if has_boxes else "ERROR_INVALID_IMAGE")
    except (PictureFormatError, PictureSizeError):
        return line_error("ERROR_INVALID_IMAGE")


def _look(storage: ObjectStore, bucket: str, key: str, cache: PictureCache[View]) -> View:
    found = storage.open(bucket, key)
    if not 0 < found.size <= quotas.MAX_IMAGE_BYTES:
        found.close()
        raise PictureSizeError(
            f"{found.size} bytes; allowed are 1 to {quotas.MAX_IMAGE_BYTES}", is_too_large=found.size > 0
        )
    held = cache.get((found.etag, found.size))
    if held is not None:
        found.close()
        return held
    view = cache.look(found.read())
    cache.put((found.etag, found.size), view)
    return view

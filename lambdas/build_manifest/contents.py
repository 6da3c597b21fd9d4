"""The content hash of every picture, which the split and the count of new pictures go by.

For most pictures the ETag is the MD5 of the content. A picture that was uploaded in parts (the AWS
CLI does so from 8 MB) has to be read, and so has each one in a bucket that is encrypted with KMS.
That is done once: the result is remembered by key and ETag in one object,
`manifests/content-hashes.jsonl`.

Why there, and not in the sets' inventories: an inventory is written only when a training follows,
while pictures are measured at every scheduled run, so that a large set which waits for more
pictures would be read again and again. The object is not a set: no registry entry names it, no
training reads it, and losing it costs only time. It is written only when something had to be
read, and along the way too, so that a run which meets the function's time limit has made progress.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from .inventory import InventoryBroken, read_records, record_lines, side_by_side
from .layout import CONTENT_HASHES_KEY
from .memory import Memory
from .ports import PictureReader, PictureStore
from .selection import Picture

# Reading waits for the network; eight at a time, 1 MiB each, is where one vCPU is busy hashing.
_READERS = 8
_BATCH = 200
# Of the function's 15 minutes. Rarely enough that saving, which writes all there is, costs little.
_SAVE_AFTER_SECONDS = 120


def identify(pictures: Sequence[Picture], store: PictureStore) -> int:
    """Fill in `content` where it is unknown; return how many pictures had to be read. See `identify_by`."""
    memory = Memory(store, CONTENT_HASHES_KEY)
    return identify_by(pictures, store, memory, etags_are_content=store.etags_are_content)


def identify_by(
    pictures: Sequence[Picture], reader: PictureReader, memory: Memory, *, etags_are_content: bool = True
) -> int:
    """Fill in `content` where it is unknown; return how many pictures had to be read.

    `pictures` come sorted by key.

    Raises:
        PicturesChanged: a picture was replaced or deleted since it was listed.
        ImageUnreadable: a picture cannot be read.
    """
    if all(picture.content for picture in pictures):
        return 0
    _recall(pictures, memory)
    unknown = [picture for picture in pictures if not picture.content]
    saved_at = monotonic()
    with ThreadPoolExecutor(_READERS) as readers:
        for start in range(0, len(unknown), _BATCH):
            batch = unknown[start : start + _BATCH]
            for picture, content in zip(batch, readers.map(_hasher(reader), batch), strict=True):
                picture.content = content
            if monotonic() - saved_at >= _SAVE_AFTER_SECONDS:
                memory.save(_hashed(pictures, etags_are_content=etags_are_content))
                saved_at = monotonic()
    if unknown:
        memory.save(_hashed(pictures, etags_are_content=etags_are_content))
    return len(unknown)


def _recall(pictures: Sequence[Picture], memory: Memory) -> None:
    lines = memory.lines()
    if lines is None:
        return
    try:
        for picture, record in side_by_side(pictures, read_records(lines)):
            if picture and record and picture.etag == record.etag:
                picture.content = record.content
    except InventoryBroken:
        # What was recalled up to the broken line is right; the rest is read and written anew.
        return


def _hasher(reader: PictureReader) -> Callable[[Picture], str]:
    return lambda picture: reader.content_hash(key=picture.key, etag=picture.etag)


def _hashed(pictures: Sequence[Picture], *, etags_are_content: bool) -> Iterator[bytes]:
    """Only pictures that are still there, so that the object never outgrows the bucket.

    In a bucket that came under KMS later some ETags are the content still, which nobody can tell by them.
    """
    return record_lines(
        picture
        for picture in pictures
        if picture.content and (picture.content != picture.etag or not etags_are_content)
    )

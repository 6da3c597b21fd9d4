"""Format and size of every picture, from its first kilobytes.

A picture is read once for each ETag: what was found is remembered in one object,
`manifests/picture-headers-….jsonl`, beside the content hashes and for the same reasons (see `contents`).
It is written along the way too, so that a run which meets the function's time limit has made progress
and the next attempt goes on from there. That is why one function is enough for the largest set that
Rekognition takes, and no map over many of them is needed.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import monotonic

from .errors import BuildManifestError, ImageUnreadable, StorageDenied
from .inventory import InventoryBroken, side_by_side
from .json_lines import json_lines, json_text
from .layout import PICTURE_HEADERS_KEY
from .memory import Memory
from .ports import PictureReader, PictureStore
from .preflight.examined import Stored
from .preflight.headers import FIRST, Header, PictureFormat, Unusable, Wanted, look
from .selection import Picture

# Each waits for S3 nearly all of its time, so that far more than there are CPUs are worth it.
READERS = 32
_BATCH = 2_000
# Of the function's 15 minutes. Rarely enough that saving, which writes all there is, costs little.
_SAVE_AFTER_SECONDS = 120


# Restoring an archived picture, or lifting a Deny, leaves its ETag as it is: never remembered.
_UNREADABLE = (ImageUnreadable, StorageDenied)


class Looked:
    """What was found of the object that had this key and ETag; `plain`: see `ports.Part`."""

    __slots__ = ("etag", "found", "key", "plain", "size")

    def __init__(self, key: str, etag: str, size: int, found: Header | Unusable, *, plain: bool) -> None:
        self.key, self.etag, self.size, self.found, self.plain = key, etag, size, found, plain


def examine(pictures: Sequence[Picture], store: PictureStore) -> list[Stored | None]:
    """What each picture's file is, in the order of `pictures`; see `look_at_all`."""
    looked = look_at_all(pictures, store, Memory(store, PICTURE_HEADERS_KEY))
    return [
        Stored(picture.content, seen.size, seen.found) if seen else None
        for picture, seen in zip(pictures, looked, strict=True)
    ]


def look_at_all(pictures: Sequence[Picture], reader: PictureReader, memory: Memory) -> list[Looked | None]:
    """What each picture's file is, in the order of `pictures`, which come sorted by key; None for one that
    is archived, or that a policy keeps from being read.

    Raises:
        PicturesChanged: a picture was replaced or deleted since it was listed.
        StorageDenied: not a single picture can be read.
        StorageUnavailable, StorageRefused: see `errors`.
    """
    known = _recall(pictures, memory)
    unknown = [picture for picture in pictures if picture.key not in known]
    if unknown:
        recalled = len(known)
        try:
            _read_all(unknown, known, reader, save=lambda: _save(pictures, known, memory))
        except Exception:
            # What was read since the last time is not lost with what could not be, and why that was so is
            # not hidden by an error of the saving.
            with suppress(BuildManifestError):
                if len(known) > recalled:
                    _save(pictures, known, memory)
            raise
        _save(pictures, known, memory)
    return [known.get(picture.key) for picture in pictures]


def _read_all(
    unknown: Sequence[Picture],
    known: dict[str, Looked],
    reader: PictureReader,
    *,
    save: Callable[[], None],
) -> None:
    """Add what the files of `unknown` are to `known`, and `save` it along the way."""
    denied: StorageDenied | None = None
    saved_at = monotonic()
    with ThreadPoolExecutor(READERS) as readers:
        for start in range(0, len(unknown), _BATCH):
            batch = unknown[start : start + _BATCH]
            for found in readers.map(lambda picture: _read(picture, reader), batch):
                if isinstance(found, Looked):
                    known[found.key] = found
                elif isinstance(found, StorageDenied):
                    denied = found
            if monotonic() - saved_at >= _SAVE_AFTER_SECONDS:
                save()
                saved_at = monotonic()
    if denied is not None and not known:
        raise denied


def _save(pictures: Sequence[Picture], known: Mapping[str, Looked], memory: Memory) -> None:
    memory.save(_lines(pictures, known))


def _read(picture: Picture, reader: PictureReader) -> Looked | ImageUnreadable | StorageDenied:
    """One small read for most pictures."""
    wanted: Header | Unusable | Wanted = FIRST
    total, plain = 0, True
    while isinstance(wanted, Wanted):
        try:
            data, total, plain = reader.read_range(
                key=picture.key, etag=picture.etag, start=wanted.start, length=wanted.length
            )
        except _UNREADABLE as error:
            return error
        wanted = look(wanted, data, total=total)
    return Looked(picture.key, picture.etag, total, wanted, plain=plain)


def _recall(pictures: Sequence[Picture], memory: Memory) -> dict[str, Looked]:
    lines = memory.lines()
    known: dict[str, Looked] = {}
    if lines is None:
        return known
    try:
        for picture, record in side_by_side(pictures, _records(lines)):
            if picture and record and picture.etag == record.etag:
                known[record.key] = record
    except InventoryBroken:
        # What was recalled up to the broken line is right; the rest is read and written anew.
        return known
    return known


def _lines(pictures: Iterable[Picture], known: Mapping[str, Looked]) -> Iterator[bytes]:
    """Only of pictures that are still there, so that the object never outgrows the bucket."""
    found = (known[picture.key] for picture in pictures if picture.key in known)
    return json_lines(json_text(_as_json(record)) for record in found)


def _as_json(record: Looked) -> dict[str, object]:
    found = record.found
    about: dict[str, object] = (
        {"unusable": found.found}
        if isinstance(found, Unusable)
        else {"format": str(found.format), "width": found.width, "height": found.height}
    )
    encrypted = {} if record.plain else {"plain": False}
    return {"key": record.key, "etag": record.etag, "size": record.size, **about, **encrypted}


def _records(lines: Iterable[bytes]) -> Iterator[Looked]:
    last: str | None = None
    for number, line in enumerate(lines, start=1):
        try:
            fields = json.loads(line)
            record = Looked(
                str(fields["key"]),
                str(fields["etag"]),
                int(fields["size"]),
                _found(fields),
                plain=fields.get("plain", True) is True,
            )
        except (ValueError, KeyError, TypeError) as error:
            raise InventoryBroken(f"line {number} is not the header of a picture") from error
        if last is not None and record.key <= last:
            raise InventoryBroken(f"line {number} is out of order")
        last = record.key
        yield record


def _found(fields: Mapping[str, object]) -> Header | Unusable:
    if "unusable" in fields:
        return Unusable(str(fields["unusable"]))
    width, height = fields["width"], fields["height"]
    if not isinstance(width, int) or not isinstance(height, int):
        raise TypeError("width and height are numbers of pixels")
    return Header(PictureFormat(str(fields["format"])), width, height)

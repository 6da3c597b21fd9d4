"""Format and size of a picture from as few of its bytes as tell them.

Written here because the libraries that do it (imagesize, for one) answer a picture of which more
has to be read just as one that is broken. A picture from a telephone often has more than 64 KiB of
EXIF, a preview and colour profiles before its size, so the difference matters. What lies between
is not read: a `Wanted` says where the next part of interest begins.

What a header cannot tell is whether the pixels behind it are all there.

Sources: PNG specification (W3C), section 11.2.1; JPEG, ITU-T T.81, annex B.
"""

import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from .other_formats import name_of_format

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"

# The first is enough for every PNG and most JPEGs; the last is repeated, to the end of the largest picture
# if need be, since some programs write megabytes of history before the size.
_LENGTHS = tuple(1024 * kibibytes for kibibytes in (4, 16, 64, 256, 1024))
_MOST_READS = 24

# SOF0 to SOF15 hold the size; the three between them are tables (DHT, JPG, DAC).
_SIZE_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Markers without a length, and how far on the next one is: TEM, RST0 to RST7; 0xFF is filler.
_BARE_MARKERS = {0xFF: 1, 0x01: 2} | dict.fromkeys(range(0xD0, 0xD8), 2)
# Start of the pixels, and end of the picture.
_TOO_LATE = frozenset({0xDA, 0xD9})
# Marker, length, precision, height, width: as much of the segment with the size as is of interest.
_SIZE_SEGMENT = 9


class PictureFormat(StrEnum):
    PNG = "PNG"
    JPEG = "JPEG"


class Header(NamedTuple):
    """Width and height are of the pixels as they are stored, before any EXIF orientation."""

    format: PictureFormat
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Bytes to read next: `length` from `start`, fewer if the picture ends before."""

    start: int
    length: int
    reads: int = 0


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why there is no header."""

    found: str


FIRST = Wanted(0, _LENGTHS[0])


def look(wanted: Wanted, data: bytes, *, total: int) -> Header | Unusable | Wanted:
    """What the bytes that were wanted tell; another `Wanted` if they do not tell enough.

    Begin with `FIRST`. `total` is the size of the whole picture in bytes. One read for most, at most 24.
    """
    if total == 0:
        return Unusable("the file is empty")
    if len(data) < min(wanted.length, total - wanted.start):
        return Unusable("the file is shorter than S3 says it is")
    if wanted.start > 0:
        return _jpeg(wanted, data, 0, total)
    if data.startswith(_PNG):
        return _png(data)
    if data.startswith(_JPEG):
        return _jpeg(wanted, data, 2, total)
    return Unusable(f"the file is {name_of_format(data)}")


def _png(data: bytes) -> Header | Unusable:
    if len(data) < 33:
        return Unusable("the PNG is cut off")
    if data[8:16] != b"\x00\x00\x00\x0dIHDR" or zlib.crc32(data[12:29]) != _number(data[29:33]):
        return Unusable("the header of the PNG is damaged")
    return _sized(PictureFormat.PNG, width=_number(data[16:20]), height=_number(data[20:24]))


def _jpeg(wanted: Wanted, data: bytes, position: int, total: int) -> Header | Unusable | Wanted:
    """Walk from marker to marker; `position` is where in `data` one begins."""
    while len(data) >= position + _SIZE_SEGMENT:
        marker, length = data[position + 1], _number(data[position + 2 : position + 4])
        if marker in _SIZE_MARKERS and data[position] == 0xFF:
            sides = data[position + 5 : position + _SIZE_SEGMENT]
            return _sized(PictureFormat.JPEG, width=_number(sides[2:]), height=_number(sides[:2]))
        if data[position] != 0xFF or (length < 2 and marker not in _BARE_MARKERS):
            return Unusable("the JPEG is damaged before its size is told")
        if marker in _TOO_LATE:
            return Unusable("the JPEG does not tell its size")
        position += _BARE_MARKERS.get(marker, 2 + length)
    return _more(wanted, position, total)


def _more(wanted: Wanted, position: int, total: int) -> Wanted | Unusable:
    start, reads = wanted.start + position, wanted.reads + 1
    if start + _SIZE_SEGMENT > total:
        return Unusable("the JPEG is cut off")
    if reads == _MOST_READS:
        return Unusable(f"the JPEG does not tell its size within its first {start:,} bytes")
    return Wanted(start, _LENGTHS[min(reads, len(_LENGTHS) - 1)], reads)


def _sized(kind: PictureFormat, *, width: int, height: int) -> Header | Unusable:
    # A JPEG may say 0 and tell the height after the pixels, which nobody does.
    if width == 0 or height == 0:
        return Unusable(f"the {kind} does not tell its size")
    return Header(kind, width, height)


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")

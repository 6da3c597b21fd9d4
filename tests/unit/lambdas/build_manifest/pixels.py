"""Headers of pictures that do not have to be shown: enough bytes for their size to be told."""

import struct
import zlib

from lambdas.build_manifest.layout import IMAGES_PREFIX

from .fakes import FakeStore


def png(width: int = 100, height: int = 80) -> bytes:
    """The beginning of a PNG."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d" + header + struct.pack(">I", zlib.crc32(header))


def jpeg(width: int = 100, height: int = 80, *, metadata: int = 0) -> bytes:
    """The beginning of a JPEG, behind so many bytes of metadata."""
    segments = b""
    while metadata > 0:
        length = min(metadata, 60_000)
        segments += b"\xff\xe1" + struct.pack(">H", length + 2) + bytes(length)
        metadata -= length
    size = b"\xff\xc0" + struct.pack(">HBHH", 17, 8, height, width) + bytes(10)
    return b"\xff\xd8" + segments + size


def put(store: FakeStore, key: str, pixels: bytes) -> None:
    """Upload a picture whose content is the key itself, and whose bytes are these."""
    store.put(key, key)
    store.pixels[IMAGES_PREFIX + key] = pixels

"""The pictures of a benchmark: their keys, and one picture for them all, of which only the header is read."""

from collections.abc import Iterator

PREFIX = "images_labeled_by_folder/"
_BREEDS = (
    "Affenpinscher",
    "Afghan Hound",
    "Airedale Terrier",
    "Akita",
    "Basset Hound",
    "Beagle",
    "Border Collie",
    "Boxer",
    "Bulldog",
    "Chihuahua",
    "Dachshund",
    "Entlebucher Sennenhund",
    "Golden Retriever",
    "Großspitz",
    "Husky",
    "Löwchen",
    "Pug",
    "Saluki",
    "Whippet",
    "柴犬",
)
"""Names with spaces and letters beyond ASCII, which a listing has to encode."""


def keys(count: int, *, labels: int) -> Iterator[str]:
    """Keys under `labels` folders of uneven sizes: the first holds some ten times as many as the last."""
    weights = [1 / (2 + rank) for rank in range(labels)]
    total = sum(weights)
    shares = [int(count * weight / total) for weight in weights]
    shares[0] += count - sum(shares)
    for label, share in enumerate(shares):
        for number in range(share):
            yield f"{PREFIX}{_BREEDS[label]}/2026-{number % 12 + 1:02}/IMG_{number:08}.jpeg"


def _jpeg(width: int, height: int, *, size: int) -> bytes:
    """As a camera begins one: start, 2 KiB of EXIF, and the frame's header; then nothing but zeros."""
    exif = b"\xff\xe1\x08\x02" + bytes(0x800)
    sides = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    frame = b"\xff\xc0\x00\x11\x08" + sides + b"\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01"
    return (b"\xff\xd8" + exif + frame).ljust(size, b"\0")


PICTURE = _jpeg(1_920, 1_080, size=100_000)

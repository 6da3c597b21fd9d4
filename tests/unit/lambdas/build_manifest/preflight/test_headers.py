import io
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lambdas.build_manifest.preflight.headers import FIRST, Header, PictureFormat, Unusable, Wanted, look

PNG, JPEG = PictureFormat.PNG, PictureFormat.JPEG


def saved(mode: str, kind: str, size: tuple[int, int] = (70, 90), **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, kind, **options)
    return file.getvalue()


def with_segments(jpeg: bytes, lengths: list[int]) -> bytes:
    """The JPEG with so many bytes of metadata before its size."""
    segments = b"".join(
        b"\xff\xe1" + (length + 2).to_bytes(2, "big") + (b"\xff\xc0" * length)[:length] for length in lengths
    )
    return jpeg[:2] + segments + jpeg[2:]


def read(content: bytes, *, total: int | None = None) -> tuple[Header | Unusable, int]:
    """What is found, and how many bytes had to be read for it."""
    wanted, count = FIRST, 0
    for _ in range(100):
        data = content[wanted.start : wanted.start + wanted.length]
        count += len(data)
        found = look(wanted, data, total=len(content) if total is None else total)
        if not isinstance(found, Wanted):
            return found, count
        wanted = found
    raise AssertionError("it never ends")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (saved("RGB", "PNG"), PNG),
        (saved("P", "PNG"), PNG),
        (saved("I;16", "PNG"), PNG),
        (saved("RGBA", "PNG"), PNG),
        (saved("RGB", "JPEG"), JPEG),
        (saved("L", "JPEG"), JPEG),
        (saved("CMYK", "JPEG"), JPEG),
        (saved("RGB", "JPEG", progressive=True), JPEG),
        (saved("RGB", "JPEG", exif=b"Exif\0\0" + b"x" * 60_000), JPEG),
        (saved("RGB", "JPEG", icc_profile=b"i" * 500_000), JPEG),
        (saved("RGB", "JPEG", comment=b"\xff\xc0\x00\x11\x08\x00\x01\x00\x01"), JPEG),
    ],
)
def test_every_kind_of_png_and_jpeg_tells_its_size(content: bytes, kind: PictureFormat) -> None:
    assert read(content)[0] == Header(kind, 70, 90)


def test_an_interlaced_png_tells_its_size() -> None:
    content = bytearray(saved("RGB", "PNG"))
    content[28] = 1
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")

    assert read(bytes(content))[0] == Header(PNG, 70, 90)


@given(st.integers(1, 300), st.integers(1, 300), st.lists(st.integers(0, 65_533), max_size=6))
def test_metadata_of_any_length_before_the_size_is_stepped_over(
    width: int, height: int, lengths: list[int]
) -> None:
    content = with_segments(saved("RGB", "JPEG", (width, height)), lengths)

    found, count = read(content)

    assert found == Header(JPEG, width, height)
    assert count <= len(content) + 4096


def test_a_common_picture_needs_one_read_and_one_with_a_preview_two_small_ones() -> None:
    plain = saved("RGB", "JPEG", (4000, 3000))
    assert read(plain) == (Header(JPEG, 4000, 3000), 4096)
    assert read(with_segments(plain, [60_000])) == (Header(JPEG, 4000, 3000), 4096 + 16 * 1024)


def test_metadata_up_to_the_largest_picture_are_read_over_and_endless_ones_given_up() -> None:
    jpeg = saved("RGB", "JPEG")
    for segments in (32, 100, 230):
        assert read(with_segments(jpeg, [65_533] * segments))[0] == Header(JPEG, 70, 90)

    found, count = read(with_segments(jpeg, [65_533] * 500))

    assert isinstance(found, Unusable) and "within its first" in found.found
    assert count < 24 * 1024 * 1024


def test_filler_and_markers_without_a_length_are_stepped_over() -> None:
    jpeg = saved("RGB", "JPEG")

    for between in (b"\xff", b"\xff\xff", b"\xff\x01", b"\xff\xd0"):
        assert read(jpeg[:2] + between + jpeg[2:])[0] == Header(JPEG, 70, 90)


@pytest.mark.parametrize("marker", [0xC4, 0xC8, 0xCC])
def test_a_table_before_the_size_is_not_taken_for_it(marker: int) -> None:
    jpeg = saved("RGB", "JPEG")
    table = b"\xff" + bytes([marker]) + b"\x00\x12" + b"\x01" * 16

    assert read(jpeg[:2] + table + jpeg[2:])[0] == Header(JPEG, 70, 90)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n", "cut off"),
        (saved("RGB", "PNG")[:32], "cut off"),
        (saved("RGB", "PNG")[:18] + b"\xff" + saved("RGB", "PNG")[19:], "damaged"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x04CgBI" + saved("RGB", "PNG")[8:], "damaged"),
        (saved("RGB", "JPEG")[:100], "cut off"),
        (with_segments(saved("RGB", "JPEG"), [60_000])[:20_000], "cut off"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 50, "damaged"),
        (b"\xff\xd8\xff\xe0\x00\x04\0\0" + b"\0" * 50, "damaged"),
        (
            saved("RGB", "JPEG")[:2] + b"\xff\xe1\x00\x02\x00\xe1\x00\x02" + saved("RGB", "JPEG")[2:],
            "damaged",
        ),
        (b"\xff\xd8\xff\xda\x00\x04" + b"\0" * 50, "does not tell its size"),
        (b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x00\x00\x10" + b"\0" * 50, "does not tell its size"),
        (b"GIF89a" + b"\0" * 50, "a GIF"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a WebP"),
        (b"\0\0\0\x1cftypheic", "a HEIC"),
        (b"\0\0\0\x1cftypisom", "a video"),
        (b"<svg>", "SVG"),
        (b"cat", "no format"),
    ],
)
def test_what_is_no_sound_png_or_jpeg_says_why(content: bytes, words: str) -> None:
    found, _ = read(content)

    assert isinstance(found, Unusable)
    assert words in found.found


def test_fewer_bytes_than_the_picture_has_are_not_taken_for_all_of_them() -> None:
    found = look(FIRST, saved("RGB", "PNG")[:50], total=1_000_000)

    assert found == Unusable("the file is shorter than S3 says it is")


@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]))
def test_no_bytes_make_it_raise_or_go_on_for_ever(tail: bytes, head: bytes) -> None:
    found, _ = read(head + tail)

    assert isinstance(found, Header | Unusable)

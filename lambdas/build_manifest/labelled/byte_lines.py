"""The lines of a file that arrives in pieces, without ever holding more than one of them."""

from collections.abc import Iterable, Iterator

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..errors import LabelFileUnreadable

NOTHING = "the file is empty"
BOM = b"\xef\xbb\xbf"
# Ten times what Custom Labels takes: a source's line may hold much that the line we write does not.
LONGEST_LINE = 1024 * 1024

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_ZIP = b"PK\x03\x04"
_LONGEST_MARK = 4


def byte_lines(
    pieces: Iterable[bytes], *, source: str, longest: int = LONGEST_LINE
) -> Iterator[tuple[int, bytes | None]]:
    """Number (from 1) and content of each line, without its line end and without a BOM.

    Only newlines end lines, with or without a carriage return before: JSON and CSV may hold the
    other line separators of Unicode. None stands for a line of more than `longest` bytes, so that
    a gigabyte without a newline does not fill the memory.

    Raises:
        LabelFileUnreadable: the file is empty, or UTF-16 or binary rather than UTF-8.
    """
    rest = b""
    number = 0
    too_long = False
    for piece in checked(pieces, source=source):
        ended, newline, begun = piece.rpartition(b"\n")
        if newline:
            for line in (rest + ended).split(b"\n"):
                number += 1
                yield number, None if too_long or len(line) > longest else line.removesuffix(b"\r")
                too_long = False
            rest = b""
        # A line that is too long already is not gathered any further.
        too_long = too_long or len(rest) + len(begun) > longest
        rest = b"" if too_long else rest + begun
    if rest or too_long:
        yield number + 1, None if too_long else rest.removesuffix(b"\r")


def checked(pieces: Iterable[bytes], *, source: str) -> Iterator[bytes]:
    """The same pieces without a BOM.

    Raises:
        LabelFileUnreadable: as they are read: there is nothing, or the beginning is not of UTF-8 text.
    """
    is_blank = True
    for piece in _without_bom(pieces, source):
        is_blank = is_blank and not piece.strip()
        yield piece
    if is_blank:
        raise empty(source)


def _without_bom(pieces: Iterable[bytes], source: str) -> Iterator[bytes]:
    rest = iter(pieces)
    head = b""
    for piece in rest:
        head += piece
        if len(head) >= _LONGEST_MARK:
            break
    if head.startswith(_ZIP):
        raise not_utf_8(source, "it is a ZIP file, as Excel's workbooks are")
    if head.startswith(_UTF_16) or b"\0" in head[:_LONGEST_MARK]:
        raise not_utf_8(source, "its first bytes are those of UTF-16, or of no text at all")
    yield head.removeprefix(BOM)
    yield from rest


def empty(source: str) -> LabelFileUnreadable:
    return LabelFileUnreadable(
        source,
        found=NOTHING,
        allowed="a Ground Truth manifest, COCO instances or a CSV file",
        fix="Upload the file again.",
    )


def not_utf_8(source: str, found: str) -> LabelFileUnreadable:
    return LabelFileUnreadable(
        source,
        found=found,
        allowed="text in UTF-8",
        fix='Save the file as UTF-8 and upload it again; Excel calls that "CSV UTF-8".',
    )

"""CSV files: `image,label`, or `image,label,left,top,width,height` with a box a row.

RFC 4180: fields may be in double quotes, and then hold commas, quotes and line ends; spaces belong
to a field. A header is required, since without one nobody can tell a label from a name. An image
is an S3 URI, or a key relative to a folder that the caller gives.

A picture has as many labels or boxes as it has rows, and they need not be next to one another:
a file that is sorted by label is common. So what the rows say is held until the end, in about half
a kilobyte for a row with a box. `LARGEST` keeps that below 1 GiB.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..errors import LabelFileUnreadable
from .boxes import whole_box
from .byte_lines import byte_lines, not_utf_8
from .csv_header import Columns, read_header
from .model import Box, LabelledPicture, Place, labelled_picture
from .references import Folder, Reference, resolved
from .trouble import Trouble, broken, counted, quoted, unannotated

LARGEST = 64 * 1024 * 1024


@dataclass(slots=True)
class _Said:
    """What the rows so far say about one picture; `place` is the first of them."""

    place: Place
    labels: set[str] = field(default_factory=set)
    boxes: set[Box] = field(default_factory=set)
    is_broken: bool = False


def read_csv(
    pieces: Iterable[bytes], *, source: str, base: Folder, largest: int = LARGEST
) -> Iterator[LabelledPicture | Trouble]:
    """First the troubles of rows, then the pictures in the order of their first rows.

    A picture of which one row is unusable is left out as a whole: see `trouble.broken`. Places are
    the lines at which rows begin, as an editor counts them.

    Raises:
        LabelFileUnreadable: the file is empty, not UTF-8, without the header, or larger than `largest`.
    """
    rows = _rows(_text_lines(pieces, source, largest), source)
    _, header = next(rows, (None, []))
    if isinstance(header, Trouble):
        header = []
    gathered = _Gathered(read_header(header, source), base)
    for place, row in rows:
        trouble = row if isinstance(row, Trouble) else gathered.take(row, place)
        if trouble is not None:
            yield trouble
    for (bucket, key), said in gathered.said.items():
        if said.labels or said.boxes:
            yield labelled_picture(bucket, key, labels=said.labels, boxes=said.boxes, place=said.place)
        elif not said.is_broken:
            yield unannotated(said.place, key, found="its label is empty")


def _text_lines(pieces: Iterable[bytes], source: str, largest: int) -> Iterator[str]:
    read = 0
    for number, line in byte_lines(pieces, source=source):
        read += len(line or b"") + 1
        if line is None or read > largest:
            raise LabelFileUnreadable(
                source,
                found="a line is too long to be one of a CSV file"
                if line is None
                else "the file is too large",
                allowed=f"at most {largest:,} bytes of CSV, which has to be held in memory",
                fix="Divide it into several files, or use a Ground Truth manifest, which may be larger.",
            )
        try:
            yield line.decode() + "\n"
        except UnicodeDecodeError as error:
            raise not_utf_8(source, f"line {number:,} is not UTF-8") from error


def _rows(lines: Iterator[str], source: str) -> Iterator[tuple[Place, list[str] | Trouble]]:
    """Each row that is not blank, with the line at which it begins."""
    reader = csv.reader(lines, strict=True)
    while True:
        place = Place(source, "line", reader.line_num + 1)
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield place, _bad_row(place, f"the row is no CSV ({quoted(str(error))})")
            continue
        if row is None:
            return
        if row:
            yield place, row


class _Gathered:
    """What the rows say, by picture."""

    def __init__(self, columns: Columns, base: Folder) -> None:
        self.said: dict[Reference, _Said] = {}
        self._columns = columns
        self._base = base
        # One string a label, not one a row.
        self._labels: dict[str, str] = {}

    def take(self, row: Sequence[str], place: Place) -> Trouble | None:
        """Add a row to its picture; the trouble if there is one."""
        if len(row) <= self._columns.image:
            return _bad_row(place, f"the row has {counted(len(row), 'field')} of {self._columns.count}")
        reference = resolved(row[self._columns.image], place, self._base)
        if isinstance(reference, Trouble):
            return reference
        picture = self.said.setdefault(reference, _Said(place))
        trouble = self._add(row, picture, place, reference[1])
        if trouble is not None:
            picture.is_broken = True
        if picture.is_broken:
            picture.labels.clear()
            picture.boxes.clear()
        return trouble

    def _add(self, row: Sequence[str], picture: _Said, place: Place, key: str) -> Trouble | None:
        columns = self._columns
        if len(row) != columns.count:
            found = f"the row has {counted(len(row), 'field')}"
            return _bad_row(place, found, f"{columns.count} fields in each row", key)
        label = self._labels.setdefault(row[columns.label], row[columns.label])
        numbers = [row[index] for index in columns.sides]
        if not any(numbers):
            picture.labels |= {label} if label else set()
            return None
        box = whole_box(label, [_number(text) for text in numbers]) if label else None
        if box is None:
            found = f"the box is {quoted(', '.join(numbers))}" if label else "the box has no label"
            return _bad_row(place, found, "a label, and left, top, width and height in pixels", key)
        picture.boxes.add(box)
        return None


def _number(text: str) -> float | None:
    """With a decimal point; what Python alone takes for a number (1_000) is none."""
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def _bad_row(
    place: Place, found: str, allowed: str = "rows as RFC 4180 describes them", key: str | None = None
) -> Trouble:
    return broken(
        "ERROR_INVALID_ROW",
        place,
        key=key,
        found=found,
        allowed=allowed,
        fix='Put fields with commas or quotes into double quotes, and write a quote in them as "".',
    )

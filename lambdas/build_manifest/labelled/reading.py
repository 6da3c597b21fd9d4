"""Reads a file of labels, whichever of the formats it has."""

from collections.abc import Iterable, Iterator
from itertools import chain

from .byte_lines import BOM, empty
from .coco import read_coco
from .csv_rows import read_csv
from .formats import HEAD_BYTES, Format, detect
from .ground_truth import read_ground_truth
from .model import LabelledPicture
from .references import Folder
from .trouble import Trouble


def read_labels(
    pieces: Iterable[bytes], *, source: str, base: Folder, setting: str | None = None
) -> Iterator[LabelledPicture | Trouble]:
    """Pictures and troubles of a file that arrives in `pieces`, as they are read.

    `source` is the file's name in messages, and its extension may tell the format. `base` is where
    names begin that are no S3 URIs: as a rule the folder in which the file is.

    Raises, while it is read:
        LabelFileUnreadable: the file as a whole cannot be used.
    """
    rest = iter(pieces)
    head = b""
    for piece in rest:
        head += piece
        if len(head) >= HEAD_BYTES:
            break
    whole = chain([head], rest)
    if not head.removeprefix(BOM).strip():
        raise empty(source)
    match detect(source, head, setting=setting):
        case Format.GROUND_TRUTH:
            yield from read_ground_truth(whole, source=source)
        case Format.COCO:
            yield from read_coco(whole, source=source, base=base)
        case Format.CSV:
            yield from read_csv(whole, source=source, base=base)

"""The header of a CSV file of labels: which column is what."""

from collections.abc import Sequence
from dataclasses import dataclass

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..errors import LabelFileUnreadable
from .trouble import quoted

_PICTURE = ("image", "label")
_SIDES = ("left", "top", "width", "height")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where in a row each field is; `sides` is empty in a file without boxes."""

    image: int
    label: int
    sides: tuple[int, ...]
    count: int


def read_header(row: Sequence[str], source: str) -> Columns:
    """The columns may be in any order, their names in capitals or with spaces around.

    Raises:
        LabelFileUnreadable: a column is missing, there twice or unknown.
    """
    names = [name.strip().lower() for name in row]
    if sorted(names) not in (sorted(_PICTURE), sorted(_PICTURE + _SIDES)):
        fix = "Add the header as the first line; leave out other columns."
        if any(";" in name or "\t" in name for name in names):
            fix = "Separate the fields by commas, not by semicolons or tabs."
        raise LabelFileUnreadable(
            source,
            found=f"the header is {quoted(','.join(row))}" if row else "there is no header",
            allowed=f"{','.join(_PICTURE)} or {','.join(_PICTURE + _SIDES)}",
            fix=fix,
        )
    sides = tuple(names.index(side) for side in _SIDES) if "left" in names else ()
    return Columns(image=names.index("image"), label=names.index("label"), sides=sides, count=len(names))

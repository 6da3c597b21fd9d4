"""Sorts out one side of a set: which pictures are kept, and why the others are not."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..labelled.model_type import Style, in_style
from ..labelled.trouble import LeftOut, Trouble
from ..labelled.writing import written_line
from .box_rules import BOX_RULES, without_tiny_boxes
from .examined import Examined
from .label_rules import LABEL_RULES
from .picture_rules import PICTURE_RULES
from .seen import Seen
from .tally import Tally

Report = Callable[[Trouble], None]

_RULES = (*PICTURE_RULES, *LABEL_RULES, *BOX_RULES)


@dataclass(frozen=True, slots=True)
class Given:
    """A side as it was read: pictures, and what of its sources could not be read."""

    pictures: Sequence[Examined]
    troubles: Iterable[Trouble] = ()


@dataclass(slots=True)
class Side:
    """`pictures` have annotations of the style only; `bad` and `ignored` are indices of theirs."""

    tally: Tally
    style: Style
    pictures: list[Examined] = field(default_factory=list)
    line_bytes: list[int] = field(default_factory=list)
    bad: set[int] = field(default_factory=set)
    ignored: set[int] = field(default_factory=set)

    def leave_out(self, index: int, trouble: Trouble, report: Report) -> None:
        report(trouble)
        if trouble.left_out is LeftOut.PICTURE:
            (self.bad if trouble.is_error else self.ignored).add(index)

    def kept(self) -> list[Examined]:
        """Those that nothing is wrong with; counts them, and all others, in the tally."""
        out = self.bad | self.ignored
        kept = []
        for index, examined in enumerate(self.pictures):
            if index not in out:
                self.tally.keep(examined, self.line_bytes[index])
                kept.append(examined)
        self.tally.bad += len(self.bad)
        self.tally.ignored += len(self.ignored - self.bad)
        self.tally.missing += sum(1 for index in self.bad if self.pictures[index].stored is None)
        return kept


def sort_out(name: str, given: Given, style: Style, report: Report) -> Side:
    """Apply the rules for single pictures; those for copies need all sides and come after."""
    side = Side(Tally(name=name), style)
    _count_unread(side.tally, given.troubles, report)
    for examined in given.pictures:
        side.tally.lines += 1
        picture = in_style(examined.picture, style)
        if isinstance(picture, Trouble):
            report(picture)
            side.tally.ignored += 1
        else:
            _look_at(side, replace(examined, picture=picture), report)
    side.tally.declare(side.pictures)
    return side


def _look_at(side: Side, examined: Examined, report: Report) -> None:
    index = len(side.pictures)
    seen_boxes, troubles = without_tiny_boxes(examined)
    seen = Seen(seen_boxes, side.style, _line(seen_boxes, side.style))
    side.pictures.append(seen_boxes)
    side.line_bytes.append(len(seen.line or b""))
    for trouble in troubles:
        side.leave_out(index, trouble, report)
    for rule in _RULES:
        for trouble in rule(seen):
            side.leave_out(index, trouble, report)


def _line(examined: Examined, style: Style) -> bytes | None:
    size = examined.size or examined.picture.size
    if style is Style.BOXES and size is None:
        return None
    return written_line(examined.picture, style, size=size)


def _count_unread(tally: Tally, troubles: Iterable[Trouble], report: Report) -> None:
    """Several troubles of one picture are one line."""
    bad: set[str] = set()
    ignored: set[str] = set()
    for trouble in troubles:
        report(trouble)
        if trouble.left_out is LeftOut.PICTURE:
            (bad if trouble.is_error else ignored).add(trouble.key or str(trouble.place))
    tally.bad += len(bad)
    tally.ignored += len(ignored - bad)
    tally.lines += len(bad | ignored)

"""The test pictures that the model got most wrong.

How wrong: each label that it found and that is not there counts with its confidence, each label that is there
and was missed with what its confidence lacks to certainty. So a confident mistake weighs most.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..boxes import LabelledBox
from ..snapshot import Prediction, TestedPicture
from .model import BoxReport, Said, WrongPicture

MOST = 24
SAME_BOX = 0.5
"""The overlap from which a box that was found is the one that is there."""
_NAMED = 5
_MOST_BOXES = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class _Mistake:
    label: str
    confidence: float
    missed: bool

    @property
    def weight(self) -> float:
        return 1 - self.confidence if self.missed else self.confidence


def most_wrong(pictures: Iterable[TestedPicture], *, most: int = MOST) -> list[WrongPicture]:
    """The worst first; pictures without a mistake are none of them."""
    judged = ((_weight(mistakes), picture) for picture in pictures if (mistakes := mistakes_in(picture)))
    worst = heapq.nsmallest(most, judged, key=lambda each: (-each[0], each[1].bucket, each[1].key))
    return [_told(picture, mistakes_in(picture)) for _, picture in worst]


def mistakes_in(picture: TestedPicture) -> list[_Mistake]:
    """What was found and is not there, and what is there and was not found."""
    return sorted(
        _of_boxes(picture)
        if picture.boxes or any(said.box for said in picture.predictions)
        else _of_labels(picture),
        key=lambda mistake: (-mistake.weight, mistake.missed, mistake.label),
    )


def _of_labels(picture: TestedPicture) -> Iterator[_Mistake]:
    best: dict[str, float] = {}
    for said in picture.predictions:
        best[said.label] = max(best.get(said.label, 0.0), said.confidence)
    for label in picture.found - set(picture.labels):
        yield _Mistake(label=label, confidence=best[label], missed=False)
    for label in set(picture.labels) - picture.found:
        yield _Mistake(label=label, confidence=best.get(label, 0.0), missed=True)


def _of_boxes(picture: TestedPicture) -> Iterator[_Mistake]:
    """Each true box is found by one box at most, the surest first."""
    left = list(picture.boxes)
    unsure: dict[str, float] = {}
    for said in sorted(picture.predictions, key=lambda each: -each.confidence):
        if not said.found:
            unsure[said.label] = max(unsure.get(said.label, 0.0), said.confidence)
        elif (hit := _hit(said, left)) is not None:
            left.remove(hit)
        else:
            yield _Mistake(label=said.label, confidence=said.confidence, missed=False)
    for missed in left:
        yield _Mistake(label=missed.label, confidence=unsure.get(missed.label, 0.0), missed=True)


def _hit(said: Prediction, left: Sequence[LabelledBox]) -> LabelledBox | None:
    if said.box is None:
        return None
    fitting = [
        (true.box.overlap(said.box), number) for number, true in enumerate(left) if true.label == said.label
    ]
    overlap, number = max(fitting, default=(0.0, -1))
    return left[number] if overlap >= SAME_BOX else None


def _weight(mistakes: Sequence[_Mistake]) -> float:
    return sum(mistake.weight for mistake in mistakes)


def _told(picture: TestedPicture, mistakes: Sequence[_Mistake]) -> WrongPicture:
    said = sorted(picture.predictions, key=lambda each: (-each.confidence, each.label))
    told = WrongPicture(
        picture=f"s3://{picture.bucket}/{picture.key}",
        labels=list(picture.labels),
        found=[Said(label=each.label, confidence=round(each.confidence, 6)) for each in said if each.found],
        why=_why(mistakes),
    )
    if boxes := _boxes(picture):
        told["boxes"] = boxes
    return told


def _why(mistakes: Sequence[_Mistake]) -> str:
    found = [each for each in mistakes if not each.missed]
    missed = [each for each in mistakes if each.missed]
    parts = []
    if found:
        parts.append(f"It saw {_list(found)}, which is not there.")
    if missed:
        parts.append(f"It missed {_list(missed)}.")
    return " ".join(parts)


def _list(mistakes: Sequence[_Mistake]) -> str:
    named = [_named(each) for each in mistakes[:_NAMED]]
    if len(mistakes) > _NAMED:
        named.append(f"{len(mistakes) - _NAMED} more")
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


def _named(mistake: _Mistake) -> str:
    if mistake.missed and not mistake.confidence:
        return mistake.label
    return f"{mistake.label} ({100 * mistake.confidence:.0f} %)"


def _boxes(picture: TestedPicture) -> list[BoxReport]:
    truth = [_box(each, "truth") for each in picture.boxes]
    model = [
        _box(LabelledBox(label=said.label, box=said.box), "model")
        for said in picture.predictions
        if said.found and said.box is not None
    ]
    return [*truth, *model][:_MOST_BOXES]


def _box(each: LabelledBox, whose: str) -> BoxReport:
    box = each.box
    return BoxReport(
        label=each.label,
        whose="truth" if whose == "truth" else "model",
        left=round(box.left, 4),
        top=round(box.top, 4),
        width=round(box.width, 4),
        height=round(box.height, 4),
    )

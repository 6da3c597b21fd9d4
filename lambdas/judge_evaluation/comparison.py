"""Head to head: the new model and the live one on the same pictures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .answers import Answers
from .bootstrap import Counts, Interval, Picture, Resampling
from .boxes import Box
from .sample_file import Sample
from .snapshot import Prediction, TestedPicture
from .verdict import Comparison, LabelComparison
from .words import counted, listed, name

RIGHT_OVERLAP = 0.5
"""From here on (intersection over union) a box that was found is the true one, as in Rekognition's test."""
_NAMED = 10
_DECIMALS = 6


@dataclass(frozen=True, kw_only=True)
class HeadToHead:
    """`comparison` is None where there is nothing to compare; `notes` say what was left out, and why.
    `answered` counts the pictures that the live model answered, `of` those that it could have."""

    comparison: Comparison | None
    notes: list[str]
    answered: int
    of: int


def compare(
    sample: Sample,
    answers: Answers,
    *,
    champion: str,
    challenger_labels: Iterable[str],
    champion_labels: Iterable[str] | None,
    tolerance: float,
    support: int,
) -> HeadToHead:
    """Compare on the labels that both models know; None for the champion's means that nobody can say, and
    all of the challenger's are taken."""
    ours = set(challenger_labels)
    theirs = ours if champion_labels is None else set(champion_labels)
    labels = sorted(ours & theirs)
    notes = _unknown(ours, theirs)
    if champion_labels is None:
        notes.append(f"Which labels {champion} knows is not to be found out; all were compared.")
    answered = [picture for picture in sample.pictures if _place(picture) in answers]
    # A picture of nothing but what one of them never learnt says nothing about the others.
    fair = [each for each in answered if not each.labels or not set(labels).isdisjoint(each.labels)]
    by_box = _by_box(fair, answers)
    if not by_box and any(picture.boxes for picture in fair):
        notes.append("The models were compared by what they find, not where: one of them gives no boxes.")
    numbers = {label: number for number, label in enumerate(labels)}
    counted = [
        _counts(picture, answers[_place(picture)], numbers, by_box=by_box)
        for picture in sorted(fair, key=_place)
    ]
    resampling = Resampling(counted, labels=len(labels))
    shown = [sum(label in picture.labels for picture in fair) for label in labels]
    averages, interval = resampling.scores.averages, resampling.overall()
    found = HeadToHead(comparison=None, notes=notes, answered=len(answered), of=len(sample.pictures))
    if averages is None or interval is None:
        return found
    comparison = Comparison(
        champion=champion,
        pictures=len(fair),
        of=len(sample.pictures),
        challenger_f1=round(averages[0], _DECIMALS),
        champion_f1=round(averages[1], _DECIMALS),
        difference=round(averages[0] - averages[1], _DECIMALS),
        low=round(interval.low, _DECIMALS),
        high=round(interval.high, _DECIMALS),
        tolerance=tolerance,
        labels=_label_comparisons(labels, shown, resampling, support=support),
    )
    notes += _not_looked_at(labels, shown, pictures=len(fair), support=support)
    return HeadToHead(comparison=comparison, notes=notes, answered=len(answered), of=len(sample.pictures))


def _unknown(ours: set[str], theirs: set[str]) -> list[str]:
    return [
        f"{'Label' if len(only) == 1 else 'Labels'} {listed([name(label) for label in sorted(only)])} "
        f"{'is' if len(only) == 1 else 'are'} known to the {whose} model only, and "
        f"{'was' if len(only) == 1 else 'were'} not compared."
        for whose, only in (("new", ours - theirs), ("live", theirs - ours))
        if only
    ]


def _place(picture: TestedPicture) -> tuple[str, str]:
    return picture.bucket, picture.key


def _by_box(pictures: Sequence[TestedPicture], answers: Answers) -> bool:
    """Whether both models say where things are."""
    said = [each for picture in pictures for each in answers[_place(picture)]]
    return any(picture.boxes for picture in pictures) and all(each.box is not None for each in said)


def _counts(
    picture: TestedPicture, answer: Sequence[Prediction], numbers: Mapping[str, int], *, by_box: bool
) -> Picture:
    said = [prediction for prediction in picture.predictions if prediction.found]
    names = {*picture.labels, *(each.label for each in said), *(each.label for each in answer)}
    counts: Picture = {}
    for label in names & numbers.keys():
        true = [each.box for each in picture.boxes if each.label == label] if by_box else []
        there = len(true) if by_box else int(label in picture.labels)
        right, found = _right(label, said, true, is_there=bool(there), by_box=by_box)
        other_right, other_found = _right(label, answer, true, is_there=bool(there), by_box=by_box)
        counts[numbers[label]] = Counts(
            true=there,
            challenger_right=right,
            challenger_found=found,
            champion_right=other_right,
            champion_found=other_found,
        )
    return counts


def _right(
    label: str, said: Sequence[Prediction], true: Sequence[Box], *, is_there: bool, by_box: bool
) -> tuple[int, int]:
    """How much of what a model said of a label is right, and how much it said."""
    found = [each for each in said if each.label == label]
    if not by_box:
        return int(bool(found) and is_there), int(bool(found))
    return _matches(found, true), len(found)


def _matches(found: Sequence[Prediction], true: Sequence[Box]) -> int:
    """How many true boxes were found: the surest first, each once."""
    free = list(true)
    for prediction in sorted(found, key=lambda each: -each.confidence):
        if prediction.box is None or not free:
            continue
        best = max(free, key=prediction.box.overlap)
        if prediction.box.overlap(best) >= RIGHT_OVERLAP:
            free.remove(best)
    return len(true) - len(free)


def _label_comparisons(
    labels: Sequence[str], shown: Sequence[int], resampling: Resampling, *, support: int
) -> list[LabelComparison]:
    """Of the labels that pictures enough show."""
    looked_at = [number for number, count in enumerate(shown) if count >= support]
    found = []
    for number in looked_at:
        ours, theirs = resampling.scores.challenger[number], resampling.scores.champion[number]
        interval = resampling.of_label(number, among=len(looked_at))
        if ours is not None and theirs is not None and interval is not None:
            found.append(_label_comparison(labels[number], shown[number], ours, theirs, interval))
    return sorted(found, key=lambda each: (each["difference"], each["label"]))


def _not_looked_at(labels: Sequence[str], shown: Sequence[int], *, pictures: int, support: int) -> list[str]:
    few = [f"{name(label)} ({count})" for label, count in zip(labels, shown, strict=True) if count < support]
    if not few:
        return []
    return [
        f"{len(few)} of {counted(len(labels), 'label')} {'was' if len(few) == 1 else 'were'} not compared by "
        f"{'itself' if len(few) == 1 else 'themselves'}, only with all others: fewer than {support} "
        f"(minimum_label_support) of the {counted(pictures, 'picture')} that both were compared on show "
        f"{'it' if len(few) == 1 else 'each of them'}: {listed(few, most=_NAMED)}."
    ]


def _label_comparison(
    label: str, pictures: int, ours: float, theirs: float, interval: Interval
) -> LabelComparison:
    return LabelComparison(
        label=label,
        pictures=pictures,
        challenger_f1=round(ours, _DECIMALS),
        champion_f1=round(theirs, _DECIMALS),
        difference=round(ours - theirs, _DECIMALS),
        low=round(interval.low, _DECIMALS),
        high=round(interval.high, _DECIMALS),
    )

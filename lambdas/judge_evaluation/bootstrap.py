"""How sure a difference between two models is that were shown the same pictures: a paired bootstrap.

A resample draws as many pictures as there are, with repetition, and counts both models' right and wrong
answers on those. What 2,000 resamples find encloses what other pictures of the kind would have given.

In pure Python this is 2,000 x 500 x 250 additions, minutes of them, if each label is counted by itself. So a
picture's counts of all labels and both models are the digits of one whole number, 32 bits each: a resample is
a sum of 500 such numbers, which the interpreter adds in C, and its digits are taken apart in one step. That
takes a second or two for the largest sample, however many labels its pictures show.
"""

import math
import random
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Final

RESAMPLES: Final = 2000
CONFIDENCE: Final = 0.95
_SEED: Final = 20
"""Any number: the same answers must always give the same verdict."""
_DIGIT: Final = 4
"""Bytes of a count. It takes 4 billion: 500 pictures of 8 million boxes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """Of one label, in one picture or in many: how often it is there, how often each model found it, and how
    often rightly. Whole pictures count 0 or 1, boxes as many as there are."""

    true: int = 0
    challenger_right: int = 0
    challenger_found: int = 0
    champion_right: int = 0
    champion_found: int = 0

    @property
    def numbers(self) -> tuple[int, int, int, int, int]:
        return (
            self.true,
            self.challenger_right,
            self.challenger_found,
            self.champion_right,
            self.champion_found,
        )


_KINDS: Final = 5
Picture = dict[int, Counts]
"""Counts by the number of the label; those of which nothing is there or found may be left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scores:
    """Of both models on some pictures: by label, None where no picture shows it."""

    challenger: list[float | None]
    champion: list[float | None]

    @property
    def averages(self) -> tuple[float, float] | None:
        """Over the labels that are shown; None if the pictures show none at all."""
        ours = [score for score in self.challenger if score is not None]
        theirs = [score for score in self.champion if score is not None]
        return (sum(ours) / len(ours), sum(theirs) / len(theirs)) if ours else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    low: float
    high: float


class Resampling:
    """The differences that were found in all resamples of some pictures, challenger less champion."""

    def __init__(self, pictures: Sequence[Picture], *, labels: int, resamples: int = RESAMPLES) -> None:
        packed = [_packed(picture, labels) for picture in pictures]
        self.scores = _scores(_unpacked(sum(packed), labels), labels)
        self._overall: list[float] = []
        self._by_label: list[list[float]] = [[] for _ in range(labels)]
        draws = random.Random(_SEED)  # noqa: S311 - statistics, no secret
        for _ in range(resamples if packed else 0):
            total = sum(draws.choices(packed, k=len(packed)))
            self._note(_unpacked(total, labels), labels)
        self._overall.sort()
        for differences in self._by_label:
            differences.sort()

    def overall(self) -> Interval | None:
        """What encloses the difference of the averages; None if no label is there."""
        return _interval(self._overall, 1 - CONFIDENCE)

    def of_label(self, label: int, *, among: int) -> Interval | None:
        """The same of a label. `among`: as many labels are looked at, and all these intervals together hold
        with the confidence (Bonferroni), as far as the number of resamples tells."""
        return _interval(self._by_label[label], (1 - CONFIDENCE) / among)

    def _note(self, counts: Sequence[int], labels: int) -> None:
        true, ours_right, ours_found, theirs_right, theirs_found = (
            counts[kind * labels : (kind + 1) * labels] for kind in range(_KINDS)
        )
        total = 0.0
        for differences, there, right, found, other_right, other_found in compress(
            zip(self._by_label, true, ours_right, ours_found, theirs_right, theirs_found, strict=True), true
        ):
            difference = 2 * right / (there + found) - 2 * other_right / (there + other_found)
            differences.append(difference)
            total += difference
        if present := labels - true.count(0):
            self._overall.append(total / present)


def _interval(differences: Sequence[float], doubt: float) -> Interval | None:
    if not differences:
        return None
    last = len(differences) - 1
    low = math.floor(doubt / 2 * last)
    return Interval(low=differences[low], high=differences[last - low])


def _packed(picture: Picture, labels: int) -> int:
    digits = [0] * (_KINDS * labels)
    for label, counts in picture.items():
        for kind, number in enumerate(counts.numbers):
            digits[kind * labels + label] = number
    return int.from_bytes(struct.pack(f"<{len(digits)}I", *digits), "little")


def _unpacked(number: int, labels: int) -> tuple[int, ...]:
    count = _KINDS * labels
    return struct.unpack(f"<{count}I", number.to_bytes(count * _DIGIT, "little"))


def _scores(counts: Sequence[int], labels: int) -> Scores:
    true, ours_right, ours_found, theirs_right, theirs_found = (
        counts[kind * labels : (kind + 1) * labels] for kind in range(_KINDS)
    )
    return Scores(
        challenger=list(_f1s(true, ours_right, ours_found)),
        champion=list(_f1s(true, theirs_right, theirs_found)),
    )


def _f1s(true: Sequence[int], right: Sequence[int], found: Sequence[int]) -> Iterator[float | None]:
    for there, hits, said in zip(true, right, found, strict=True):
        yield 2 * hits / (there + said) if there else None

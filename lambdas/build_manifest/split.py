"""Which pictures train the model and which test it.

A picture's side follows from its content alone, so it keeps its side as others come and go, scores
of two versions can be compared, and copies of a picture are never on both sides, not even under
two labels. Three rules bend this, each moving a content with all its copies:

- no more than 1,000 test pictures a label and the Region's limit in all: the highest hashes train;
- a label must have a train picture: one that has none lends its highest hash to TRAIN;
- a label with two distinct pictures or more should have a test picture: one that has none lends
  its lowest hash to TEST, unless some label would then have nothing to train on.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from .limits import MAX_TEST_PICTURES_PER_LABEL, SetLimits
from .selection import EXAMPLES_PER_REASON, Picture

# A fifth of the hash space: 1/5 is 0.333… in base 16.
_TEST_CEILING = "3" * 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """`test_contents`: the content hashes whose pictures are in TEST; all others are in TRAIN.

    `train_only`: labels with a single distinct picture. `untested`: labels that have more, but none
    that could be lent. `contradictions`: how many contents are under several labels, and one key
    under each of two labels for the first few.
    """

    test_contents: set[str]
    train_only: list[str]
    untested: list[str]
    contradictions: int
    contradiction_examples: list[tuple[str, str]]

    def tests(self, picture: Picture) -> bool:
        return picture.content in self.test_contents


@dataclass(slots=True)
class _Tally:
    """One label's distinct contents on each side, and its lines (copies included) in TEST."""

    train: int = 0
    test: int = 0
    test_lines: int = 0


class _Groups:
    """The pictures by content. Nearly all contents have a single picture, so only the others' are kept."""

    def __init__(self, pictures: Iterable[Picture]) -> None:
        self._firsts: dict[str, Picture] = {}
        self._copies: dict[str, list[Picture]] = {}
        for picture in pictures:
            first = self._firsts.setdefault(picture.content, picture)
            if first is not picture:
                self._copies.setdefault(picture.content, [first]).append(picture)

    def contents(self) -> Iterable[str]:
        return self._firsts

    def tallies(self) -> dict[str, "_Tally"]:
        """Of every label, all its contents in TRAIN."""
        alone = Counter(picture.label for picture in self._firsts.values())
        for content, copies in self._copies.items():
            alone[self._firsts[content].label] -= 1
            alone.update({picture.label for picture in copies})
        return {label: _Tally(train=count) for label, count in alone.items()}

    def group(self, content: str) -> "_Group":
        copies = self._copies.get(content)
        if copies is None:
            return _Group(content, {self._firsts[content].label: 1})
        return _Group(content, Counter(picture.label for picture in copies))

    def under(self, labels: Collection[str]) -> list[str]:
        """The contents that some of the labels have, sorted."""
        if not labels:
            return []
        found = {content for content, first in self._firsts.items() if first.label in labels}
        for content, copies in self._copies.items():
            if any(picture.label in labels for picture in copies):
                found.add(content)
        return sorted(found)

    def contradictions(self) -> tuple[int, list[tuple[str, str]]]:
        contradicting = sorted(
            content
            for content, copies in self._copies.items()
            if any(picture.label != copies[0].label for picture in copies)
        )
        return len(contradicting), [
            self._key_of_each_of_two(content) for content in contradicting[:EXAMPLES_PER_REASON]
        ]

    def _key_of_each_of_two(self, content: str) -> tuple[str, str]:
        copies = sorted(self._copies[content], key=attrgetter("key"))
        one, other, *_ = {picture.label: picture.key for picture in copies}.values()
        return one, other


@dataclass(slots=True)
class _Group:
    """The pictures of one content: `lines` is how many there are under each label."""

    content: str
    lines: Mapping[str, int]


@dataclass(slots=True)
class _Sides:
    """The split while it is made. Every content starts in TRAIN."""

    tallies: dict[str, _Tally]
    room: int
    test: set[str] = field(default_factory=set)

    def move_to_test(self, group: _Group) -> None:
        self.test.add(group.content)
        self._move(group, 1)

    def move_to_train(self, group: _Group) -> None:
        self.test.remove(group.content)
        self._move(group, -1)

    def _move(self, group: _Group, step: int) -> None:
        for label, lines in group.lines.items():
            tally = self.tallies[label]
            tally.train -= step
            tally.test += step
            tally.test_lines += step * lines
            self.room -= step * lines

    def fits_test(self, group: _Group) -> bool:
        return sum(group.lines.values()) <= self.room and all(
            self.tallies[label].test_lines + lines <= MAX_TEST_PICTURES_PER_LABEL
            for label, lines in group.lines.items()
        )

    def any_without_train(self, group: _Group) -> bool:
        return any(self.tallies[label].train == 0 for label in group.lines)

    def any_without_test(self, group: _Group) -> bool:
        return any(self.tallies[label].test == 0 for label in group.lines)

    def can_spare(self, group: _Group) -> bool:
        """Whether each of its labels has another content to train on."""
        return all(self.tallies[label].train > 1 for label in group.lines)


def split_set(pictures: Iterable[Picture], limits: SetLimits) -> Split:
    """Divide the set; every picture's `content` must be known."""
    groups = _Groups(pictures)
    tallies = groups.tallies()
    # One place a label is held back from the Region's limit, for what labels may have to lend.
    sides = _Sides(tallies, limits.test - len(tallies))
    for content in sorted(content for content in groups.contents() if content < _TEST_CEILING):
        group = groups.group(content)
        if sides.fits_test(group):
            sides.move_to_test(group)
    untrained = {label for label, tally in tallies.items() if tally.train == 0}
    for content in reversed(groups.under(untrained)):
        group = groups.group(content)
        if content in sides.test and sides.any_without_train(group):
            sides.move_to_train(group)
    sides.room += len(tallies)
    untested = {label for label, tally in tallies.items() if tally.test == 0}
    for content in groups.under(untested):
        group = groups.group(content)
        lendable = content not in sides.test and sides.can_spare(group) and sides.fits_test(group)
        if lendable and sides.any_without_test(group):
            sides.move_to_test(group)
    contradictions, examples = groups.contradictions()
    return Split(
        test_contents=sides.test,
        train_only=sorted(label for label, tally in tallies.items() if tally.train + tally.test == 1),
        untested=sorted(label for label, tally in tallies.items() if tally.test == 0 and tally.train > 1),
        contradictions=contradictions,
        contradiction_examples=examples,
    )

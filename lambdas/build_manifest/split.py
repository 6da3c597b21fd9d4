"""Which pictures train the model and which test it.

A picture's side follows from its content alone, so it keeps its side as others come and go, scores
of two versions can be compared, and copies of a picture are never on both sides, not even under
two labels. Three rules bend this, each moving a content with all its copies:

- no more than 1,000 test pictures a label and the Region's limit in all: the highest hashes train;
- a label must have a train picture: one that has none lends its highest hash to TRAIN;
- a label with two distinct pictures or more should have a test picture: one that has none lends
  its lowest hash to TEST, unless some label would then have nothing to train on.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

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


@dataclass(slots=True)
class _Group:
    """The pictures of one content: `lines` is how many there are under each label."""

    content: str
    lines: dict[str, int]


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


def split_set(pictures: Sequence[Picture], limits: SetLimits) -> Split:
    """Divide the set; every picture's `content` must be known."""
    by_content = sorted(pictures, key=lambda picture: (picture.content, picture.key))
    sides = _start(by_content, limits)
    for group in _groups(by_content):
        if group.content < _TEST_CEILING and sides.fits_test(group):
            sides.move_to_test(group)
    for group in _groups(reversed(by_content)):
        if group.content in sides.test and sides.any_without_train(group):
            sides.move_to_train(group)
    sides.room += len(sides.tallies)
    for group in _groups(by_content):
        lendable = group.content not in sides.test and sides.can_spare(group) and sides.fits_test(group)
        if lendable and sides.any_without_test(group):
            sides.move_to_test(group)
    contradictions, examples = _contradictions(by_content)
    return Split(
        test_contents=sides.test,
        train_only=sorted(label for label, tally in sides.tallies.items() if tally.train + tally.test == 1),
        untested=sorted(
            label for label, tally in sides.tallies.items() if tally.test == 0 and tally.train > 1
        ),
        contradictions=contradictions,
        contradiction_examples=examples,
    )


def _start(by_content: Sequence[Picture], limits: SetLimits) -> _Sides:
    tallies: dict[str, _Tally] = {}
    for group in _groups(by_content):
        for label in group.lines:
            tallies.setdefault(label, _Tally()).train += 1
    # One place a label is held back from the Region's limit, for what labels may have to lend.
    return _Sides(tallies, limits.test - len(tallies))


def _groups(by_content: Iterable[Picture]) -> Iterator[_Group]:
    for content, copies in groupby(by_content, key=lambda picture: picture.content):
        lines: dict[str, int] = {}
        for picture in copies:
            lines[picture.label] = lines.get(picture.label, 0) + 1
        yield _Group(content, lines)


def _contradictions(by_content: Sequence[Picture]) -> tuple[int, list[tuple[str, str]]]:
    count = 0
    examples: list[tuple[str, str]] = []
    for _, copies in groupby(by_content, key=lambda picture: picture.content):
        one_key_per_label = {picture.label: picture.key for picture in copies}
        if len(one_key_per_label) > 1:
            count += 1
            if len(examples) < EXAMPLES_PER_REASON:
                one, other, *_ = one_key_per_label.values()
                examples.append((one, other))
    return count, examples

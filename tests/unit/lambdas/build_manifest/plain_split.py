"""The split as its rules are written: each a pass over all pictures, sorted by content.

What `split_set` is held against, which looks only where a rule can apply.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from lambdas.build_manifest.limits import SetLimits
from lambdas.build_manifest.selection import EXAMPLES_PER_REASON, Picture
from lambdas.build_manifest.split import _TEST_CEILING, Split, _Group, _Sides, _Tally


def plain_split(pictures: Sequence[Picture], limits: SetLimits) -> Split:
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

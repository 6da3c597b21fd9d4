"""Rules for pictures that are there more than once: under one key, or with the same content.

Source for keys: Custom Labels guide, "Validation rules for manifest files" (no picture in both
training and test set) and "Debugging terminal dataset errors" (of lines about the same picture all
but one are dropped without a word). Rules about contents are ours: Custom Labels does not look.
"""

from collections.abc import Iterator, Sequence

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..labelled.trouble import Trouble, broken, quoted, set_aside
from .examined import Examined
from .seen import warning

Indexed = tuple[int, Trouble]
"""A trouble, and where in its side the picture is that it concerns."""

_ONCE = "one line for each picture"


def keys_must_not_repeat(side: Sequence[Examined]) -> Iterator[Indexed]:
    """Lines that say the same: the first stays. Lines that differ: none stays, since nobody knows."""
    for indices in _groups([examined.picture.uri for examined in side]):
        first, *others = (side[index].picture for index in indices)
        said = {(picture.labels, picture.boxes) for picture in (first, *others)}
        if len(said) == 1:
            for index, picture in zip(indices[1:], others, strict=True):
                yield (
                    index,
                    set_aside(
                        "WARNING_REPEATED_IMAGE",
                        picture.place,
                        key=picture.key,
                        found=f"the picture is told of before, in the same way: {first.place}",
                        allowed=_ONCE,
                        fix="Remove the line.",
                    ),
                )
            continue
        for index, picture in zip(indices, (first, *others), strict=True):
            other = others[0] if picture is first else first
            yield (
                index,
                broken(
                    "ERROR_REPEATED_IMAGE",
                    picture.place,
                    key=picture.key,
                    found=f"the picture is also told of, in another way, at: {other.place}",
                    allowed=_ONCE,
                    fix="Keep the right line, or put all labels of the picture on one.",
                ),
            )


def sides_must_not_share(train: Sequence[Examined], test: Sequence[Examined]) -> Iterator[Indexed]:
    """Concerns the pictures of `train`: the test set stays, so that scores can be compared."""
    keys = {examined.picture.uri: examined for examined in test}
    contents = {examined.stored.content: examined for examined in test if examined.stored}
    for index, examined in enumerate(train):
        picture = examined.picture
        same = keys.get(picture.uri)
        copy = contents.get(examined.stored.content) if examined.stored else None
        if same is not None:
            yield (
                index,
                broken(
                    "ERROR_IMAGE_IN_TRAIN_AND_TEST",
                    picture.place,
                    key=picture.key,
                    found=f"the picture is also in the test set: {same.picture.place}",
                    allowed="each picture in one of the sets",
                    fix="Remove it from one of them, as a rule from the training set.",
                ),
            )
        elif copy is not None:
            yield (
                index,
                broken(
                    "ERROR_COPY_IN_TRAIN_AND_TEST",
                    picture.place,
                    key=picture.key,
                    found=f"a copy of the picture is in the test set: {quoted(copy.picture.key)}",
                    allowed="test pictures that the model has not seen in training",
                    fix="Remove one of the two: what is tested with pictures it knows scores too well.",
                ),
            )


def copies_should_agree(pictures: Sequence[Examined]) -> Iterator[Trouble]:
    """Only for labels of whole pictures: boxes drawn twice never are the same to the pixel.

    A warning, as for pictures in folders: Custom Labels trains on them, and which of the labels is
    wrong only people can tell.
    """
    contents = [examined.stored.content if examined.stored else "" for examined in pictures]
    for indices in _groups(contents):
        first, *others = (pictures[index].picture for index in indices)
        for other in others:
            if other.labels != first.labels:
                yield warning(
                    other,
                    "WARNING_COPIES_WITH_DIFFERENT_LABELS",
                    found=(
                        f"the picture is labelled {_names(other.labels)}, "
                        f"and its copy {quoted(first.key)} is labelled {_names(first.labels)}"
                    ),
                    allowed="the same labels on copies of a picture: others teach a contradiction",
                    fix="Correct the wrong one, or remove it.",
                )
                break


def _groups(names: Sequence[str]) -> Iterator[list[int]]:
    """Indices of each name that is there more than once; an empty name is none."""
    first: dict[str, int] = {}
    repeated: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        if name in first:
            repeated.setdefault(name, [first[name]]).append(index)
        elif name:
            first[name] = index
    yield from repeated.values()


def _names(labels: Sequence[str]) -> str:
    return " and ".join(quoted(label) for label in labels)

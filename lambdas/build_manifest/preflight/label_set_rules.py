"""Rules for the labels of a set, over both its sides.

Source: Custom Labels guide, "Validation rules for manifest files" and "Terminal manifest content
errors"; "Preparing images" for the number of pictures.
"""

import unicodedata
from collections.abc import Iterator

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..labelled.model_type import ModelType
from ..labelled.trouble import Severity, Trouble, counted, quoted
from ..limits import MIN_LABEL_OVERLAP
from .limits import MIN_LABELS, MIN_LOCATED_LABELS, MIN_PICTURES
from .set_rules import of_set
from .tally import Tally


def labels_must_be_enough(train: Tally, model: ModelType) -> Iterator[Trouble]:
    least = MIN_LOCATED_LABELS if model is ModelType.LOCATION else MIN_LABELS
    if least <= len(train.usable) < MIN_LABELS:
        yield of_set(
            "WARNING_SINGLE_LABEL",
            found=f"the {train.name} has {counted(len(train.usable), 'label')}",
            allowed="one, says the page of limits; two, says the page of rules for manifests",
            fix="Nothing, unless Rekognition refuses it, for which nothing is paid: add a second label then.",
            severity=Severity.WARNING,
        )
    if len(train.usable) >= least:
        return
    had_enough = len(train.declared) >= least
    yield of_set(
        "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS" if had_enough else "ERROR_MANIFEST_TOO_FEW_LABELS",
        found=f"the {train.name} has {counted(len(train.usable), 'label')}"
        + (f" of {len(train.declared)} without the pictures that cannot be used" if had_enough else ""),
        allowed=f"at least {least}",
        fix="Mend the pictures of the other labels." if had_enough else "Add pictures with another label.",
    )


def overlap_must_be_enough(train: Tally, test: Tally, *, quarantine: bool) -> Iterator[Trouble]:
    """Before and after bad pictures are left out, as Custom Labels does; with `quarantine` only
    after, since it never sees the others."""
    before = _overlaps(set(train.declared), set(test.declared))
    after = _overlaps(set(train.usable), set(test.usable))
    if after and (before or quarantine):
        return
    labels, tested = (train.usable, test.usable) if before else (train.declared, test.declared)
    yield of_set(
        "ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP" if before else "ERROR_INSUFFICIENT_LABEL_OVERLAP",
        found=f"{len(labels.keys() & tested.keys())} of {counted(len(labels), 'label')} of the {train.name} "
        + ("can be tested without the pictures that cannot be used" if before else f"are in the {test.name}"),
        allowed=f"at least {MIN_LABEL_OVERLAP:.0%}",
        fix="Add test pictures of the other labels; look for labels that are spelt in two ways.",
    )


def pictures_must_be_enough(train: Tally, test: Tally | None) -> Iterator[Trouble]:
    count = train.kept + (test.kept if test else 0)
    if count < MIN_PICTURES:
        yield of_set(
            "ERROR_TOO_FEW_IMAGES",
            found=f"the set has {counted(count, 'picture')} that can be used",
            allowed=f"at least {MIN_PICTURES}",
            fix="Add labelled pictures: more of each label make a better model.",
        )


def labels_must_have_pictures(train: Tally, test: Tally | None, minimum: int) -> Iterator[Trouble]:
    """Both sides count together. Copies of a picture count once, since they teach nothing new."""
    for label in sorted(train.contents):
        contents = train.contents[label] | (test.contents.get(label, set()) if test else set())
        if len(contents) < minimum:
            yield of_set(
                "ERROR_TOO_FEW_IMAGES_PER_LABEL",
                found=f"the label {quoted(label)} has {counted(len(contents), 'distinct picture')}",
                allowed=f"at least {minimum:,}",
                fix="Add pictures of it, remove the label, or lower Minimum-Images-Per-Label.",
            )


def tested_labels_should_be_trained(train: Tally, test: Tally) -> Iterator[Trouble]:
    for label in sorted(test.usable.keys() - train.usable.keys()):
        yield of_set(
            "WARNING_LABEL_ONLY_IN_TEST",
            found=f"the label {quoted(label)} is in the {test.name} only",
            allowed="labels that the model is trained on",
            fix="Add training pictures of it, or remove it: no model can find what it was not shown.",
            severity=Severity.WARNING,
        )


def labels_should_differ(train: Tally, test: Tally | None) -> Iterator[Trouble]:
    """CSV files and people write " Cat", "cat" and two kinds of é, which to Custom Labels are labels of
    their own."""
    alike: dict[str, list[str]] = {}
    for label in sorted(train.usable.keys() | (test.usable.keys() if test else set())):
        plain = " ".join(unicodedata.normalize("NFC", label).casefold().split())
        alike.setdefault(plain, []).append(label)
    for labels in alike.values():
        if len(labels) > 1:
            yield of_set(
                "WARNING_SIMILAR_LABELS",
                found="labels differ only in capitals, spaces or how accents are stored: "
                + ", ".join(f'"{quoted(label)}"' for label in labels[:5]),
                allowed="labels that people can tell apart",
                fix="Spell the label in one way if it is one.",
                severity=Severity.WARNING,
            )


def _overlaps(train: set[str], test: set[str]) -> bool:
    return not train or len(train & test) >= MIN_LABEL_OVERLAP * len(train)

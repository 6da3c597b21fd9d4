"""Rules for one side of a set, training or test, as a whole.

Source: Custom Labels guide, "Validation rules for manifest files", "Terminal manifest content
errors", "Guidelines and quotas".
"""

from collections.abc import Iterator

# ruff: noqa: TID252 - the package runs under whatever name it is bundled, so imports are relative.
from ..labelled.trouble import LeftOut, Severity, Trouble, counted, quoted
from ..limits import MAX_LABELS, MAX_TEST_PICTURES_PER_LABEL
from .limits import MAX_BAD_SHARE, MAX_MANIFEST_BYTES
from .tally import Tally


def of_set(code: str, *, found: str, allowed: str, fix: str, severity: Severity = Severity.ERROR) -> Trouble:
    return Trouble(
        code=code, severity=severity, left_out=LeftOut.NOTHING, found=found, allowed=allowed, fix=fix
    )


def must_not_be_empty(side: Tally) -> Iterator[Trouble]:
    if side.kept == 0:
        yield of_set(
            "ERROR_EMPTY_MANIFEST",
            found=f"the {side.name} has no picture that can be used",
            allowed="at least one",
            fix="Look at the other problems first; then add labelled pictures.",
        )


def bad_pictures_must_be_few(train: Tally, test: Tally | None, *, quarantine: bool) -> Iterator[Trouble]:
    """All rules count together, as for Custom Labels: lines that cannot be read, pictures that
    cannot be used. Missing pictures have the same limit alone, so they cannot break it first.

    Custom Labels judges each side. With `quarantine` it never sees a bad picture: the limit is ours
    then, and both sides count together, since a small side is soon a fifth."""
    sides = [side for side in (train, test) if side is not None]
    for name, counts in [("set", sides)] if quarantine else [(side.name, [side]) for side in sides]:
        bad, lines = sum(side.bad for side in counts), sum(side.lines for side in counts)
        if bad <= MAX_BAD_SHARE * lines:
            continue
        yield of_set(
            "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST",
            found=(
                f"{bad:,} of {counted(lines, 'picture')} of the {name} cannot be used; "
                f"{sum(side.missing for side in counts):,} of them cannot be found or read"
            ),
            allowed=f"at most {MAX_BAD_SHARE:.0%}, all kinds of errors together",
            fix="So many errors often have one cause, such as a wrong folder: see which is most frequent.",
        )


def lines_must_fit(side: Tally, most: int) -> Iterator[Trouble]:
    if side.kept > most:
        yield of_set(
            "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM",
            found=f"the {side.name} has {side.kept:,} pictures",
            allowed=f"at most {most:,} in this Region",
            fix="Remove pictures, first those that look most like others.",
        )


def manifest_must_fit(side: Tally) -> Iterator[Trouble]:
    if side.manifest_bytes > MAX_MANIFEST_BYTES:
        yield of_set(
            "ERROR_MANIFEST_SIZE_TOO_LARGE",
            found=f"the manifest of the {side.name} would have {side.manifest_bytes:,} bytes",
            allowed=f"at most {MAX_MANIFEST_BYTES:,} bytes (1 GB)",
            fix="Remove pictures or boxes, or shorten keys and labels.",
        )


def must_be_in_one_bucket(side: Tally) -> Iterator[Trouble]:
    if len(side.buckets) > 1:
        shown = [f"{bucket} (such as {quoted(key)})" for bucket, key in sorted(side.buckets.items())]
        yield of_set(
            "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS",
            found=f"the pictures of the {side.name} are in {len(shown)} buckets: {', '.join(shown[:5])}",
            allowed="one bucket for all pictures of a set",
            fix="Copy the pictures into one bucket, and name them there in the file of labels.",
        )


def labels_must_be_few(side: Tally) -> Iterator[Trouble]:
    if len(side.usable) > MAX_LABELS:
        yield of_set(
            "ERROR_MANIFEST_TOO_MANY_LABELS",
            found=f"the {side.name} has {len(side.usable):,} labels",
            allowed=f"at most {MAX_LABELS}",
            fix="Join labels that need not be told apart, or train several models.",
        )


def labels_must_keep_a_picture(side: Tally) -> Iterator[Trouble]:
    for label in sorted(side.declared.keys() - side.usable.keys()):
        yield of_set(
            "ERROR_LABEL_WITHOUT_VALID_IMAGE",
            found=(
                f"the label {quoted(label)} of the {side.name} has "
                f"{counted(side.declared[label], 'picture')}, of which none can be used"
            ),
            allowed="at least one picture that can be used for each label",
            fix="Mend its pictures, or remove the label.",
        )


def tests_of_a_label_must_be_few(test: Tally) -> Iterator[Trouble]:
    for label, count in sorted(test.usable.items()):
        if count > MAX_TEST_PICTURES_PER_LABEL:
            yield of_set(
                "ERROR_TOO_MANY_TEST_IMAGES_PER_LABEL",
                found=f"the label {quoted(label)} has {count:,} pictures in the {test.name}",
                allowed=f"at most {MAX_TEST_PICTURES_PER_LABEL:,}",
                fix="Move the others to the training set.",
            )


EITHER_SIDE_RULES = (
    must_not_be_empty,
    manifest_must_fit,
    must_be_in_one_bucket,
    labels_must_be_few,
)

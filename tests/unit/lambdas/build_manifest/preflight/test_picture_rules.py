import pytest

from lambdas.build_manifest.labelled.model import Box, Size
from lambdas.build_manifest.preflight.examined import Examined
from lambdas.build_manifest.preflight.headers import Header, PictureFormat, Unusable

from .sets import QUARANTINE, codes, examined, keys, many, many_boxed, only, verdict_on

BOX = Box("cat", 10, 10, 100, 100)
LONG = "c" * 256


def image_level(bad: Examined) -> list[Examined]:
    return [*many("train"), bad]


BROKEN = [
    ("ERROR_INVALID_IMAGE", "the object is missing", examined("x.jpg", ["cat"], missing=True)),
    ("ERROR_INVALID_IMAGE", "0 bytes", examined("x.jpg", ["cat"], size=0, header=Unusable("x"))),
    ("ERROR_INVALID_IMAGE", "15,728,641 bytes", examined("x.jpg", ["cat"], size=15 * 1024 * 1024 + 1)),
    ("ERROR_INVALID_IMAGE", "a GIF", examined("x.jpg", ["cat"], header=Unusable("the file is a GIF"))),
    ("ERROR_INVALID_IMAGE", "63 x 480", examined("x.jpg", ["cat"], width=63)),
    ("ERROR_INVALID_IMAGE", "640 x 4,097", examined("x.jpg", ["cat"], height=4097)),
    ("ERROR_INVALID_IMAGE", "more than 20:1", examined("x.jpg", ["cat"], width=64, height=1281)),
    ("ERROR_NO_VALID_LABEL_ATTRIBUTES", "51 labels", examined("x.jpg", [*map(str, range(50)), "cat"])),
    ("ERROR_INVALID_LABEL_NAME_LENGTH", "256 characters", examined("x.jpg", ["c" * 256])),
]
BROKEN_BOXED = [
    (
        "ERROR_INVALID_IMAGE_DIMENSION",
        "60 x 480",
        examined("x.jpg", boxes=[Box("cat", 1, 1, 9, 9)], width=60),
    ),
    (
        "ERROR_TOO_MANY_BOUNDING_BOXES",
        "51 boxes",
        examined("x.jpg", boxes=[Box("cat", n, 1, 9, 9) for n in range(51)]),
    ),
    (
        "ERROR_INVALID_LABEL_NAME_LENGTH",
        "256 characters",
        examined("x.jpg", boxes=[BOX._replace(label="c" * 256)]),
    ),
    ("ERROR_INVALID_BOUNDING_BOX", "left 541", examined("x.jpg", boxes=[BOX, BOX._replace(left=541)])),
    ("ERROR_INVALID_BOUNDING_BOX", "top 381", examined("x.jpg", boxes=[BOX, BOX._replace(top=381)])),
    ("ERROR_INVALID_BOUNDING_BOX", "left -1", examined("x.jpg", boxes=[BOX._replace(left=-1)])),
    ("ERROR_INVALID_BOUNDING_BOX", "width -5", examined("x.jpg", boxes=[BOX._replace(width=-5)])),
    ("ERROR_NO_VALID_ANNOTATIONS", "width 1", examined("x.jpg", boxes=[BOX._replace(width=1)])),
    (
        "ERROR_NO_VALID_ANNOTATIONS",
        "height 2",
        examined("x.jpg", boxes=[BOX._replace(height=2)], width=2560, height=2560),
    ),
    ("ERROR_IMAGE_SIZE_MISMATCH", "1,280 x 960", examined("x.jpg", boxes=[BOX], stated=Size(1280, 960))),
]
EVERY = [
    *((many("train"), *broken) for broken in BROKEN),
    *((many_boxed("train"), *broken) for broken in BROKEN_BOXED),
]


@pytest.mark.parametrize(("others", "code", "words", "bad"), EVERY)
def test_a_bad_picture_is_an_error_that_names_it_and_says_what_was_found(
    others: list[Examined], code: str, words: str, bad: Examined
) -> None:
    verdict = verdict_on([*others, bad])

    assert not verdict.passed
    (trouble,) = verdict.errors.kinds[code].examples
    assert trouble.key == "x.jpg"
    assert words in trouble.found
    assert trouble.allowed and trouble.fix.endswith(".")


@pytest.mark.parametrize(("others", "code", "words", "bad"), EVERY)
def test_in_quarantine_it_is_left_out_and_the_others_are_judged(
    others: list[Examined], code: str, words: str, bad: Examined
) -> None:
    verdict = verdict_on([*others, bad], rules=QUARANTINE)

    assert codes(verdict.quarantined) == {code: 1}
    assert keys(verdict.train) == keys(others)
    lost = len(bad.picture.labels) > 1 or any("ccc" in label for label in verdict.train_tally.declared)
    assert verdict.passed is not lost


@pytest.mark.parametrize(
    "good",
    [
        examined("x.jpg", ["cat"], size=15 * 1024 * 1024),
        examined("x.jpg", ["cat"], width=64, height=64),
        examined("x.png", ["cat"], width=4096, height=4096),
        examined("x.jpg", ["cat"], width=64, height=1280),
        examined("X.JPEG", ["cat"]),
        examined("x", ["cat"]),
        examined("x.jpg", ["cat", *map(str, range(49))]),
        examined("x.jpg", ["c" * 255]),
    ],
)
def test_what_is_just_allowed_passes(good: Examined) -> None:
    verdict = verdict_on(image_level(good))

    assert (verdict.passed, codes(verdict.warnings)) == (True, {})


@pytest.mark.parametrize(
    "good",
    [
        examined("x.jpg", boxes=[Box("cat", n, 1, 9, 9) for n in range(50)]),
        examined("x.jpg", boxes=[Box("cat", 0, 0, 640, 480)], stated=Size(640, 480)),
        examined("x.jpg", boxes=[Box("cat", 0, 0, 2, 2)]),
        examined("x.jpg", boxes=[Box("cat", 0, 0, 3, 3)], width=2560, height=2560),
    ],
)
def test_boxes_that_are_just_allowed_pass(good: Examined) -> None:
    verdict = verdict_on([*many_boxed("train"), good])

    assert (verdict.passed, codes(verdict.warnings)) == (True, {})


def test_a_tiny_box_beside_others_is_left_out_alone_with_a_warning() -> None:
    picture = examined("x.jpg", boxes=[BOX, BOX._replace(height=1)])

    verdict = verdict_on([*many_boxed("train"), picture])

    assert verdict.passed
    assert only(verdict.warnings).code == "ERROR_BOUNDING_BOX_TOO_SMALL"
    assert verdict.train[-1].picture.boxes == (BOX,)


def test_a_picture_that_a_tool_turned_by_its_exif_orientation_says_so() -> None:
    turned = examined("x.jpg", boxes=[BOX], stated=Size(480, 640))

    verdict = verdict_on([*many_boxed("train"), turned])

    assert "EXIF orientation" in only(verdict.errors).fix


@pytest.mark.parametrize(
    ("key", "kind"),
    [("x.png", PictureFormat.JPEG), ("x.JPG", PictureFormat.PNG), ("x.jpeg", PictureFormat.PNG)],
)
def test_a_wrong_extension_is_only_a_warning(key: str, kind: PictureFormat) -> None:
    verdict = verdict_on(image_level(examined(key, ["cat"], header=Header(kind, 640, 480))))

    assert verdict.passed
    assert codes(verdict.warnings) == {"WARNING_WRONG_EXTENSION": 1}
    assert key in keys(verdict.train)


def test_a_line_longer_than_custom_labels_reads_is_an_error() -> None:
    # Each label has its own attribute, and JSON spells this character in six.
    names = [f"{n:02}" + "\x01" * 253 for n in range(70)]

    long = verdict_on([*many("train", 6), examined("x.jpg", names)], rules=QUARANTINE)
    longest = verdict_on([*many("train", 6), examined("x" * 1024, names[:50])])

    assert "ERROR_LINE_TOO_LONG" in codes(long.quarantined)
    assert longest.passed

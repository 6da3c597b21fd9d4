import pytest

from lambdas.build_manifest.labelled.model import Box, LabelledPicture, Size, labelled_picture
from lambdas.build_manifest.labelled.model_type import (
    ModelType,
    Purpose,
    Style,
    StyleCount,
    in_style,
    purpose_of,
)
from lambdas.build_manifest.labelled.trouble import LeftOut, Severity, Trouble

from .reading import PLACE

BOX = Box("cat", 1, 2, 3, 4)
LABELLED = labelled_picture("b", "labelled.jpg", labels={"cat"}, place=PLACE)
BOXED = labelled_picture("b", "boxed.jpg", boxes={BOX}, size=Size(9, 9), place=PLACE)
BOTH = labelled_picture("b", "both.jpg", labels={"indoors"}, boxes={BOX}, size=Size(9, 9), place=PLACE)


def purpose(train: list[LabelledPicture], test: list[LabelledPicture] | None = None) -> Purpose:
    return purpose_of(StyleCount.of(train), None if test is None else StyleCount.of(test))


WHOLE = Purpose(model=ModelType.WHOLE_PICTURE, train=Style.IMAGE_LEVEL, test=Style.IMAGE_LEVEL)
LOCATION = Purpose(model=ModelType.LOCATION, train=Style.BOXES, test=Style.BOXES)
BRANDS = Purpose(model=ModelType.LOCATION, train=Style.IMAGE_LEVEL, test=Style.BOXES)


@pytest.mark.parametrize(
    ("train", "test", "expected"),
    [
        ([LABELLED], None, WHOLE),
        ([BOXED], None, LOCATION),
        ([], None, WHOLE),
        ([BOXED, BOTH, LABELLED], None, LOCATION),
        ([BOXED, LABELLED], None, WHOLE),
        ([BOXED], [LABELLED], LOCATION),
        ([LABELLED], [BOXED], BRANDS),
        ([LABELLED, LABELLED, BOXED], [BOXED], BRANDS),
        ([LABELLED], [BOXED, LABELLED], WHOLE),
        ([LABELLED], [], WHOLE),
    ],
)
def test_the_majority_decides_and_a_test_set_with_boxes_means_brand_detection(
    train: list[LabelledPicture], test: list[LabelledPicture] | None, expected: Purpose
) -> None:
    assert purpose(train, test) == expected


def test_a_picture_keeps_the_annotations_of_the_style_alone() -> None:
    assert in_style(LABELLED, Style.IMAGE_LEVEL) is LABELLED
    assert in_style(BOXED, Style.BOXES) is BOXED
    assert in_style(BOTH, Style.IMAGE_LEVEL) == labelled_picture(
        "b", "both.jpg", labels={"indoors"}, place=PLACE
    )
    assert in_style(BOTH, Style.BOXES) == labelled_picture(
        "b", "both.jpg", boxes={BOX}, size=Size(9, 9), place=PLACE
    )


@pytest.mark.parametrize(
    ("picture", "style", "has", "needs"),
    [(LABELLED, Style.BOXES, "labels", "boxes"), (BOXED, Style.IMAGE_LEVEL, "boxes", "labels")],
)
def test_a_picture_without_any_is_left_out_with_a_warning(
    picture: LabelledPicture, style: Style, has: str, needs: str
) -> None:
    found = in_style(picture, style)

    assert isinstance(found, Trouble)
    assert (found.code, found.severity) == ("WARNING_OTHER_MODEL_TYPE", Severity.WARNING)
    assert (found.left_out, found.key) == (LeftOut.PICTURE, picture.key)
    assert f"has {has} only" in found.found and found.allowed.startswith(needs)

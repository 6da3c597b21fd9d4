"""The pictures of the demo."""

import io
from collections import Counter

from PIL import Image

from tools.digits import digits


def test_each_digit_gets_as_many_pictures() -> None:
    assert Counter(digit.label for digit in digits(per_label=3)) == dict.fromkeys("0123456789", 3)


def test_pictures_are_pngs_that_custom_labels_takes() -> None:
    picture = Image.open(io.BytesIO(next(digits(per_label=1)).png))
    assert picture.format == "PNG"
    assert min(picture.size) >= 64
    shades = picture.tobytes()
    assert min(shades) < 50  # ink
    assert max(shades) > 250  # paper


def test_unseen_digits_are_not_among_those_trained_on() -> None:
    trained = {digit.png for digit in digits(per_label=4)}
    unseen = {digit.png for digit in digits(per_label=4, skip=4)}
    assert len(trained) == len(unseen) == 40
    assert not trained & unseen

"""From the numbers of a box, as a file gives them, to a box in whole pixels."""

import math
from collections.abc import Sequence

from .model import Box, Size

# No picture is near it; keeps arithmetic on nonsense from growing without end.
_FARTHEST = 10**9


def whole_box(label: str, numbers: Sequence[object]) -> Box | None:
    """From left, top, width and height, rounded; None if these are not four numbers.

    Its edges are rounded, not its width and height. So an edge inside the picture stays inside,
    and boxes that meet still meet, whatever the fractions. Whether a box is inside the picture,
    and large enough, is for preflight to say, which knows the picture's true size.
    """
    if len(numbers) != 4:
        return None
    values = [_number(value) for value in numbers]
    left, top, width, height = values
    if left is None or top is None or width is None or height is None:
        return None
    x, y = _rounded(left), _rounded(top)
    return Box(label, x, y, _rounded(left + width) - x, _rounded(top + height) - y)


def size_from(width: object, height: object) -> Size | None:
    """None unless both are positive whole numbers."""
    wide, high = _number(width), _number(height)
    if wide is None or high is None or wide <= 0 or high <= 0 or wide != int(wide) or high != int(high):
        return None
    return Size(int(wide), int(high))


def _number(value: object) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Also false of NaN and of infinity.
    return value if abs(value) <= _FARTHEST else None


def _rounded(value: float) -> int:
    """Halves go up, always: round() would go to the even number, and shift some boxes against others."""
    return math.floor(value + 0.5)

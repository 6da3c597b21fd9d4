"""Which pictures of a set made of folders can be used, by the rules of `preflight`."""

from collections.abc import Sequence

from .labelled.model import labelled_picture
from .limits import SetLimits
from .preflight.examined import Examined, Stored
from .preflight.sorting import Given
from .preflight.verdict import Rules, judge
from .selection import Picture

# No set of pictures is too large to be sorted out; whether it is to be trained is judged later.
_ANY = SetLimits(train=1_000_000_000, test=1_000_000_000)


def examined(pictures: Sequence[Picture], files: Sequence[Stored | None], *, bucket: str) -> list[Examined]:
    """The pictures as preflight takes them: their folder is their label."""
    return [
        Examined(labelled_picture(bucket, picture.key, labels={picture.label}, place=None), stored)
        for picture, stored in zip(pictures, files, strict=True)
    ]


def usable(pictures: Sequence[Picture], files: Sequence[Stored | None], *, bucket: str) -> list[Picture]:
    """The pictures that nothing is wrong with, in their order."""
    verdict = judge(
        Given(examined(pictures, files, bucket=bucket)), None, Rules(limits=_ANY, quarantine=True)
    )
    kept = {one.picture.key for one in verdict.train}
    return [picture for picture in pictures if picture.key in kept]

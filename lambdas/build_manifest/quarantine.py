"""Which pictures of a set made of folders can be used, by the rules of `preflight`."""

from collections.abc import Sequence

from .labelled.model import labelled_picture
from .limits import SetLimits
from .preflight.examined import Examined, Stored
from .preflight.sorting import Given
from .preflight.verdict import Rules, judge
from .selection import Picture

# No set of pictures is too large to be sorted out; whether it is to be trained is judged later.
ANY = SetLimits(train=1_000_000_000, test=1_000_000_000)


def examined(pictures: Sequence[Picture], files: Sequence[Stored | None], *, bucket: str) -> list[Examined]:
    """The pictures as preflight takes them: their folder is their label."""
    return [
        Examined(labelled_picture(bucket, picture.key, labels={picture.label}, place=None), stored)
        for picture, stored in zip(pictures, files, strict=True)
    ]


def usable_keys(pictures: Sequence[Examined]) -> set[str]:
    """The keys of the pictures that nothing is wrong with."""
    verdict = judge(Given(pictures), None, Rules(limits=ANY, quarantine=True))
    return {one.picture.key for one in verdict.train}
